/**
 * The report as one self-contained HTML file: no script, no external resource. It is built as a tree, so text from
 * runbooks, tools and people can never become markup. The report itself travels in it, so that it can be checked.
 */
import type { Element, ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import type { Report } from '../../contract/report.ts';
import { NOT_RECORDED, type Block, type Cell, type Part } from './block.ts';
import { canonicalText } from './canonical-report.ts';
import { firstPage } from './first-page.ts';
import { fontFaces } from './fonts.ts';
import { reportParts } from './parts.ts';
import { qrPicture } from './qr-picture.ts';
import { STYLE } from './style.ts';

/** Cells of at most so many characters (numbers, times) never break. */
const SHORT = 11;
/** Digests and keys break anywhere; words do not. */
const DIGEST = /[0-9a-f]{32}|\+[0-9a-f]{8}\+/u;
/** A word as long as this would push its table over the edge of the sheet. */
const LONG_WORD = /\S{26}/u;
/** Where the report's own data lies in the file. */
export const CARRIED = 'blackstart-report';
/** Begins on a new sheet: the first one stands for itself. */
const NEW_SHEET = 'identity';

export function reportHtml(report: Report): string {
  const { identity } = report;
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'; font-src data:" }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: CARRIED, content: Buffer.from(canonicalText(report)).toString('base64') }),
      h('title', `${identity.title}, run ${identity.run}`),
      h('style', fontFaces() + STYLE),
    ]),
    h('body', h('main', [...firstPage(report), ...reportParts(report).flatMap(partOf)])),
  ]);
  return `<!doctype html>\n${toHtml(page)}\n`;
}

/** With a place of its own, so that the console can list the parts and go to them. */
export function partOf({ id, title, blocks }: Part): Element[] {
  return [h('h2', { class: id === NEW_SHEET ? 'page' : undefined, id }, title), ...blocks.map(blockOf)];
}

function blockOf(block: Block): Element {
  switch (block.kind) {
    case 'title':
      return h('h3', block.text);
    case 'text':
      return h('p', { class: block.quiet === true ? 'quiet' : undefined }, block.text);
    case 'pairs':
      return h('dl', block.rows.flatMap(([label, value]) => [h('dt', label), h('dd', valueOf(value))]));
    case 'table':
      return tableOf(block);
    case 'command':
      return h('pre', block.stages.map((argv) => argv.map(quoted).join(' ')).join('\n  | '));
    case 'code':
      return h('pre', { 'aria-label': block.label }, block.text);
    case 'qr':
      return h('div', { class: 'code' }, [qrPicture(block.text, block.label), h('p', { class: 'words' }, block.words)]);
  }
}

function tableOf({ head, rows, none, steps }: Block & { kind: 'table' }): Element {
  if (rows.length === 0) return h('p', { class: 'quiet' }, none);
  const body = rows.map((row) => h('tr', row.map(cellOf)));
  return h('table', { class: steps === true ? 'log' : undefined }, [h('thead', h('tr', head.map((label) => h('th', label)))), h('tbody', body)]);
}

function cellOf(value: Cell): Element {
  const text = typeof value === 'object' ? '' : String(value);
  const look = typeof value === 'object' ? undefined : DIGEST.test(text) ? 'digest' : LONG_WORD.test(text) ? 'long' : text.length <= SHORT ? 'short' : undefined;
  return h('td', { class: look }, valueOf(value));
}

function valueOf(value: Cell): ElementContent[] {
  if (value === null) return [h('span', { class: 'missing' }, NOT_RECORDED)];
  if (typeof value === 'object') return [h('span', { class: value.tone }, value.text)];
  return [{ type: 'text', value: String(value) }];
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./{}‹›-]+$/u.test(argument) ? argument : JSON.stringify(argument);
}
