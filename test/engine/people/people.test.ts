import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../electron/engine/deps.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { approvalHolds, createPeople, mayApprove, personId, readPeople, signApproval, type People } from '../../../electron/engine/people/people.ts';

const HOUR = 3_600_000;
let folder: string;
let now: number;
let journal: Journal;
let people: People;
let clock: Clock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'people-'));
  now = Date.UTC(2026, 8, 1);
  clock = { now: () => now, uptime: () => now - Date.UTC(2026, 7, 1), bootId: () => 'boot', sleep: async () => Promise.resolve() };
  journal = openJournal({ dataDir: folder, clock });
  people = createPeople(journal);
});

afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

const helena = { name: 'Helena Brandt', roles: ['vp-engineering'], passphrase: 'seven grey herons' };
const jonas = { name: 'Jonas Weidmann', roles: ['operator', 'vp-engineering'], passphrase: 'a lamp by the door' };

describe('an endorsement', () => {
  /** Changes one entry of the journal from outside, as somebody with the disk and a database tool can. */
  function alter(python: string): void {
    journal.close();
    execFileSync('python3', ['-c', `
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for seq, raw in db.execute("SELECT seq, bytes FROM entry").fetchall():
    entry = json.loads(bytes(raw))
    if entry["type"] == "person.endorsed":
        ${python}
        db.execute("UPDATE entry SET bytes = ? WHERE seq = ?", (json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(), seq))
db.commit()
`, join(folder, 'journal.sqlite')]);
    journal = openJournal({ dataDir: folder, clock, acceptDamage: { actor: 'person/helena-brandt', reason: 'to see what it is worth' } });
    people = createPeople(journal);
  }

  async function endorsed(): Promise<string> {
    await people.enroll(helena);
    await people.enroll({ ...jonas, name: 'Anna Late' });
    now += HOUR;
    const outage = new Date(now).toISOString();
    now += HOUR;
    await people.enroll(jonas);
    await people.endorse('jonas-weidmann', 'helena-brandt', helena.passphrase);
    return outage;
  }

  it.each([
    ['whose signature was changed', 'entry["data"]["note"] = entry["data"]["note"].replace("A", "B")'],
    ['that was signed by somebody else than it says', 'entry["data"]["by"] = "anna-late"'],
    ['that was given to somebody else', 'entry["data"]["id"] = "anna-late"'],
    ['that says nothing', 'entry["data"]["note"] = ""'],
  ])('%s gives no right', async (_, change) => {
    const outage = await endorsed();
    expect(mayApprove(people.all(), 'jonas-weidmann', outage)).toBe(true);
    alter(change);
    expect(people.find('jonas-weidmann')?.endorsedBy).toEqual([]);
    expect(mayApprove(people.all(), 'jonas-weidmann', outage)).toBe(false);
  });

  it('that nobody touched keeps giving it', async () => {
    const outage = await endorsed();
    alter('pass');
    expect(mayApprove(people.all(), 'jonas-weidmann', outage)).toBe(true);
  });

  it('is not carried over to a later enrolment under the same name', async () => {
    const outage = await endorsed();
    await people.revoke('jonas-weidmann');
    await people.enroll(jonas);
    expect(mayApprove(people.all(), 'jonas-weidmann', outage)).toBe(false);
  });
});

