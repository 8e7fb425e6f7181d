/** `run --mode tabletop` with answers, and `drill score`: what a tabletop was worth, with the exit statuses of the table. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';

const BOOK = wikiRunbook(`## Work\n${wikiStep('restore', 'kind: run\nrun: [sh, -c, exit 3]\nrestores_service: true\nmodes: { rehearsal: simulate }').replace('budget: 1m', 'budget: 90m')}
\`\`\`yaml inject
id: rotated
at: H+0:45
title: The key was rotated
expect: { action: Ask the custodians, within: 20m, score: 10 }
\`\`\`
`, 'roles: { vp: { approves: true } }\n');
const Scored = z.object({ run: z.string(), score: z.object({ points: z.int(), possible: z.int(), pass: z.int(), open: z.int(), passed: z.boolean().nullable() }), injects: z.array(z.object({ id: z.string(), fired_s: z.number().nullable(), expectations: z.array(z.object({ verdict: z.string().nullable(), seen_s: z.number().nullable(), points: z.int() })) })), rto: z.object({ achieved_s: z.number().nullable() }) });

let here: CommandFolder;
beforeEach(() => { here = commandFolder({}); });
afterEach(() => here.remove());

const tabletop = (answers: string) => here.run('run', here.write('book.runbook.md', BOOK), '--mode', 'tabletop', '--answers', here.write('answers.yaml', answers), '--json');
const answered = (verdict: string): string => `exercise:\n  scores: { rotated: [{ verdict: ${verdict}, at: 'H+1:00' }] }\n`;

describe('the score of a tabletop', () => {
  it.each([['met', 0, 10, true], ['partly', 1, 5, false], ['missed', 1, 0, false]] as const)('when all was %s: exit %i', async (verdict, status, points, passed) => {
    const run = await tabletop(answered(verdict));
    expect(run.status, run.stderr).toBe(0);
    const result = await here.run('drill', 'score', 'last', '--json');
    expect(result.status, result.stderr).toBe(status);
    expect(Scored.parse(result.json())).toMatchObject({ score: { points, possible: 10, pass: 8, open: 0, passed }, injects: [{ id: 'rotated', fired_s: 2700, expectations: [{ verdict, seen_s: 3600, points }] }], rto: { achieved_s: 5400 } });
    const text = await here.run('drill', 'score', 'last');
    expect(text.stdout).toContain(`${points} of 10 points, 8 pass: ${passed ? 'passed' : 'not passed'}`);
    expect(text.stdout).toMatch(/^EXERCISE/u);
  });

  it('counts what nobody judged as nothing, and says how much that is', async () => {
    await tabletop('notes: {}\n');
    const result = await here.run('drill', 'score', 'last', '--json');
    expect(result.status).toBe(1);
    expect(Scored.parse(result.json()).score).toMatchObject({ points: 0, open: 1, passed: false });
  });

  it('waits for a person while the exercise is not over', async () => {
    const run = await tabletop('exercise:\n  injects: { rotated: { at: \'H+0:05\' } }\n  stock: [{ id: stock-clock-wrong, at: manual }]\n  participants: [{ name: Helena Brandt, role: vp }]\n');
    expect(run.status, run.stderr).toBe(0);
    const gated = BOOK.replace('modes: { rehearsal: simulate }', 'modes: { rehearsal: simulate }\napprove: { by: [vp] }');
    const open = await here.run('run', here.write('gated.runbook.md', gated), '--mode', 'tabletop', '--answers', here.write('nobody.yaml', 'exercise: { participants: [{ name: Helena Brandt, role: vp, absent: on a plane }] }\n'), '--json');
    expect(open.status, open.stderr).toBe(5);
    const score = await here.run('drill', 'score', 'last', '--json');
    expect(score.status).toBe(5);
    expect(Scored.parse(score.json()).score.passed).toBeNull();
  });

  it('is refused for a run that was no tabletop, and not found for none', async () => {
    expect((await here.run('drill', 'score', 'last')).status).toBe(3);
    await here.run('run', here.write('book.runbook.md', BOOK), '--mode', 'rehearsal', '--json');
    const result = await here.run('drill', 'score', 'last', '--json');
    expect(result.status, result.stdout).toBe(4);
    expect(errorOf(result).message).toContain('no tabletop exercise');
  });
});
