/** What a report says of an exercise, read from a real one. */
import { describe, expect, it } from 'vitest';
import { exerciseMet, exercisePart, exerciseVerdict } from '../../../electron/engine/report/exercise-part.ts';
import { openLab, step } from '../../support/run-lab.ts';
import { setClock } from '../../support/set-clock.ts';

const BODY = `${step('restore', 'kind: run\nrun: ["false"]\nbudget: 90m\nrestores_service: true')}
\`\`\`yaml inject
{ id: rotated, at: 'H+0:45', title: The key was rotated, affects: [restore], outcome: unknown, expect: { action: Ask the custodians, within: 20m, score: 10 } }
\`\`\`

\`\`\`yaml inject
{ id: taken-back, at: 'H+0:50', title: It was too much }
\`\`\`
`;

describe('the tables of an exercise', () => {
  it('tell plan, objectives, injects with both times, answers, lessons, people and the clock', async () => {
    const lab = openLab({ clock: setClock() });
    const done = await lab.drive(BODY, {
      mode: 'tabletop',
      answers: {
        failures: { restore: [{ do: 'override', reason: 'accepted', by: 'Kim' }] },
        exercise: {
          plan: { title: 'Keys', facilitator: 'Ruth Adeyemi', objectives: [{ id: 'keys', text: 'Find the key' }] }, participants: [{ name: 'Helena Brandt', role: 'vp', absent: 'on a plane' }], injects: { 'taken-back': { withdraw: 'Too much' } },
          scores: { rotated: [{ verdict: 'met', at: 'H+1:20', note: 'asked late' }] }, ratings: { keys: { rating: 'M', reason: 'slow' } }, notes: [{ kind: 'lesson', text: 'The list is old', owner: 'Claire', due: '2026-12-17' }, { kind: 'answer', text: 'We ask', who: 'Priya' }],
        },
      },
    });
    expect(done.state, done.why).toBe('succeeded');
    const view = done.live.view();
    const { exercise = expect.fail('it was an exercise') } = view;
    const scored = (score: Partial<typeof exercise.score>, ended = exercise.ended): typeof exercise => ({ ...exercise, ended, score: { ...exercise.score, ...score } });
    expect(exerciseVerdict(view)).toMatch(/^Talked through to its end: 5 of 10 points, \d+ pass\. Nothing ran/u);
    expect([scored({ passed: true }), scored({ passed: false, open: 0 }), scored({ passed: false, open: 1 }), scored({ come: 0, passed: false }), scored({ passed: true }, null), undefined].map(exerciseMet)).toEqual([true, false, null, null, null, null]);
    expect(exerciseVerdict({ state: 'succeeded', exercise: scored({ open: 2 }) })).toContain('2 expectations were not judged');
    const stopped = exercise.ended === null ? null : { ...exercise.ended, why: 'real-emergency' as const };
    expect(exerciseVerdict({ state: 'aborted', exercise: scored({}, stopped) })).toMatch(/^Stopped at H\+1:30 by a real emergency/u);
    expect(exerciseMet(scored({ passed: true }, stopped))).toBeNull();
    expect(exerciseVerdict({ state: 'waiting', exercise })).toBe('The exercise did not come to its end: it is waiting.');
    const blocks = exercisePart({ exercise: lab.runs.view(done.live.id).exercise ?? null });
    const tables = Object.fromEntries(blocks.flatMap((block, index) => {
      const next = blocks[index + 1];
      return block.kind === 'title' && next?.kind === 'table' ? [[block.text, next.rows]] : [];
    }));
    expect(tables['Exercise: Keys']).toContainEqual(['Score', '5 of 10 points, 8 pass: not passed']);
    expect(tables['Objectives']).toEqual([['M', 'Find the key', 'Performed with major challenges', 'slow']]);
    expect(tables['Injects']).toEqual([
      ['The key was rotated', 'H+0:45', 'H+0:45', expect.stringMatching(/^03:00/u), 'at its time', 'Step restore: unknown', '5 of 10'],
      ['It was too much', 'H+0:50', '–', '–', 'withdrawn by unattended: Too much', '', ''],
    ]);
    expect(tables['Answers']).toEqual([['The key was rotated', 'Ask the custodians', 'H+1:05', 'H+1:20', 'met, late', '5 of 10', 'asked late']]);
    expect(tables['Lessons']).toEqual([['The list is old', 'Claire', '2026-12-17']]);
    expect(tables['Said and observed']).toEqual([['H+1:30', expect.any(String), 'Priya', 'We ask', 'answer']]);
    expect(tables['Participants']).toEqual([['Helena Brandt', 'vp', null, 'not to be reached, simulated: on a plane', 'H+0:00']]);
    expect(tables['The exercise clock']?.map((row) => [row[0], row[2]])).toEqual([['H+0:00', 'started'], ['H+0:45', 'jumped'], ['H+1:30', 'jumped']]);
  });

  it('are none for a run that was no exercise', () => {
    expect(exercisePart({ exercise: null })).toEqual([]);
  });
});
