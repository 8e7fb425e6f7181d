/** The report of one verification as a self-contained HTML file: what an auditor asks of a key ceremony. No secret is in it. */
import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import type { VerificationRecord, VerificationRow, VerifiedShare } from '../../../contract/escrow-register.ts';
import { utcInstant } from '../../../contract/wording.ts';
import { fontFaces } from '../../report/fonts.ts';
import { STYLE } from '../../report/style.ts';

const PURPOSE: Readonly<Record<VerificationRecord['purpose'], string>> = { routine: 'Routine verification', drill: 'Drill', incident: 'Incident', transfer: 'Transfer of custody' };

export function verificationReport(record: VerificationRecord, signatures: VerificationRow['signatures']): string {
  const title = `Escrow verification, ${record.key} version ${record.version}`;
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'; font-src data:" }),
      h('title', title), h('style', fontFaces() + STYLE),
    ]),
    h('body', h('main', [
      h('header', [h('div', [h('h1', title), h('p', { class: 'sub' }, `${PURPOSE[record.purpose]}, ${utcInstant(record.began_at)} to ${utcInstant(record.ended_at)}`)]), h('p', { class: 'brand' }, 'Blackstart')]),
      h('p', { class: 'verdict' }, `${record.ok ? '✓ Holds' : '× Does not hold'}: ${record.result}`),
      ...annex(record), ...signed(record, signatures),
    ])),
  ]);
  return `<!doctype html>\n${toHtml(page)}\n`;
}

/** Group 12 of a report: also part of a run's report where the run touched the key. */
export function annex(record: VerificationRecord): Element[] {
  return [
    heading('The key'),
    pairs([
      ['Key', `${record.key}, version ${record.version}, generation ${record.generation}`], ['Purpose', record.key_purpose], ['Algorithm', record.algorithm],
      ['Commitment', record.commitment === null ? 'none: nothing about it can be proven offline' : record.commitment], ['In words', record.words ?? '–'],
      ['Scheme', `${record.scheme}, ${record.threshold} of ${record.total}`], ['Backup sets', record.sets.length === 0 ? 'none named' : record.sets.join(', ')],
      ['Reached', record.level ?? 'nothing was proven'],
    ]),
    heading('Shares'),
    table(['Share', 'Result', 'Custodian', 'Bag, seal', 'New bag', 'Out', 'In', 'Commitment'], record.shares.map(shareCells), 'None: the key was brought whole.'),
    heading('Quorum and backups'),
    pairs([['Agreement', record.agreement === null ? 'not asked' : `${record.agreement.state}: ${record.agreement.detail}`], ['Quorum', record.quorum === null ? 'no key came into being' : `${record.quorum.state}: ${record.quorum.detail}${record.quorum.used.length === 0 ? '' : `, from shares ${record.quorum.used.join(', ')}`}`]]),
    table(['Set', 'Sample', 'Result', 'Strength', 'How', 'SHA-256 of the sample'], record.proofs.map((proof) => [proof.set ?? '–', `${proof.which}: ${proof.name}`, proof.verdict, proof.strength, `${proof.kind}: ${proof.detail}`, proof.sample_sha256 ?? '–']), 'The key was not tried on a backup.'),
    heading('Circumstances'),
    pairs([
      ['Network', record.network === null ? 'not looked at' : `${record.network.words} Looked at: ${record.network.how}.`],
      ['Deviations', record.deviations.length === 0 ? 'none' : record.deviations.join('; ')],
      ['Temporary material', 'The key and the shares were held in memory only, by a process without core dumps that ended with its verdict; nothing was written to a disk.'],
      ['Next due', record.next_due.map(({ what, at }) => `${at.slice(0, 10)} ${what}`).join('; ')],
      ['Supersedes', record.supersedes ?? 'nothing: the first of this key'],
    ]),
  ];
}

function shareCells({ slot, label, result, detail, custody, bag_found, seal, photo, new_bag, new_seal, out_at, in_at, commitment, generation }: VerifiedShare): string[] {
  const who = custody === null ? label : `${custody.custodian}${custody.role === null ? '' : `, ${custody.role}`}${custody.deputy === null ? '' : `; deputy ${custody.deputy}`}${custody.place === null ? '' : `; ${custody.place}`}${custody.acknowledged_on === null ? '' : `; acknowledged ${custody.acknowledged_on}`}`;
  return [
    `${slot ?? 'not told'}${generation === null ? '' : `, generation ${generation}`}`, `${result}. ${detail}`, who, `${bag_found ?? '–'}, ${seal}${photo === null ? '' : `, photo ${photo.sha256.slice(0, 16)}…`}`,
    new_bag === null ? '–' : `${new_bag}${new_seal === null ? '' : `, ${new_seal}`}`, out_at === null ? '–' : utcInstant(out_at), in_at === null ? '–' : utcInstant(in_at), commitment === null ? '–' : `${commitment.slice(0, 20)}…`,
  ];
}

function signed(record: VerificationRecord, signatures: VerificationRow['signatures']): Element[] {
  return [
    heading('People and signatures'),
    pairs([['Operator', record.operator ?? 'nobody named'], ['Witnesses', record.witnesses.map(({ name }) => name).join(', ') || 'none'], ['Record before this', `${record.journal.size} entries, ${record.journal.hash}${record.journal.words === null ? '' : ` (${record.journal.words})`}`], ['Verification', record.id]]),
    table(['Name', 'Role', 'Signed', 'Signature'], signatures.map(({ name, role, at, holds }) => [name, role, utcInstant(at), holds ? 'holds' : 'DOES NOT HOLD']), 'Nobody has signed.'),
  ];
}

function heading(title: string): Element {
  return h('h2', { id: title.toLowerCase().replace(/[^a-z0-9]+/gu, '-') }, title);
}

function pairs(rows: readonly (readonly [string, string])[]): Element {
  return h('dl', rows.flatMap(([label, value]) => [h('dt', label), h('dd', value === '' ? '–' : value)]));
}

/** A digest may go on in the next line, so that it does not squeeze the other columns. */
function breakable(text: string): (Element | string)[] {
  if (!/^[0-9a-f]{64}$/u.test(text)) return [text];
  return (text.match(/.{16}/gu) ?? []).flatMap((part) => [part, h('wbr')]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[], none: string): Element {
  if (rows.length === 0) return h('p', { class: 'quiet' }, none);
  return h('table', [h('thead', h('tr', head.map((label) => h('th', label)))), h('tbody', rows.map((row) => h('tr', row.map((text) => h('td', breakable(text))))))]);
}
