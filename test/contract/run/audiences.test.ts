import { describe, expect, it } from 'vitest';
import { cadenceWords, channelsOf, overdueWords, passedOver, viewAudiences } from '../../../electron/contract/run/audiences.ts';
import type { AudienceView } from '../../../electron/contract/run.ts';
import { AudienceBlock } from '../../../electron/contract/runbook.ts';
import { type PaperOptions, paperRun, type PaperRun } from '../../support/paper-run.ts';

const BEGUN = Date.parse('2026-11-21T10:00:00.000Z');
const TEXT = { sha256: 'a'.repeat(64), size: 3 };
const EXECUTIVES = { id: 'executives', title: 'The board', channels: ['phone', { kind: 'chat', address: 'Slack #incidents' }, 'email'], every: '30m', template: '{{title}}: {{progress}}. {{operator}}, {{crane}}' };

function paper(audiences: readonly unknown[], options: PaperOptions = {}): PaperRun {
  return paperRun([{ kind: 'manual', id: 'a', confirm: 'Done?' }, { kind: 'manual', id: 'b', confirm: 'Done?', restores_service: true }, { kind: 'manual', id: 'c', confirm: 'Done?' }], { mode: 'live', ...options, audiences });
}

function at(run: PaperRun, minutes: number): void {
  run.wall = BEGUN + minutes * 60_000 - 1000; // the next event comes a second later
}

function seen(run: PaperRun, minutes: number, wanted: boolean | null = null): AudienceView[] {
  const wall = BEGUN + minutes * 60_000;
  return viewAudiences(run.fold, { now: { wall, boot: 'b', up: wall - Date.parse('2026-11-21T00:00:00Z') }, forecast: { finish: null, restored: null }, wanted: () => wanted, fill: (text) => text });
}

const told = (audience = 'executives', channel = 'phone') => ({ type: 'comms.told', data: { audience, channel, reached: 'Kim', text: TEXT, by: 'Olga', unattended: false } }) as const;
const tried = (channel: string) => ({ type: 'comms.tried', data: { audience: 'executives', channel, whom: 'Kim', by: 'Olga' } }) as const;

describe('when an audience is due', () => {
  it('counts from the start, then from the last message, and says by how much that was late', () => {
    const run = paper([EXECUTIVES]);
    expect(seen(run, 20)[0]).toMatchObject({ due_at: '2026-11-21T10:30:00.000Z', due_in_s: 600, told: [] });
    expect(seen(run, 37)[0]?.due_in_s).toBe(-420);
    at(run, 37);
    run.take(told());
    expect(seen(run, 37)[0]).toMatchObject({ due_at: '2026-11-21T11:07:00.000Z', due_in_s: 1800, told: [{ channel: 'phone', reached: 'Kim', late_s: 420 }] });
  });

  it('is once where it is once, and never by itself where news decides', () => {
    const run = paper([{ id: 'regulators', channels: ['phone'], within: '4h' }, { id: 'team', channels: ['chat'], every: 'continuous' }]);
    expect(seen(run, 0).map(({ due_in_s }) => due_in_s)).toEqual([4 * 3600, null]);
    run.take(told('regulators'));
    expect(seen(run, 1)[0]?.due_in_s).toBeNull();
  });

  it('is not at all where the condition says so, and stays open where it is not decided', () => {
    const run = paper([{ id: 'regulators', channels: ['phone'], within: '4h', when: 'duty == "yes"' }]);
    expect(seen(run, 0, false)[0]).toMatchObject({ due_in_s: null, wanted: false });
    expect(seen(run, 0, null)[0]).toMatchObject({ due_in_s: 4 * 3600, wanted: null, condition: 'duty == "yes"' });
  });

  it('ends with the message that service is back; who need only know of long ones never hears of a short one', () => {
    const run = paper([EXECUTIVES, { id: 'customers', channels: ['email'], after: '1h' }]);
    at(run, 20);
    run.take({ type: 'run.restored', data: { step: 'b' } });
    expect(seen(run, 21).map(({ due_in_s }) => due_in_s)).toEqual([540, null]);
    at(run, 22);
    run.take(told());
    expect(seen(run, 23)[0]?.due_in_s).toBeNull();
  });

  it('follows the clock of an exercise: held it stands, at six times the speed it hurries, before the start nothing is due', () => {
    const run = paper([EXECUTIVES], { mode: 'tabletop' });
    expect(seen(run, 5)[0]?.due_in_s).toBeNull();
    at(run, 10);
    const clock = (why: 'start' | 'speed' | 'hold', speed: number, h_ms: number) => ({ type: 'exercise.clock', data: { h_ms, by: 'Ruth', speed, why } }) as const;
    run.take(clock('start', 1000, 0), clock('speed', 6000, 1000));
    const dueAfter = (minutes: number): number => seen(run, minutes)[0]?.due_in_s ?? Number.NaN;
    expect(dueAfter(11) - dueAfter(12)).toBe(360);
    at(run, 12);
    run.take(clock('hold', 0, run.fold.exercise === null ? 0 : 1000 + 6 * 119_000));
    expect(dueAfter(13)).toBe(dueAfter(500));
    run.take(told());
    expect(seen(run, 12)[0]?.told[0]).toMatchObject({ late_s: 0, h_ms: expect.any(Number) });
    expect(seen(run, 12)[0]?.draft).toMatch(/^EXERCISE EXERCISE EXERCISE/u);
  });
});