describe('enrolment', () => {
  it('gives a person an id, roles and a key of their own', async () => {
    const person = await people.enroll(helena);
    expect(person).toMatchObject({ id: 'helena-brandt', roles: ['vp-engineering'], revoked_at: null });
    expect(person.vkey).toMatch(/^person\/helena-brandt\+/u);
    expect(people.list()).toEqual([person]);
  });

  it('keeps neither the passphrase nor the open key in the journal', async () => {
    await people.enroll(helena);
    const signer = await people.unlock('helena-brandt', helena.passphrase);
    expect(signer.vkey).toBe(people.find('helena-brandt')?.vkey);
    expect(JSON.stringify([...journal.events()])).not.toContain(helena.passphrase);
  });

  it.each([
    ['a short passphrase', { ...helena, passphrase: 'short' }, 'at least 8 characters'],
    ['no role', { ...helena, roles: [] }, 'at least one role'],
    ['a role that is none', { ...helena, roles: ['VP Engineering'] }, 'is not a role'],
    ['a name without letters', { ...helena, name: '42' }, 'gives no id'],
  ])('is refused with %s', async (_, enrolment, message) => {
    await expect(people.enroll(enrolment)).rejects.toThrow(message);
    expect(people.list()).toEqual([]);
  });

  it('is refused for somebody who is enrolled already, and possible again after a revocation', async () => {
    await people.enroll(helena);
    await expect(people.enroll(helena)).rejects.toThrow('enrolled already');
    await people.revoke('helena-brandt');
    await expect(people.enroll(helena)).resolves.toMatchObject({ revoked_at: null });
  });

  it('writes names of any alphabet’s accents as plain ids', () => {
    expect(personId('Tomás Ferreira-Ångström')).toBe('tomas-ferreira-angstrom');
  });
});

describe('a passphrase', () => {
  it('opens the key of its owner alone', async () => {
    await people.enroll(helena);
    await people.enroll(jonas);
    await expect(people.unlock('helena-brandt', jonas.passphrase)).rejects.toThrow('not the passphrase of Helena Brandt');
  });

  it('opens nothing after a revocation', async () => {
    await people.enroll(helena);
    await people.revoke('helena-brandt');
    await expect(people.unlock('helena-brandt', helena.passphrase)).rejects.toThrow('was revoked');
  });

  it('of nobody is a clear error', async () => {
    await expect(people.unlock('nobody', 'whatever it is')).rejects.toThrow('Nobody is enrolled as "nobody"');
    await expect(people.revoke('nobody')).rejects.toThrow('Nobody is enrolled');
  });
});

describe('the right to approve', () => {
  it('is held by who was enrolled before the outage', async () => {
    await people.enroll(helena);
    expect(mayApprove(readPeople(journal), 'helena-brandt', new Date(now + HOUR).toISOString())).toBe(true);
  });

  it('is not held by who was enrolled after it, until an earlier person vouches', async () => {
    await people.enroll(helena);
    const outage = new Date(now + HOUR).toISOString();
    now += 2 * HOUR;
    await people.enroll(jonas);
    expect(mayApprove(readPeople(journal), 'jonas-weidmann', outage)).toBe(false);
    await people.endorse('jonas-weidmann', 'helena-brandt', helena.passphrase);
    expect(mayApprove(readPeople(journal), 'jonas-weidmann', outage)).toBe(true);
  });

  it('goes with the enrolment of the one who vouched', async () => {
    await people.enroll(helena);
    const outage = new Date(now + HOUR).toISOString();
    now += 2 * HOUR;
    await people.enroll(jonas);
    await people.endorse('jonas-weidmann', 'helena-brandt', helena.passphrase);
    await people.revoke('helena-brandt');
    expect(mayApprove(readPeople(journal), 'jonas-weidmann', outage)).toBe(false);
  });

  it('cannot be given to oneself', async () => {
    await people.enroll(jonas);
    await expect(people.endorse('jonas-weidmann', 'jonas-weidmann', jonas.passphrase)).rejects.toThrow('vouch for themselves');
  });

  it('ends with a revocation', async () => {
    await people.enroll(helena);
    await people.revoke('helena-brandt');
    expect(mayApprove(readPeople(journal), 'helena-brandt', null)).toBe(false);
  });
});

describe('a signed approval', () => {
  const statement = { run: 'r1', step: 'drop-database', person: 'helena-brandt', role: 'vp-engineering', shown: 'ab'.repeat(32), at: '2026-09-01T01:00:00.000Z' };

  it('holds for exactly what was said, by whom it was said', async () => {
    const { vkey } = await people.enroll(helena);
    const note = signApproval(statement, await people.unlock('helena-brandt', helena.passphrase));
    expect(approvalHolds(note, statement, vkey)).toBe(true);
    expect(approvalHolds(note, { ...statement, step: 'another-step' }, vkey)).toBe(false);
    expect(approvalHolds(note, statement, (await people.enroll(jonas)).vkey)).toBe(false);
  });
});
