import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { driveRun } from '../../../electron/engine/run/drive.ts';
import { findSurvivors } from '../../../electron/engine/tool/find-survivors.ts';
import { finish, openLab, step } from '../../support/run-lab.ts';

const breaks = step('breaks', 'kind: run\nrun: ["false"]');
const after = step('after', 'kind: run\nrun: ["true"]');
const say = (what: string, more = ''): unknown => ({ failures: { breaks: [{ do: what, reason: 'because', by: 'Kim', ...(more === '' ? {} : { to: more }) }] } });

describe('a step that fails', () => {
  it('halts its lane: the run is failed, exits with 1 and can be resumed', async () => {
    const lab = openLab();
    const done = await lab.drive(breaks + after);
    expect(done).toMatchObject({ state: 'failed', exit: 1 });
    expect(done.run.steps.map(({ state }) => state)).toEqual(['failed', 'pending']);
    expect(lab.runs.view(done.live.id)).toMatchObject({ state: 'failed', current: 'breaks', finished_at: null });
  });

  it.each([
    ['skip', 'skipped'], ['override', 'overridden'], ['done', 'succeeded'],
  ])('%s: the next step goes on, and the record keeps who said so and why', async (what, state) => {
    const lab = openLab();
    const done = await lab.drive(breaks + after, { answers: say(what) });
    expect(done.run.steps.map((one) => one.state)).toEqual([state, 'succeeded']);
    expect(done).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(done.step('breaks').reason).toContain('because');
    const [event] = lab.events(done.live.id).filter(({ type }) => ['step.skipped', 'step.overridden', 'step.done'].includes(type));
    expect(event?.data).toMatchObject({ by: 'Kim', reason: 'because' });
  });

  it('done by hand is told apart from what was measured', async () => {
    const lab = openLab();
    const done = await lab.drive(breaks + after, { answers: say('done') });
    expect(lab.runs.view(done.live.id).steps.map(({ by_hand }) => by_hand ?? false)).toEqual([true, false]);
  });

  it('done by hand is judged on what can be seen without its output; what cannot is named', async () => {
    const lab = openLab();
    const body = step('breaks', `kind: run
run: ["false"]
env: { WORD: harbour }
verify:
  - { stdout: { equals: lit } }
  - { run: [sh, -c, "echo $WORD; test -e {{run_dir}}/lamp"], expect: { stdout: { equals: harbour } } }
  - { title: The lamp is there, file: "{{run_dir}}/lamp", exists: true }`) + after;
    const dark = await lab.drive(body, { answers: say('done') });
    expect(dark).toMatchObject({ state: 'failed', exit: 1 });
    expect(dark.step('breaks')).toMatchObject({ state: 'failed', assertions: [{ ok: false }, { ok: false, title: 'The lamp is there' }], reason: expect.stringMatching(/^Done by hand: because; but .*exits with 0/u) });
    expect(lab.runs.view(dark.live.id).steps[0]?.by_hand).toBeUndefined();

    const live = await lab.runs.start({ id: lab.write(body), mode: 'rehearsal', params: {} }, 'auto');
    await live.settled();
    writeFileSync(join(live.runDir, 'lamp'), '');
    const lit = await finish(lab, live, say('done'));
    expect(lit).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(lit.step('breaks')).toMatchObject({ state: 'succeeded', reason: 'Done by hand: because', assertions: [{ ok: true }, { ok: true }], unjudged: ['the output is "lit"'] });
    const view = lab.runs.view(live.id);
    expect(view.steps[0]?.by_hand).toBe(true);
    expect(view.lookout).toContainEqual('Step 1 Step breaks: done by hand, and what could be judged holds; not judged, as its program did not run: the output is "lit"');
  });

  it('done by hand with nothing but its output to judge stays a person\'s word', async () => {
    const lab = openLab();
    const done = await lab.drive(step('breaks', 'kind: run\nrun: ["false"]\nverify: [{ number: { min: 1 } }]') + after, { answers: say('done') });
    expect(done.step('breaks')).toMatchObject({ state: 'succeeded', assertions: [], unjudged: ['the output as a number is at least 1'] });
    expect(lab.runs.view(done.live.id).lookout.join()).toContain('done by hand, not proven by the console; not judged, as its program did not run');
  });

  it('done by hand in a tabletop judges nothing: nothing runs there', async () => {
    const touch = 'verify: [{ run: [touch, "{{data_dir}}/touched"] }]';
    const lab = openLab();
    const simulated = `${step('breaks', `kind: run\nrun: ["true"]\n${touch}`)}\`\`\`yaml inject\nid: lost\nat: manual\ntitle: It is lost\naffects: [breaks]\noutcome: fail\n\`\`\`\n`;
    const live = await lab.runs.start({ id: lab.write(simulated), mode: 'tabletop', params: {} }, 'step');
    await live.settled();
    await lab.runs.command(live.id, { do: 'inject', inject: 'lost' });
    await lab.runs.command(live.id, { do: 'start', step: 'breaks' });
    await live.settled();
    await lab.runs.command(live.id, { do: 'done', step: 'breaks', reason: 'because' });
    await live.settled();
    expect(lab.runs.view(live.id).steps[0]?.state).toBe('succeeded');
    expect(existsSync(join(lab.dataDir, 'touched'))).toBe(false);
  });

  it('retry: tries again, as often as the answers say, and never repeats an answer', async () => {
    const body = step('breaks', 'kind: run\nrun: [sh, -c, "echo x >> {{run_dir}}/tries; test $(wc -l < {{run_dir}}/tries) -ge 3"]') + after;
    const twice = { failures: { breaks: [{ do: 'retry', reason: 'a', by: 'Kim' }, { do: 'retry', reason: 'b', by: 'Kim' }] } };
    const done = await openLab().drive(body, { answers: twice });
    expect(done.step('breaks')).toMatchObject({ state: 'succeeded', attempts: 3 });
    const once = await openLab().drive(body, { answers: say('retry') });
    expect(once.step('breaks')).toMatchObject({ state: 'failed', attempts: 2 });
  });

  it('retries by its own rule, waits between the attempts, and halts after the last', async () => {
    const done = await openLab().drive(step('breaks', 'kind: run\nrun: ["false"]\non_fail: { retry: 2, delay: 1s }'));
    expect(done.step('breaks')).toMatchObject({ state: 'failed', attempts: 3 });
    const first = Date.parse(done.step('breaks').started_at ?? '');
    expect(Date.parse(done.step('breaks').finished_at ?? '') - first).toBeGreaterThanOrEqual(2000);
  });

  it('defer: what does not need it goes on, what needs it waits, and at the end it is asked again', async () => {
    const lanes = breaks + step('needs-it', 'kind: run\nneeds: [breaks]\nrun: ["true"]') + step('own-lane', 'kind: run\nneeds: []\nrun: ["true"]');
    const once = await openLab().drive(lanes, { answers: say('defer') });
    expect(once).toMatchObject({ exit: 5, state: 'waiting' });
    expect(once.run.steps.map(({ state }) => state)).toEqual(['waiting', 'pending', 'succeeded']);
    const settled = await openLab().drive(lanes, { answers: { failures: { breaks: [{ do: 'defer', reason: 'later', by: 'Kim' }, { do: 'skip', reason: 'now', by: 'Kim' }] } } });
    expect(settled.run.steps.map(({ state }) => state)).toEqual(['skipped', 'succeeded', 'succeeded']);
    expect(settled.exit).toBe(0);
  });

  it('goto: goes forward, past what lies between', async () => {
    const done = await openLab().drive(breaks + after + step('last', 'kind: run\nrun: ["true"]'), { answers: say('goto', 'last') });
    expect(done.run.steps.map(({ state }) => state)).toEqual(['failed', 'not_executed', 'succeeded']);
    expect(done.exit).toBe(0);
  });

  it('goto: never goes back', async () => {
    const done = await openLab().drive(step('first', 'kind: run\nrun: ["true"]') + breaks, { answers: say('goto', 'first') });
    expect(done).toMatchObject({ exit: 1, state: 'failed' });
  });

  it('abort: ends the run for good, and nothing that follows is executed', async () => {
    const lab = openLab();
    const done = await lab.drive(breaks + after, { answers: say('abort') });
    expect(done).toMatchObject({ state: 'aborted', exit: 1 });
    expect(done.run.steps.map(({ state }) => state)).toEqual(['failed', 'not_executed']);
    await expect(lab.runs.command(done.live.id, { do: 'retry', step: 'breaks' })).rejects.toThrow('over');
    await expect(lab.runs.resume(done.live.id, { pace: 'auto' })).rejects.toThrow('over');
  });

  it('undo is offered and taken back only when asked; the step is a question again', async () => {
    const lab = openLab();
    const path = lab.write(step('make', 'kind: run\nrun: [touch, "{{run_dir}}/made"]\nundo: { run: [rm, "{{run_dir}}/made"] }') + step('look', 'kind: manual\nconfirm: Looked.'));
    const live = await lab.runs.start({ id: path, mode: 'live', params: {}, operator: (await lab.people.enroll({ name: 'Op Erator', roles: ['operator'], passphrase: 'long enough' })).id }, 'auto');
    await live.settled();
    expect(existsSync(join(live.runDir, 'made'))).toBe(true);
    await lab.runs.command(live.id, { do: 'undo', step: 'make', reason: 'wrong one' });
    await live.settled();
    expect(existsSync(join(live.runDir, 'made'))).toBe(false);
    expect(live.view().steps[0]).toMatchObject({ state: 'failed', reason: 'Undone: wrong one' });
    await lab.runs.command(live.id, { do: 'retry', step: 'make', reason: 'again' });
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'succeeded', attempts: 2 });
  });
});

