/** The call tree on paper: for the day on which no window starts. Built as a tree, so that no name becomes markup. */
import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import type { ContactBook, ContactCard } from '../../contract/comms.ts';
import { utcInstant } from '../../contract/wording.ts';
import { fontFaces } from '../report/fonts.ts';
import { STYLE } from '../report/style.ts';

const OWN = `
h2{margin-top:1.1rem} .from{margin:0 0 .2rem} .group{break-inside:avoid} .group h3{margin:.8rem 0 .1rem;font-size:13px}
.tell{margin:0;padding-left:1.1rem} .tell li{margin:1px 0}
.box{display:inline-block;width:11px;height:11px;border:1.5px solid var(--t1);border-radius:2px;vertical-align:-1px} td.way{white-space:nowrap;font-weight:550} td.mail{overflow-wrap:anywhere} td.blank{min-width:5rem}
`;

export function callTreeHtml(books: readonly ContactBook[], at: Date): string {
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'; font-src data:" }),
      h('title', 'Call tree'),
      h('style', fontFaces() + STYLE + OWN),
    ]),
    h('body', h('main', [
      h('header', [h('div', [h('h1', 'Call tree'), h('p', { class: 'sub' }, `As the contacts files stand on ${utcInstant(at.toISOString())}. Take the channels in their order; where nobody answers, take the next. Tick who was reached, and when.`)]), h('span', { class: 'brand' }, 'Blackstart')]),
      ...books.flatMap(bookOf),
    ])),
  ]);
  return `<!doctype html>\n${toHtml(page)}\n`;
}

function bookOf({ system, path, runbooks, groups, problem, max_age_days: days }: ContactBook): Element[] {
  return [
    h('h2', systemWords(system)),
    h('p', { class: 'quiet from' }, `For ${runbooks.map(({ title }) => title).join('; ')}. ${path}; a verification holds ${days} days.`),
    ...(problem === null ? [] : [h('p', h('span', { class: 'bad' }, `× ${problem}`))]),
    ...groups.map((group) => h('section', { class: 'group' }, [h('h3', groupTitle(group)), ...tellOf(group), peopleTable(group.people)])),
  ];
}

function systemWords(system: string): string {
  return system.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join(' ');
}

type Group = ContactBook['groups'][number];

function groupTitle({ id, audiences }: Group): string {
  const titles = [...new Set(audiences.map(({ title }) => title))];
  return titles.length === 0 ? id : titles.join(', ');
}

function tellOf({ audiences }: Group): Element[] {
  if (audiences.length === 0) return [h('p', { class: 'quiet' }, 'No audience of a runbook consists of this group.')];
  const lines = audiences.map(({ cadence, channels }) => `${cadence}; by ${channels.map(({ kind, address }) => (address === null ? kind : `${kind} (${address})`)).join(', else ')}`);
  return [h('ul', { class: 'tell' }, [...new Set(lines)].map((line) => h('li', `Told ${line}`)))];
}

function peopleTable(people: readonly ContactCard[]): Element {
  if (people.length === 0) return h('p', h('span', { class: 'bad' }, '× Nobody is named here.'));
  const head = ['', 'Name', 'Phone', 'SMS', 'Mail', 'Verified', 'Reached at'];
  return h('table', [h('thead', h('tr', head.map((label) => h('th', label)))), h('tbody', people.map(rowOf))]);
}

function rowOf(card: ContactCard): Element {
  const what = [card.role, card.organisation].filter((part) => part !== null).join(', ');
  return h('tr', [
    h('td', h('span', { class: 'box' })),
    h('td', [h('b', card.name), ...(what === '' ? [] : [h('br'), what]), ...(card.problem === null ? [] : [h('br'), h('span', { class: 'bad' }, `× ${card.problem}`)])]),
    h('td', { class: 'way' }, card.phone ?? '–'), h('td', { class: 'way' }, card.sms === card.phone && card.sms !== null ? 'same' : (card.sms ?? '–')), h('td', { class: 'mail' }, card.email ?? '–'),
    h('td', verifiedWords(card)), h('td', { class: 'blank' }, ''),
  ]);
}

function verifiedWords({ verified, stale, age_days: age }: ContactCard): string | Element {
  if (verified === null) return h('span', { class: 'care' }, '! never');
  if (!stale) return verified;
  return h('span', { class: 'care' }, age !== null && age < 0 ? `! ${verified}, a day to come` : `! ${verified}, stale`);
}
