/** What the projector shows: no answers, no notes, nothing of what is still to come; and its port only goes one way. */
import { describe, expect, it } from 'vitest';
import { ParticipantsView } from '../../../electron/contract/tabletop/view.ts';
import { viewParticipants } from '../../../electron/contract/tabletop/view-exercise.ts';
import type { ExerciseAct } from '../../../electron/contract/tabletop/plan.ts';
import { showParticipants } from '../../../electron/engine/page/show-participants.ts';
import { openLab, step } from '../../support/run-lab.ts';
import { setClock } from '../../support/set-clock.ts';

const BODY = `${step('have', 'kind: manual\nconfirm: x')}
\`\`\`yaml inject
id: rotated
at: manual
title: SECRET-TITLE
see: The envelope says version 3
text: What is read aloud
hints: [SECRET-HINT]
affects: [have]
outcome: unknown
expect: { action: SECRET-ANSWER, within: 5m, score: 17 }
\`\`\`

\`\`\`yaml inject
{ id: later, at: 'H+9:00', title: SECRET-FUTURE }
\`\`\`
`;

describe('what participants are shown', () => {
  it('is the situation, the clock, the step and the injects that came, and nothing else', async () => {
    const lab = openLab({ clock: setClock() });
    const live = await lab.runs.start({ id: lab.write(BODY, 'lost: [dns]\ntargets: { rto: 4h }'), mode: 'tabletop', params: {} }, 'step');
    const acts: ExerciseAct[] = [
      { act: 'person', name: 'Helena Brandt', role: 'vp', presence: 'absent', reason: 'SECRET-REASON' }, { act: 'start', held: true }, { act: 'fire', inject: 'rotated' },
      { act: 'note', kind: 'observation', text: 'SECRET-NOTE' }, { act: 'note', kind: 'lesson', text: 'SECRET-LESSON' }, { act: 'score', inject: 'rotated', expectation: 0, verdict: 'met', note: 'SECRET-SCORE' },
    ];
    for (const act of acts) await lab.runs.command(live.id, { do: 'exercise', act });
    await lab.runs.command(live.id, { do: 'start', step: 'have' });
    const view = live.view();
    const shown = viewParticipants(view, view.exercise ?? expect.fail('no exercise'));
    expect(ParticipantsView.strict().parse(shown)).toEqual(shown);
    expect(JSON.stringify(shown)).not.toContain('SECRET');
    expect(shown).toMatchObject({ step: { number: 1, total: 1 }, injects: [{ heading: 'The envelope says version 3', text: 'What is read aloud', h_ms: 0, withdrawn: false }], dead: ['dns'], absent: ['Helena Brandt'], unknown: ['Step 1, Step have'], target_ms: 14_400_000, ended: null });
    await lab.runs.command(live.id, { do: 'exercise', act: { act: 'withdraw', inject: 'rotated', reason: 'SECRET' } });
    const after = live.view();
    expect(viewParticipants(after, after.exercise ?? expect.fail('no exercise')).injects).toEqual([expect.objectContaining({ withdrawn: true })]);
  });

  it('is sent at once and after each change of that run; what the page says is read by nobody', async () => {
    const sent: unknown[] = [];
    const heard: ((frame: unknown) => void)[] = [];
    let tell: (event: { event: string; run?: string }) => void = () => undefined;
    let calls = 0;
    const closed = new AbortController();
    const waiters: (() => void)[] = [];
    const port = { post: (frame: unknown) => { sent.push(frame); waiters.splice(0).forEach((wake) => wake()); }, onFrame: (listener: (frame: unknown) => void) => { heard.push(listener); } };
    const view = ParticipantsView.parse({ run: 'r', title: 't', exercise: 'e', scenario: 's', day: 'd', clock: { h_ms: 0, at: 'x', speed: 0, state: 'planned', started_at: null }, target_ms: null, step: null, phases: [], injects: [], dead: [], alive: [], unknown: [], absent: [], ended: null });
    showParticipants(port, closed.signal, { participants: (run) => { calls += 1; return run === 'r' ? view : null; }, subscribe: (listener) => { tell = listener; return () => { tell = () => undefined; }; } }, 'r');
    expect(sent).toEqual([{ events: [view] }]);
    for (const listener of heard) listener({ id: 1, method: 'run.command', params: { run: 'r', command: { do: 'abort', reason: 'x' } } });
    expect(sent).toHaveLength(1);
    const next = new Promise<void>((resolve) => waiters.push(resolve));
    tell({ event: 'run.changed', run: 'other' });
    tell({ event: 'run.changed', run: 'r' });
    tell({ event: 'run.changed', run: 'r' });
    await next;
    expect(calls).toBe(2);
    closed.abort();
    tell({ event: 'run.changed', run: 'r' });
    expect(sent).toHaveLength(2);
  });
});