describe('the draft', () => {
  it('says what is not known, in the words and beside them, and makes nothing up', () => {
    expect(seen(paper([EXECUTIVES]), 0)[0]).toMatchObject({ draft: 'Paper: 0 of 3 steps are done. Olga, ‹crane: not known›', unknown: ['crane'] });
  });

  it('is there for an audience whose runbook gives no text', () => {
    expect(seen(paper([{ id: 'team', channels: ['chat'] }]), 0)[0]?.draft).toBe('Paper: the recovery is under way. 0 of 3 steps are done. Forecast: not known yet. Next update: when there is news.');
  });

  it('tells what is back by the components that have been proven, and the service once it is', () => {
    const front = { components: [{ id: 'db', title: 'The ledger', covered_by: 'a' }, { id: 'web', title: 'The portal', covered_by: ['a', 'c'] }], targets: { rto: '4h', rpo: '15m' } };
    const run = paper([{ id: 'team', channels: ['chat'], template: '{{back}}; {{rto_left}}; {{rpo}}' }], { front });
    expect(seen(run, 60)[0]?.draft).toBe('nothing yet; 3 h left; not measured yet, 15 min allowed');
    run.settle();
    run.does({ do: 'confirm', step: 'a', evidence: [] });
    run.settle();
    expect(seen(run, 60)[0]?.draft).toMatch(/^The ledger; /u);
    at(run, 90);
    run.take({ type: 'run.restored', data: { step: 'b' } }, { type: 'rpo.measured', data: { step: 'b', newest_at: '2026-11-21T09:50:00Z', achieved_ms: 600_000 } });
    expect(seen(run, 120)[0]?.draft).toBe('the service, since 11:30 UTC; 2 h 30 min left; 10 min lost, 15 min allowed');
  });

  it('is marked in a rehearsal, and only there and in a tabletop', () => {
    expect(seen(paper([EXECUTIVES], { mode: 'rehearsal' }), 0)[0]?.draft).toMatch(/^EXERCISE EXERCISE EXERCISE\n\nPaper/u);
    expect(seen(paper([EXECUTIVES]), 0)[0]?.draft).not.toContain('EXERCISE');
  });
});

describe('the channel to take', () => {
  const kinds = (run: PaperRun): (string | null)[] => {
    const rows = channelsOf(run.fold, AudienceBlock.parse(EXECUTIVES));
    return [rows.find(({ next }) => next)?.kind ?? null, ...rows.map(({ dead }) => dead)];
  };

  it('is the first; one by which nobody was reached gives way to the next, and when all did, to the first again', () => {
    const run = paper([EXECUTIVES]);
    expect(kinds(run)[0]).toBe('phone');
    run.take(tried('phone'));
    expect(kinds(run)[0]).toBe('chat');
    run.take(tried('chat'), tried('email'));
    expect(kinds(run)[0]).toBe('phone');
  });

  it('begins anew once somebody was reached', () => {
    const run = paper([EXECUTIVES]);
    run.take(tried('phone'), told('executives', 'chat'));
    expect(kinds(run)[0]).toBe('phone');
  });

  it('is never a dead one: by its kind, by another word for it, or by the service that its address names', () => {
    const run = paper([EXECUTIVES]);
    run.take({ type: 'outage.marked', data: { dead: ['phone', 'slack'], by: 'Olga' } });
    expect(kinds(run)).toEqual(['email', 'phone', 'slack', null]);
    run.take({ type: 'outage.marked', data: { dead: ['telephony', 'chat', 'mail'], by: 'Olga' } });
    expect(kinds(run)).toEqual([null, 'telephony', 'chat', 'mail']);
  });

  it('is recorded with what it passed over', () => {
    const run = paper([EXECUTIVES]);
    run.take({ type: 'outage.marked', data: { dead: ['phone', 'slack'], by: 'Olga' } });
    expect(passedOver(channelsOf(run.fold, AudienceBlock.parse(EXECUTIVES)), 'email')).toEqual(['phone is dead', 'chat is dead (slack)']);
    expect(run.does({ do: 'tell', audience: 'executives', channel: 'email', reached: 'Kim', text: TEXT, unattended: false })).toMatchObject({ ok: true, events: [{ type: 'comms.told', data: { passed_over: ['phone is dead', 'chat is dead (slack)'] } }] });
  });
});

describe('what people do about messages', () => {
  it('is refused for an audience or a channel that is not there, and for nobody who was reached', () => {
    const run = paper([EXECUTIVES]);
    expect(run.does({ do: 'tell', audience: 'crowd', channel: 'email', reached: 'Kim', text: TEXT, unattended: false })).toMatchObject({ ok: false, reason: 'This run has no audience "crowd".' });
    expect(run.does({ do: 'tell', audience: 'executives', channel: 'email', reached: ' ', text: TEXT, unattended: false })).toMatchObject({ ok: false });
    expect(run.does({ do: 'not-reached', audience: 'crowd', channel: 'email', whom: '' })).toMatchObject({ ok: false });
    expect(run.does({ do: 'not-reached', audience: 'executives', channel: 'sms', whom: '' })).toMatchObject({ ok: false, reason: 'The audience "executives" is not told by sms.' });
  });
});

describe('words', () => {
  it('say a cadence as people would', () => {
    expect([{ every: '30m' }, { within: '4h' }, { after: '1h' }, { every: 'continuous' as const }, { within: '10m', every: '1h' }, {}].map(cadenceWords)).toEqual(['every 30 min', 'once, within 4 h', 'if it lasts longer than 1 h', 'whenever there is news', 'first within 10 min, then every 1 h', 'when there is something to say']);
  });

  it('say lateness in words', () => {
    expect([null, 5, -5, -60, -420, -7300].map(overdueWords)).toEqual([null, null, 'due now', 'overdue by 1 minute', 'overdue by 7 minutes', 'overdue by 2 h 1 min']);
  });
});
