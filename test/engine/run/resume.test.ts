import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finish, openLab, step } from '../../support/run-lab.ts';

const SECRET = 'correct horse battery';

describe('a run that was left', () => {
  it('goes on where it waited, with the answers of the second time', async () => {
    const lab = openLab();
    const first = await lab.drive(step('a', 'kind: run\nrun: ["true"]') + step('ask', 'kind: manual\nconfirm: x') + step('b', 'kind: run\nrun: ["true"]'));
    expect(first).toMatchObject({ exit: 5, state: 'waiting' });
    const second = await finish(lab, await lab.runs.resume(first.live.id, { pace: 'auto' }), { confirmations: { ask: {} } });
    expect(second).toMatchObject({ exit: 0 });
    expect(second.run.steps.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
  });

  it('cannot be commanded before it is resumed, nor resumed under a word that fits no run', async () => {
    const lab = openLab();
    const first = await lab.drive(step('ask', 'kind: manual\nconfirm: x'));
    await expect(lab.runs.command('last', { do: 'confirm', step: 'ask' })).rejects.toThrow('resume it first');
    await expect(lab.runs.resume('nothing', { pace: 'auto' })).rejects.toMatchObject({ code: 'not-found' });
    expect(lab.runs.resolve(first.live.id.slice(0, -2))).toBe(first.live.id);
  });

  it('asks again for the secrets that only a person could give', async () => {
    const lab = openLab();
    const given = { answers: { secrets: { pw: { env: 'PW' } } }, env: { PW: SECRET } };
    const body = step('get', 'kind: secret\nsecret: pw') + step('ask', 'kind: manual\nconfirm: x') + step('use', 'kind: run\nrun: [wc, -c]\nstdin: { secret: pw }\nverify: [{ number: { equals: 21 } }]');
    const first = await lab.drive(body, { front: 'secrets:\n  pw: { sources: [prompt] }', ...given });
    expect(first.exit).toBe(5);
    const second = await finish(lab, await lab.runs.resume('last', { pace: 'auto' }), { confirmations: { ask: {} } });
    expect(second).toMatchObject({ exit: 5 });
    expect(second.step('use').state).toBe('waiting');
    expect(lab.runs.view('last').steps[2]?.waiting_for).toBe('secret');
    const third = await finish(lab, await lab.runs.resume('last', { pace: 'auto' }), given.answers, given.env);
    expect(third, third.why).toMatchObject({ exit: 0 });
  });

  it('starts its services again', async () => {
    const lab = openLab();
    const first = await lab.drive(
      step('serve', 'kind: run\nrun: [sh, -c, "echo x >> {{run_dir}}/starts; exec sleep 300"]\nbackground: { stop: ["true"] }\nwait_until: { run: [ls, "{{run_dir}}/starts"], every: 1s, within: 9s }') + step('ask', 'kind: manual\nconfirm: x'),
    );
    expect(first.exit).toBe(5);
    const live = await lab.runs.resume('last', { pace: 'auto' });
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'succeeded', attempts: 2 });
    expect((await finish(lab, live, { confirmations: { ask: {} } })).exit).toBe(0);
  });

  it('a rehearsal that failed was torn down; it gets new scratch resources, and is torn down again', async () => {
    const lab = openLab();
    const front = 'params:\n  target: { type: string, default: /production, rehearsal: "{{scratch.dir.path}}" }\nscratch:\n  dir: { kind: directory }';
    const body = step('breaks', 'kind: run\nrun: ["false"]') + step('write', 'kind: run\nrun: [touch, "{{target}}/file"]') + step('clean', 'kind: run\nteardown: true\nrun: [rm, -f, "{{target}}/file"]\nverify: [{ file: "{{target}}/file", exists: false }]');
    const first = await lab.drive(body, { front });
    expect(first.run.steps.map(({ state }) => state)).toEqual(['failed', 'pending', 'succeeded']);
    expect(readdirSync(join(lab.dataDir, 'scratch'))).toEqual([]);
    const second = await finish(lab, await lab.runs.resume('last', { pace: 'auto' }), { failures: { breaks: [{ do: 'skip', reason: 'r', by: 'Kim' }] } });
    expect(second.run.steps.map(({ state }) => state), second.why).toEqual(['skipped', 'succeeded', 'succeeded']);
    expect(second.step('clean').attempts).toBe(2);
    expect(readdirSync(join(lab.dataDir, 'scratch'))).toEqual([]);
  });

  it('and a rehearsal that waits keeps what it has restored into its scratch folder', async () => {
    const lab = openLab();
    const front = 'params:\n  target: { type: string, default: /production, rehearsal: "{{scratch.dir.path}}" }\nscratch:\n  dir: { kind: directory }';
    await lab.drive(step('write', 'kind: run\nrun: [touch, "{{target}}/file"]') + step('ask', 'kind: manual\nconfirm: x') + step('look', 'kind: run\nrun: [ls, "{{target}}/file"]'), { front });
    expect((await finish(lab, await lab.runs.resume('last', { pace: 'auto' }), { confirmations: { ask: {} } })).state).toBe('succeeded');
    expect(existsSync(join(lab.dataDir, 'scratch', lab.runs.resolve('last')))).toBe(false);
  });
});

describe('what is long', () => {
  it('goes to blobs: no event outgrows what the journal takes', async () => {
    const lab = openLab();
    const long = 'x'.repeat(6_000);
    const done = await lab.drive(step('say', `kind: run\nrun: [printf, "%s%s%s", "${long}", "${long}", "y"]\nverify:\n${Array.from({ length: 12 }, () => `  - { stdout: { contains: "${'x'.repeat(600)}" } }`).join('\n')}`));
    expect(done.state, done.why).toBe('succeeded');
    expect(done.step('say').assertions).toHaveLength(12);
    expect(lab.runs.view('last').steps[0]?.commands[0]?.[2]).toHaveLength(6_000);
    expect(Math.max(...lab.events(done.live.id).map((event) => JSON.stringify(event).length))).toBeLessThan(16_384);
  });

  it('is cut where people write it', async () => {
    const lab = openLab();
    const done = await lab.drive(step('breaks', 'kind: run\nrun: ["false"]'), { answers: { failures: { breaks: [{ do: 'skip', reason: 'é'.repeat(20_000), by: 'Kim' }] } } });
    expect(done.state).toBe('succeeded');
    expect(done.step('breaks').reason?.length).toBeLessThan(2_100);
  });

  it('is refused as a capture', async () => {
    const done = await openLab().drive(step('big', 'kind: run\nrun: [sh, -c, "head -c 9000 /dev/zero | tr \'\\\\0\' x"]\ncapture: { all: { stdout: true, type: string } }'));
    expect(done.step('big')).toMatchObject({ state: 'failed' });
    expect(done.step('big').reason).toContain('a step may capture');
  });
});

describe('evidence', () => {
  it('is kept with the run, by its digest', async () => {
    const lab = openLab();
    const done = await lab.drive(step('log', 'kind: run\nrun: [sh, -c, "echo evidence > audit.log"]\nattach: [audit.log, gone.log]'));
    const view = lab.runs.view(done.live.id);
    expect(view.attachments).toMatchObject([{ name: 'audit.log', size: 9, step: 'log' }]);
    expect(Buffer.from(lab.journal.blobs.read(view.attachments[0]?.sha256 ?? '')).toString()).toBe('evidence\n');
    expect(view.lookout).toEqual([expect.stringContaining('gone.log')]);
  });
});
