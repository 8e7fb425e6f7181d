import { describe, expect, it } from 'vitest';
import type { AudienceView } from '../../../../../electron/contract/run.ts';
import { dueIn, dueOnes, dueWords, lastTold } from '../../../../../renderer/src/screens/run/comms/due.ts';
import { doneWords, runningWords } from '../../../../../renderer/src/screens/run/comms/handover-words.ts';
import { runView, stepView } from '../../../../support/run-view.ts';

function audience(id: string, due_in_s: number | null, more: Partial<AudienceView> = {}): AudienceView {
  return { id, title: id, cadence: 'every 30 min', condition: null, wanted: true, due_at: due_in_s === null ? null : '2026-09-15T02:00:00.000Z', due_in_s, told: [], channels: [], draft: '', unknown: [], ...more };
}

describe('when somebody is due', () => {
  it('goes on between two views, the earliest first, and leaves out who hears nothing by itself', () => {
    const view = { audiences: [audience('board', 300), audience('team', null), audience('partners', -60)] };
    expect(dueOnes(view, 0, 30_000).map((due) => [due.audience.id, due.in_s])).toEqual([['partners', -90], ['board', 270]]);
  });

  it('stands while the clock of an exercise is held, and hurries with it', () => {
    const board = audience('board', 300);
    const at = (speed: number): number | null => dueIn({ audiences: [board], exercise: { clock: { h_ms: 0, speed } } }, board, 0, 10_000);
    expect([at(0), at(1000), at(6000)]).toEqual([300, 290, 240]);
  });

  it('is said in words, also when it is late', () => {
    expect([600, 30, -10, -400].map(dueWords)).toEqual(['in 10 min', 'within a minute', 'due now', 'overdue by 6 minutes']);
  });

  it('says who was told last, by which clock', () => {
    expect(lastTold(audience('board', 1))).toBe('not told yet');
    const told = { at: '2026-09-15T01:40:00.000Z', channel: 'phone', reached: 'Kim', late_s: 0 };
    expect(lastTold(audience('board', 1, { told: [told] }))).toBe('told 01:40 by phone');
    expect(lastTold(audience('board', 1, { told: [{ ...told, h_ms: 720_000 }] }))).toMatch(/^told H\+0:12\S* by phone$/u);
  });
});

describe('what a handover begins with', () => {
  it('is what the run knows: done, left out, running, halted, who waits to be told', () => {
    const view = runView({
      steps: [stepView({ id: 'a', number: 1, title: 'Open the vault' }), stepView({ id: 'b', number: 2, title: 'Restore', state: 'running', finished_at: null }), stepView({ id: 'c', number: 3, title: 'DNS', state: 'skipped', reason: 'no zone' }), stepView({ id: 'd', number: 4, title: 'Prove', state: 'failed', reason: 'exit code 1' })],
      audiences: [audience('board', -5, { title: 'The board' })],
    });
    expect(doneWords(view)).toBe('1 of 4 steps; the last is 1 Open the vault\n3 DNS: skipped, no zone');
    expect(runningWords(view)).toBe('2 Restore runs since 01:14 UTC.\n4 Prove failed: exit code 1.\nThe board should have been told by now.');
  });

  it('says that nothing is, where nothing is', () => {
    const view = runView({ steps: [stepView({ id: 'a', number: 1, title: 'Open the vault', state: 'pending', started_at: null, finished_at: null })], current: 'a' });
    expect([doneWords(view), runningWords(view)]).toEqual(['No step is done yet.', 'Nothing runs. Next is 1 Open the vault']);
  });
});
