import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callTreeHtml } from '../../../electron/engine/comms/call-tree.ts';
import { allowedDays, blotted, contactBooks, contactsOf } from '../../../electron/engine/comms/contact-cards.ts';
import { AudienceBlock } from '../../../electron/contract/runbook.ts';
import { smallRunbook } from '../../support/run-view.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const FILE = `
executives:
  - { name: Nkechi Adeyemi, role: VP, organisation: Kredete, phone: '+44 1632 960303', sms: '+44 1632 960303', email: vp@kredete.example, verified: 2026-11-20 }
  - { name: Marta Silva, phone: '+44 1632 960304', verified: 2026-05-01 }
  - { name: Never Asked, email: never@kredete.example }
  - { name: Blotted Out, phone: '+44 **** 303', verified: 2026-11-20 }
  - { name: '<b>No & one</b>', email: no@kredete.example, verified: 2027-01-01 }
empty: []
`;

function folder(text: string | null = FILE): string {
  const made = mkdtempSync(join(tmpdir(), 'bs-contacts-'));
  onTestFinished(() => { rmSync(made, { recursive: true, force: true }); });
  if (text !== null) writeFileSync(join(made, 'contacts.yaml'), text);
  return made;
}

const BOARD = AudienceBlock.parse({ id: 'board', title: 'The board', channels: ['phone', { kind: 'chat', address: 'Slack #board' }], every: '30m', people: 'contacts.yaml#executives' });
const book = smallRunbook();

describe('contact cards', () => {
  it('say when somebody was verified, and that it is stale, never, or still to come', () => {
    const { people, problem, max_age_days } = contactsOf(book, folder(), BOARD, NOW);
    expect([problem, max_age_days]).toEqual([null, 90]);
    expect(people.map(({ name, verified, age_days, stale }) => [name, verified, age_days, stale])).toEqual([
      ['Nkechi Adeyemi', '2026-11-20', 1, false], ['Marta Silva', '2026-05-01', 204, true], ['Never Asked', null, null, true], ['Blotted Out', '2026-11-20', 1, false], ['<b>No & one</b>', '2027-01-01', -41, true],
    ]);
    expect(people[3]?.problem).toBe('Blotted Out cannot be reached: "+44 **** 303" is not a whole number or address');
  });

  it('take the age that the runbook itself allows', () => {
    const checked = smallRunbook();
    const check = { id: 'list', title: 'List', kind: 'contacts', path: 'contacts.yaml', max_age: '30d', severity: 'warning', expires: '1d' } as const;
    expect(allowedDays({ ...checked, checks: [{ id: 'list', line: 1, block: check }] })).toBe(30);
  });

  it('say why there are none', () => {
    const of = (dir: string, people?: string): string | null => contactsOf(book, dir, { ...BOARD, people }, NOW).problem;
    expect(of(folder())).toBe('The runbook names nobody for this audience.');
    expect(of(folder(null), 'contacts.yaml#executives')).toMatch(/cannot be used: it is not there/u);
    expect(of(folder('a: [oops'), 'contacts.yaml')).toMatch(/cannot be used/u);
    expect(of(folder('a: [{ name: A, fone: 1 }]'), 'contacts.yaml')).toMatch(/cannot be used: a\.0/u);
    expect(of(folder(), 'contacts.yaml#crowd')).toMatch(/has no group "crowd"/u);
    expect(of(folder(), 'contacts.yaml#empty')).toMatch(/names nobody here/u);
  });

  it('of an exercise show no way to reach anybody', () => {
    const shown = JSON.stringify(blotted(contactsOf(book, folder(), BOARD, NOW)));
    expect(shown).not.toMatch(/1632|kredete\.example/u);
    expect(shown).toContain('Nkechi Adeyemi');
  });
});

describe('contact books', () => {
  it('list each file once, with the audiences that consist of each group', () => {
    const dir = folder();
    const one = { runbook: { ...smallRunbook({ id: 'one' }), audiences: [BOARD] }, folder: dir };
    const two = { runbook: { ...smallRunbook({ id: 'two' }), audiences: [BOARD] }, folder: dir };
    const [only, ...more] = contactBooks([one, two, { runbook: smallRunbook({ id: 'three' }), folder: dir }], NOW);
    expect(more).toEqual([]);
    expect(only?.runbooks.map(({ id }) => id)).toEqual(['one', 'two']);
    expect(only?.groups.map(({ id, audiences }) => [id, audiences.map(({ title, cadence }) => `${title} ${cadence}`)])).toEqual([['executives', ['The board every 30 min']], ['empty', []]]);
  });

  it('name a file that cannot be used', () => {
    expect(contactBooks([{ runbook: { ...book, audiences: [BOARD] }, folder: folder(null) }], NOW)[0]).toMatchObject({ problem: 'It cannot be used: it is not there or cannot be read.', groups: [] });
  });
});

describe('the call tree on paper', () => {
  it('has every number, what is stale, the order of the channels, and a box to tick', () => {
    const html = callTreeHtml(contactBooks([{ runbook: { ...book, audiences: [BOARD] }, folder: folder() }], NOW), new Date(NOW));
    for (const words of ['Call tree', 'The board', 'Told every 30 min; by phone, else chat (Slack #board)', '+44 1632 960303', 'vp@kredete.example', '! 2026-05-01, stale', '! never', '2027-01-01, a day to come', 'is not a whole number', 'class="box"', 'Nobody is named here']) expect(html).toContain(words);
  });

  it('lets no name become markup, and loads nothing', () => {
    const html = callTreeHtml(contactBooks([{ runbook: { ...book, audiences: [BOARD] }, folder: folder() }], NOW), new Date(NOW));
    expect(html).toContain('&#x3C;b>No &#x26; one&#x3C;/b>');
    expect(html).not.toMatch(/<b>No|<script|https?:\/\//u);
  });
});
