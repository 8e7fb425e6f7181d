/** The register's fold over time: what is due, which quorums can be reached, what turns red. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { EscrowKeyView } from '../../../../electron/contract/escrow-register.ts';
import type { JournalEvent, NewEvent } from '../../../../electron/engine/journal/journal.ts';
import { escrowEvent } from '../../../../electron/engine/escrow/register/register.ts';
import { emptyRegister, foldRegister, type RegisterFold } from '../../../../electron/engine/escrow/register/fold-register.ts';
import { dueCalendar } from '../../../../electron/engine/escrow/register/calendar.ts';
import { choose } from '../../../../electron/engine/escrow/register/quorum-view.ts';
import { escrowView } from '../../../../electron/engine/escrow/register/view-register.ts';

const BEGIN = '2026-01-10T09:00:00.000Z';
const DIGEST = 'ab'.repeat(32);
const NAMES = ['Anders', 'Mei', 'Olu', 'Katrin', 'David'];
const place = { key: 'k', version: 1, generation: 1 };
let fold: RegisterFold;

function say(wall: string, ...events: NewEvent[]): void {
  foldRegister(events.map((event): JournalEvent => ({ ...event, v: 1, seq: 0, prev: '', id: '', wall, boot: '', up: 0 })), fold);
}

function enrol(wall: string, change: { version?: number; generation?: number; why?: 'first' | 'rotation' | 'resharing' } = {}): void {
  const at = { ...place, version: change.version ?? 1, generation: change.generation ?? 1 };
  say(wall,
    escrowEvent('escrow.enrolled', { ...at, why: change.why ?? 'first', title: 'K', purpose: 'p', algorithm: 'AES-256', scheme: 'vault', threshold: 3, total: 5, diffusion: null, commitment: { v: 1, salt: DIGEST, digest: DIGEST }, secret_bytes: 32, fingerprint: null, kms: null, witnesses: 0, periods: { share: '6mo', quorum: '1y' }, by: 'x' }),
    escrowEvent('escrow.shares', { ...at, shares: NAMES.map((_, index) => ({ slot: `share ${index + 1}`, commitment: { v: 1 as const, scheme: 'vault' as const, x: index + 1, method: 'sha256' as const, salt: DIGEST, digest: DIGEST } })) }),
    ...NAMES.map((custodian, index) => escrowEvent('escrow.custody', { ...at, x: index + 1, by: 'x', custody: { custodian, role: null, acknowledged_on: null, deputy: null, place: null, bag: null, seal: null } })));
}

function looked(wall: string, id: string, shares: readonly (readonly [number, 'match' | 'no-match'])[]): void {
  say(wall, escrowEvent('escrow.verified', { id, ...place, purpose: 'routine', level: 'L1', ok: true, result: 'r', quorum: null, run: null, record: { sha256: DIGEST, size: 1 } }),
    escrowEvent('escrow.verified-shares', { id, shares: shares.map(([x, result]) => ({ x, generation: 1, result, level: 'L1' as const, seal: 'whole' as const, bag: null, new_bag: null, new_seal: null })) }));
}

function opened(wall: string, version: number, samples: readonly (readonly ['oldest' | 'newest', 'opens' | 'refused'])[]): void {
  say(wall, escrowEvent('escrow.samples', { id: wall, key: 'k', version, samples: samples.map(([which, verdict]) => ({ set: 'daily', which, name: which, verdict, strength: 'authenticated' as const, sample_sha256: null })) }));
}

function viewAt(wall: string): EscrowKeyView {
  const [key] = escrowView(fold, Date.parse(wall), []).keys;
  if (key === undefined) throw new Error('no key');
  return key;
}

beforeEach(() => {
  fold = emptyRegister();
  enrol(BEGIN);
});

describe('a key that is held whole', () => {
  const whole = { key: 'w', version: 1, generation: 1 };
  const ofWhole = (wall: string): EscrowKeyView | undefined => escrowView(fold, Date.parse(wall), []).keys.find(({ key }) => key === 'w');

  beforeEach(() => {
    say(BEGIN, escrowEvent('escrow.enrolled', { ...whole, why: 'first', title: 'W', purpose: 'p', algorithm: 'X25519', scheme: 'age', threshold: 1, total: 1, diffusion: null, commitment: { v: 1, salt: DIGEST, digest: DIGEST }, secret_bytes: null, fingerprint: null, kms: null, witnesses: 0, periods: { share: '6mo', quorum: '1y' }, by: 'x' }));
  });

  function brought(wall: string, quorum: boolean): void {
    say(wall, escrowEvent('escrow.verified', { id: wall, ...whole, purpose: 'routine', level: quorum ? 'L3' : null, ok: quorum, result: 'r', quorum, run: null, record: { sha256: DIGEST, size: 1 } }));
  }

  it('is due as one item, and is off the list when it was brought whole, also by the command line', () => {
    expect(ofWhole('2026-02-01T00:00:00Z')?.due.filter(({ level }) => level === 'L3')).toMatchObject([{ x: 1, what: 'The whole key: compare it with its commitment', at: '2026-07-10T09:00:00.000Z' }]);
    brought('2026-08-01T09:00:00.000Z', true);
    expect(ofWhole('2026-08-02T00:00:00Z')?.due.find(({ x }) => x === 1)).toMatchObject({ at: '2027-02-01T09:00:00.000Z', overdue: false });
    expect(ofWhole('2026-08-02T00:00:00Z')?.versions[0]?.shares).toMatchObject([{ state: 'verified', last: { level: 'L3', ok: true } }]);
  });

  it('says so when its every version is retired', () => {
    say('2026-03-01T00:00:00Z', escrowEvent('escrow.retired', { key: 'w', version: 1, reason: 'r', by: 'x' }));
    expect(ofWhole('2026-03-02T00:00:00Z')).toMatchObject({ state: 'good', due: [], why: 'Every version is retired; nothing of it is checked any more.' });
  });

  it('that was another one is red, and said once', () => {
    brought('2026-02-01T09:00:00.000Z', false);
    const view = ofWhole('2026-02-02T00:00:00Z');
    expect(view?.state).toBe('bad');
    expect(view?.alarms.filter(({ kind }) => kind === 'share-wrong' || kind === 'key-wrong')).toMatchObject([{ words: 'The whole key did not match its commitment' }]);
  });
});

describe('shares', () => {
  it('are due half a year after they were seen, then overdue and red', () => {
    expect(viewAt('2026-02-01T00:00:00Z').due.find(({ x }) => x === 1)).toMatchObject({ level: 'L1', at: '2026-07-10T09:00:00.000Z', overdue: false });
    expect(viewAt('2026-07-11T00:00:00Z')).toMatchObject({ state: 'bad', versions: [{ quorum: { verified: [], state: 'bad' } }] });
  });

  it('make a warning at exactly as many as are needed, and red below', () => {
    looked('2026-02-01T00:00:00Z', 'a', [[1, 'no-match'], [2, 'no-match']]);
    expect(viewAt('2026-02-02T00:00:00Z').versions[0]?.quorum).toMatchObject({ verified: [3, 4, 5], quorums: 1, state: 'warning' });
    looked('2026-02-03T00:00:00Z', 'b', [[3, 'no-match']]);
    expect(viewAt('2026-02-04T00:00:00Z')).toMatchObject({ state: 'bad', versions: [{ quorum: { verified: [4, 5], quorums: 0, state: 'bad' } }] });
    looked('2026-02-05T00:00:00Z', 'c', [[1, 'match'], [2, 'match'], [3, 'match']]);
    expect(viewAt('2026-02-06T00:00:00Z').versions[0]?.quorum.state).toBe('good');
  });

  it('of somebody away are verified and cannot be reached, until the day after they are back', () => {
    say(BEGIN, ...NAMES.slice(0, 3).map((custodian) => escrowEvent('escrow.away', { custodian, away: true, until: '2026-02-10', by: 'x' })));
    expect(viewAt('2026-02-10T12:00:00Z').versions[0]?.quorum).toMatchObject({ verified: [1, 2, 3, 4, 5], reachable: [4, 5], quorums: 0, state: 'bad' });
    expect(viewAt('2026-02-11T00:00:00Z').versions[0]?.quorum).toMatchObject({ quorums: 10, state: 'good' });
  });

  it('of somebody who left no longer count, and the key is to be split anew; enough of them make it red', () => {
    say(BEGIN, escrowEvent('escrow.custodian-revoked', { custodian: 'Mei', reason: 'left', by: 'x' }));
    const one = viewAt('2026-01-11T00:00:00Z');
    expect(one.alarms).toContainEqual(expect.objectContaining({ kind: 'custodian-left', severity: 'warning' }));
    expect(one.due.find(({ level }) => level === 'L3')?.at).toBe('2027-01-10T09:00:00.000Z');
    say(BEGIN, ...['Olu', 'David'].map((custodian) => escrowEvent('escrow.custodian-revoked', { custodian, reason: 'left', by: 'x' })));
    expect(viewAt('2026-01-11T00:00:00Z').alarms).toContainEqual(expect.objectContaining({ kind: 'custodian-left', severity: 'bad' }));
  });

  it('that change hands make quorum and backups due within a month', () => {
    opened('2026-01-12T00:00:00Z', 1, [['oldest', 'opens'], ['newest', 'opens']]);
    say('2026-03-01T00:00:00.000Z', escrowEvent('escrow.custody', { ...place, x: 1, by: 'x', custody: { custodian: 'Nora', role: null, acknowledged_on: null, deputy: null, place: null, bag: null, seal: null } }));
    const due = viewAt('2026-03-02T00:00:00Z').due.filter(({ level }) => level !== 'L1');
    expect(due.map(({ level, at }) => [level, at])).toEqual([['L3', '2026-03-31T00:00:00.000Z'], ['L4', '2026-03-31T00:00:00.000Z']]);
    expect(due[0]?.what).toContain('share 1 went from Anders to Nora');
  });
});

describe('the matrix', () => {
  it('goes from untried over one sample to proven, and to overdue after a year', () => {
    expect(viewAt('2026-02-01T00:00:00Z').alarms.map(({ kind }) => kind)).toContain('never-proven');
    opened('2026-02-01T00:00:00Z', 1, [['newest', 'opens']]);
    expect(viewAt('2026-02-02T00:00:00Z').matrix[0]).toMatchObject({ level: 'L4', state: 'warning' });
    opened('2026-02-03T00:00:00Z', 1, [['oldest', 'opens']]);
    expect(viewAt('2026-02-04T00:00:00Z').matrix[0]).toMatchObject({ level: 'L4', state: 'good', strength: 'authenticated' });
    expect(viewAt('2027-02-02T00:00:00Z').matrix[0]).toMatchObject({ state: 'bad' });
  });

  it('alarms when no escrowed version opens the newest backup, and only warns when the next version does', () => {
    opened('2026-02-01T00:00:00Z', 1, [['oldest', 'opens'], ['newest', 'refused']]);
    expect(viewAt('2026-02-02T00:00:00Z').alarms[0]).toMatchObject({ kind: 'silent-rotation', severity: 'bad', set: 'daily' });
    enrol('2026-02-03T00:00:00.000Z', { version: 2, why: 'rotation' });
    opened('2026-02-04T00:00:00Z', 2, [['newest', 'opens'], ['oldest', 'refused']]);
    const alarms = viewAt('2026-02-05T00:00:00Z').alarms.filter(({ kind }) => kind === 'silent-rotation');
    expect(alarms).toMatchObject([{ severity: 'warning' }]);
  });

  it('alarms when the newest backup names another key than the escrowed one', () => {
    enrol('2026-02-03T00:00:00.000Z', { version: 2, why: 'rotation' });
    say('2026-02-04T00:00:00.000Z', escrowEvent('escrow.fingerprint', { key: 'k', set: 'daily', fingerprint: 'SHA256:AA BB', by: 'x' }));
    expect(viewAt('2026-02-05T00:00:00Z').alarms.map(({ kind }) => kind)).not.toContain('silent-rotation'); // nothing to compare with
  });

  it('shows a rehearsal that used the key as L5', () => {
    const run = { run: 'r1', actor: 'engine' };
    say('2026-02-01T00:00:00Z', { ...escrowEvent('escrow.samples', { id: 'a', key: 'k', version: 1, samples: [{ set: 'daily', which: 'newest', name: 'n', verdict: 'opens', strength: 'authenticated', sample_sha256: null }] }), ...run });
    say('2026-02-01T01:00:00Z', { type: 'run.finished', ...run, data: { state: 'succeeded' } });
    expect(viewAt('2026-02-02T00:00:00Z').matrix[0]).toMatchObject({ level: 'L5', state: 'good' });
  });
});

describe('generations', () => {
  it('leave old shares outstanding until they are destroyed', () => {
    enrol('2026-02-01T00:00:00.000Z', { generation: 2, why: 'resharing' });
    expect(viewAt('2026-02-02T00:00:00Z').alarms).toContainEqual(expect.objectContaining({ kind: 'not-destroyed' }));
    say('2026-02-03T00:00:00.000Z', escrowEvent('escrow.destroyed', { ...place, shares: [1, 2, 3, 4, 5], how: 'shredded', by: 'x', witness: 'y' }));
    const view = viewAt('2026-02-04T00:00:00Z');
    expect(view.alarms.map(({ kind }) => kind)).not.toContain('not-destroyed');
    expect(view.versions[0]?.generations[0]).toMatchObject({ outstanding: [], superseded_at: '2026-02-01T00:00:00.000Z' });
  });
});

describe('what is due', () => {
  it('goes into a calendar, one event a thing, with ids that stay', () => {
    const { due } = viewAt('2026-02-01T00:00:00Z');
    const now = Date.parse('2026-02-01T00:00:00Z');
    const text = dueCalendar(due, now);
    expect(text.match(/BEGIN:VEVENT/gu)).toHaveLength(due.length);
    expect(text).toContain('DTSTART;VALUE=DATE:20260710');
    expect(text.match(/^UID:.*$/gmu)).toEqual(dueCalendar(due, now + 1).match(/^UID:.*$/gmu));
  });
});

describe('counting quorums', () => {
  it('never loses itself in large numbers', () => {
    expect([choose(5, 3), choose(2, 3), choose(10, 5), choose(255, 127)]).toEqual([10, 0, 252, Number.MAX_SAFE_INTEGER]);
  });
});
