/**
 * A custodian's card to print: what they hold, how it is checked, when next. It holds no secret, only room to write one by
 * hand. Built as a tree, so that no name can become markup.
 */
import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import type { EscrowKeyView, KeyVersionView, ShareRow } from '../../../contract/escrow-register.ts';
import { fontFaces } from '../../report/fonts.ts';
import { isWhole } from './fold-register.ts';

const STYLE = `
@page { size: A5 landscape; margin: 7mm 8mm }
* { box-sizing: border-box } body { margin: 0; font: 8.5pt/1.35 'Inter Variable', Inter, sans-serif; color: #111; background: #fff }
main { width: 190mm; margin: 0 auto; padding: 0 2mm; break-after: page } main:last-child { break-after: auto } h1 { font-size: 13pt; margin: 0 } h2 { font-size: 9.5pt; margin: 2mm 0 .6mm }
.top { display: flex; justify-content: space-between; border-bottom: .6mm solid #111; padding-bottom: 2mm } .slot { font-size: 13pt; font-weight: 650; text-align: right }
dl { display: grid; grid-template-columns: 32mm 1fr 32mm 1fr; gap: .3mm 4mm; margin: 1.5mm 0 } dt { color: #555 } dd { margin: 0; font-weight: 550 }
.boxes { display: grid; grid-template-columns: repeat(9, 1fr); gap: 1.5mm; margin: 1.5mm 0 } .boxes div { height: 8mm; border: .2mm solid #888; position: relative } .boxes span { position: absolute; left: 1mm; top: 0; font-size: 7pt; color: #777 }
code, .words { font-family: 'JetBrains Mono Variable', 'JetBrains Mono', monospace; font-size: 8pt } ol { margin: 1mm 0; padding-left: 5mm } .sign { display: flex; gap: 8mm; margin-top: 6mm } .sign div { flex: 1; border-top: .2mm solid #111; padding-top: 1mm; color: #555; font-size: 8.5pt }
`;

/** One card a share; all that are given stand in one document, a page each. */
export function custodianCards(key: EscrowKeyView, version: KeyVersionView, shares: readonly ShareRow[], boxes: number | null): string {
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'; font-src data:" }),
      h('title', `Custodian card, ${key.title} version ${version.version}`),
      h('style', fontFaces() + STYLE),
    ]),
    h('body', shares.map((share) => card(key, version, share, boxes))),
  ]);
  return `<!doctype html>\n${toHtml(page)}\n`;
}

function card(key: EscrowKeyView, version: KeyVersionView, share: ShareRow, boxes: number | null): Element {
  const { custody } = share;
  return h('main', [
    h('div', { class: 'top' }, [h('div', [h('p', { style: 'margin:0;color:#555' }, 'Custodian card'), h('h1', `${key.title}, version ${version.version}`)]), h('p', { class: 'slot' }, version.total === 1 ? share.slot : `${share.slot}; ${version.threshold} of ${version.total} ${version.threshold === 1 ? 'makes' : 'make'} the key`)]),
    facts([
      ['Custodian', custody?.custodian ?? ''], ['Role', custody?.role ?? ''], ['Deputy', custody?.deputy ?? ''], ['Place', custody?.place ?? ''],
      ['Bag', custody?.bag ?? ''], ['Seal', custody?.seal ?? ''], ['Acknowledged', custody?.acknowledged_on ?? ''], ['Generation', String(share.generation)],
      ['Format', version.scheme], ['Next check by', share.next_due?.slice(0, 10) ?? 'not set'],
    ]),
    h('h2', 'What you hold'),
    h('p', { style: 'margin:0' }, version.threshold === 1 ? 'The whole key. Whoever reads it has everything.' : `One of ${version.total} parts of a key. It says nothing by itself; ${version.threshold} of them together make the key. Keep it sealed, show it to nobody outside a ceremony, copy it nowhere.`),
    ...(boxes === null ? [] : [h('h2', `The share, written by hand, ${boxes * 4} characters in fours`), h('div', { class: 'boxes' }, Array.from({ length: boxes }, (_, index) => h('div', [h('span', String(index + 1))])))]),
    ...check(key, version, share),
    h('h2', 'If you are called'),
    h('p', { style: 'margin:0' }, 'Call back on the number that you know, never on the one given. Bring the bag sealed. Open it with a witness, and let the bag, the seal and the time be written down.'),
    h('div', { class: 'sign' }, ['Custodian, date', 'Witness, date', 'Next check done, date'].map((label) => h('div', label))),
  ]);
}

function check(key: EscrowKeyView, version: KeyVersionView, share: ShareRow): Element[] {
  if (isWhole(version.scheme)) {
    return [h('h2', 'How it is checked'), h('ol', [
      h('li', ['In a ceremony on the laptop with the register, or there on the command line: ', h('code', `blackstart escrow verify --key ${key.key} --secret-file FILE`)]),
      h('li', ['It answers whether it is the enrolled key. These words stand for its commitment: ', h('span', { class: 'words' }, version.words ?? 'not enrolled')]),
    ])];
  }
  return [h('h2', 'How it is checked, without the others and without a key coming into being'), h('ol', [
    h('li', ['On any laptop with Blackstart and the file of public commitments: ', h('code', 'blackstart escrow verify-share --commitments FILE --share -')]),
    h('li', ['It answers match or no match. These words stand for the share: ', h('span', { class: 'words' }, share.words ?? 'not enrolled')]),
  ])];
}

function facts(rows: readonly (readonly [string, string])[]): Element {
  return h('dl', rows.flatMap(([label, value]) => [h('dt', label), h('dd', value === '' ? '…' : value)]));
}