describe('time', () => {
  it('ends a tool that takes too long, with the children that ignore TERM', async () => {
    const lab = openLab();
    const done = await lab.drive(step('stuck', 'kind: run\ntimeout: 1s\nrun: [sh, -c, "trap \'\' TERM; (trap \'\' TERM; echo $$; sleep 200) & sleep 200"]'));
    expect(done.step('stuck')).toMatchObject({ state: 'failed' });
    expect(done.step('stuck').reason).toContain('longer than');
    const living = readFileSync('/proc/self/stat', 'utf8') !== '' && lab.events(done.live.id, 'step.result')[0]?.data['survivors'];
    expect(living).toEqual([]);
  });

  it('says that a tool has gone quiet, once, and lets it go on', async () => {
    const lab = openLab();
    const done = await lab.drive(step('quiet', 'kind: run\nquiet_alarm: 1s\nrun: [sh, -c, "echo a; sleep 2.6; echo b"]'));
    expect(done.step('quiet').state).toBe('succeeded');
    expect(lab.events(done.live.id, 'step.quiet')).toHaveLength(1);
  });

  it('does not wait for a pipe that a child still holds', async () => {
    const done = await openLab().drive(step('leaves', 'kind: run\nrun: [sh, -c, "sleep 30 & echo done"]\nverify: [{ stdout: { equals: done } }]'));
    expect(done.step('leaves').state).toBe('succeeded');
    expect(done.step('leaves').tool_s).toBeLessThan(10);
  });

  it('abort kills what runs in every lane', async () => {
    const lab = openLab();
    const path = lab.write(step('a', 'kind: run\nneeds: []\nrun: [sleep, "300"]') + step('b', 'kind: run\nneeds: []\nrun: [sh, -c, "sleep 300 & wait"]'));
    const live = await lab.runs.start({ id: path, mode: 'tabletop', params: {} }, 'auto');
    expect((await finish(lab, live)).state).toBe('succeeded'); // nothing runs in a tabletop
    const real = await lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'auto');
    while (lab.events(real.id, 'step.process').length < 2) await real.changed();
    await lab.runs.command(real.id, { do: 'abort', reason: 'enough' });
    await real.settled();
    expect(real.view()).toMatchObject({ state: 'aborted' });
    expect(real.view().steps.map(({ state, exit_codes }) => [state, exit_codes])).toEqual([['failed', [143]], ['failed', [143]]]);
  });

  it('an interrupt ends what runs, starts nothing more, and leaves the run to be resumed', async () => {
    const lab = openLab();
    const live = await lab.runs.start({ id: lab.write(step('a', 'kind: run\nrun: [sleep, "300"]\non_fail: { retry: 3 }') + step('b', 'kind: run\nneeds: []\nrun: ["true"]')), mode: 'rehearsal', params: {} }, 'auto');
    while (lab.events(live.id, 'step.process').length < 2 || live.view().steps[1]?.state !== 'succeeded') await live.changed();
    const stop = new AbortController();
    const driving = driveRun(live, {}, { people: lab.people, env: {}, folder: lab.folder, signal: stop.signal });
    stop.abort();
    expect(await driving).toMatchObject({ state: 'failed', exit: 1, why: 'It was interrupted' });
    expect(lab.runs.view(live.id).steps[0]).toMatchObject({ state: 'failed', attempts: 1 });
    expect(findSurvivors({ processes: [], marker: `${live.id}/` })).toEqual([]);
    const again = await lab.runs.resume(live.id, { pace: 'auto' });
    await lab.runs.command(live.id, { do: 'skip', step: 'a', reason: 'enough' });
    await again.settled();
    expect(again.state()).toBe('succeeded');
  });

  it('stops one step when asked, and asks what now', async () => {
    const lab = openLab();
    const live = await lab.runs.start({ id: lab.write(step('a', 'kind: run\nrun: [sleep, "300"]\non_fail: { retry: 3 }')), mode: 'rehearsal', params: {} }, 'auto');
    while (lab.events(live.id, 'step.process').length < 1) await live.changed();
    await lab.runs.command(live.id, { do: 'stop-step', step: 'a', reason: 'wrong host' });
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'failed', attempts: 1, reason: 'Stopped: wrong host', waiting_for: 'answer' });
  });
});
