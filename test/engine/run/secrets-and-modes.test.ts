import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';
import { mayMount } from '../../support/small-disk.ts';

const SECRET = 'correct horse battery';
const front = 'secrets:\n  pg_password: { sources: [{ file: pw.txt }, prompt] }';

function allBytes(lab: RunLab): Buffer {
  const files = readdirSync(lab.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Buffer.concat(files.map((file) => readFileSync(file)));
}

describe('secrets', () => {
  it('reach a tool as a file, in its environment and on stdin, and stay out of everything that is kept', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'books', 'pw.txt'), `${SECRET}\n`);
    const done = await lab.drive(
      step('file', 'kind: run\nrun: [sh, -c, "stat -c %a $1; cat $1", x, "{{secret_file:pg_password}}"]\nverify: [{ stdout: { matches: "^600\\\\n‹masked:pg_password›$" } }]') +
        step('env', 'kind: run\nrun: [sh, -c, \'printf %s "$PGPASSWORD" | wc -c; printf %s "$PGPASSWORD" | base64\']\nenv: { PGPASSWORD: { secret: pg_password } }\nverify: [{ stdout: { contains: "21" } }]') +
        step('stdin', 'kind: run\nrun: [wc, -c]\nstdin: { secret: pg_password }\nverify: [{ number: { equals: 21 } }]'),
      { front },
    );
    expect(done.state, `${done.why} ${JSON.stringify(done.run.steps.map(({ assertions }) => assertions))}`).toBe('succeeded');
    const kept = allBytes(lab);
    for (const form of [SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex')]) expect(kept.includes(form), form).toBe(false);
    expect(lab.runs.view(done.live.id).steps[0]?.commands[0]).toEqual(['sh', '-c', 'stat -c %a $1; cat $1', 'x', '‹secret pg_password, 21 bytes›']);
    expect(lab.events(done.live.id, 'step.secret')).toHaveLength(1);
    expect(lab.events(done.live.id, 'step.secret')[0]?.data).toMatchObject({ name: 'pg_password', length: 21, source: `file ${join(lab.folder, 'books', 'pw.txt')}` });
  });

  it('are asked of a person when no source has them', async () => {
    const lab = openLab();
    const body = step('get', 'kind: secret\nsecret: pg_password') + step('use', 'kind: run\nrun: [wc, -c]\nstdin: { secret: pg_password }\nverify: [{ number: { equals: 21 } }]');
    const waiting = await lab.drive(body, { front });
    expect(waiting).toMatchObject({ exit: 5 });
    expect(waiting.step('get')).toMatchObject({ state: 'waiting' });
    const done = await lab.drive(body, { front, answers: { secrets: { pg_password: { env: 'PW' } } }, env: { PW: SECRET } });
    expect(done.state, done.why).toBe('succeeded');
    expect(allBytes(lab).includes(SECRET)).toBe(false);
  });

  it('are asked of a person by the step that uses them, whatever its kind', async () => {
    const lab = openLab();
    const probe = 'check:\n  kind: known-answer\n  secret: pg_password\n  answer: { kind: fernet, file: canary.txt }';
    const named = 'params:\n  kit: { type: string, default: /media/kit }\nsecrets:\n  pg_password: { sources: [{ file: "{{kit}}/pw.txt" }, prompt], prompt: "The password of {{kit}}" }';
    for (const fields of ['kind: run\nrun: [wc, -c]\nstdin: { secret: pg_password }\nverify: [{ number: { equals: 21 } }]', `kind: check\n${probe}`]) {
      const { live } = await lab.drive(step('use', fields), { front: named });
      expect(live.view().steps[0]).toMatchObject({ waiting_for: 'secret', asks: { kind: 'secret', secret: 'pg_password', sources: ['file /media/kit/pw.txt', 'prompt'], prompt: 'The password of /media/kit' } });
    }
  });

  it('that are too short to be masked are refused, and the step asks again', async () => {
    const done = await openLab().drive(step('get', 'kind: secret\nsecret: pg_password'), { front, answers: { secrets: { pg_password: { env: 'PW' } } }, env: { PW: 'abc' } });
    expect(done).toMatchObject({ exit: 5 });
    expect(done.why).toContain('6 bytes');
  });

  it('come from a program into the handle only', async () => {
    const lab = openLab();
    const done = await lab.drive(
      step('make', 'kind: secret\nsecret: fresh\nrun: [sh, -c, "printf the-; printf generated-key"]') + step('use', 'kind: run\nrun: [cat]\nstdin: { secret: fresh }\nverify: [{ stdout: { equals: "‹masked:fresh›" } }]'),
      { front: 'secrets:\n  fresh: { sources: [prompt] }' },
    );
    expect(done.state, done.why).toBe('succeeded');
    expect(allBytes(lab).includes('the-generated-key')).toBe(false);
    expect(lab.events(done.live.id, 'step.secret')[0]?.data).toMatchObject({ name: 'fresh', length: 17 });
  });

  it('of another fingerprint halt the step', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'books', 'pw.txt'), SECRET);
    const done = await lab.drive(step('get', 'kind: secret\nsecret: pg_password'), { front: `secrets:\n  pg_password: { sources: [{ file: pw.txt }], fingerprint: 'sha256:${'0'.repeat(64)}' }` });
    expect(done.step('get')).toMatchObject({ state: 'failed' });
    expect(done.step('get').reason).toContain('SHA-256');
  });

  it('masked in a capture are never replayed to a tool', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'books', 'pw.txt'), SECRET);
    const done = await lab.drive(
      step('leak', 'kind: run\nrun: [cat, "{{secret_file:pg_password}}"]\ncapture: { got: { stdout: true, type: string } }') + step('use', 'kind: run\nrun: [echo, "{{got}}"]'),
      { front },
    );
    expect(done.step('use')).toMatchObject({ state: 'failed', attempts: 0 });
    expect(done.step('use').reason).toContain('masked');
  });
});

describe('modes', () => {
  const scratch = 'params:\n  target: { type: string, default: /production, rehearsal: "{{scratch.dir.path}}" }\nscratch:\n  dir: { kind: directory }';

  it('a rehearsal works on scratch resources, which are gone afterwards and looked for', async () => {
    const lab = openLab();
    const done = await lab.drive(step('write', 'kind: run\nrun: [touch, "{{target}}/file"]') + step('look', 'kind: run\nrun: [ls, "{{target}}"]\nverify: [{ stdout: { equals: file } }]'), { front: scratch });
    expect(done.state, done.why).toBe('succeeded');
    const [started] = lab.events(done.live.id, 'scratch.started');
    expect(existsSync(z.object({ path: z.string() }).parse(started?.data['values']).path)).toBe(false);
    expect(lab.events(done.live.id, 'scratch.gone')[0]?.data).toMatchObject({ name: 'dir', checked: true });
    expect(readdirSync(join(lab.dataDir, 'scratch'))).toEqual([]);
  });

  it.skipIf(!mayMount)('a rehearsal that leaves something behind is not green, and says what', async () => {
    const lab = openLab();
    const held = join(lab.dataDir, 'scratch');
    try {
      const done = await lab.drive(step('write', 'kind: run\nrun: [mkdir, "{{target}}/held"]') + step('hold', 'kind: run\nrun: [mount, -t, tmpfs, tmpfs, "{{target}}/held"]'), { front: scratch });
      expect(done).toMatchObject({ state: 'succeeded', exit: 1, why: expect.stringMatching(/left something behind: dir: the folder .* is still there/u) });
      expect(done.run.left_behind).toEqual([expect.stringContaining('is still there')]);
      expect(done.live.view().lookout.join(' ')).toContain('may still be there');
    } finally {
      execFileSync('sh', ['-c', 'find "$0" -name held -exec umount {} +', held]);
    }
  });

  it('leaves out of the teardown what a decision would have made that nobody took', async () => {
    const lab = openLab();
    const done = await lab.drive(step('breaks', 'kind: run\nrun: ["false"]') + step('way', 'kind: decide\nquestion: Which way?\nas: way\noptions: { a: { label: A }, b: { label: B } }') + step('clean', 'kind: run\nteardown: true\nwhen: way == "a"\nrun: ["true"]\nverify: [{ stdout: { equals: "" } }]'), { mode: 'rehearsal' });
    expect(done).toMatchObject({ state: 'failed' });
    expect(done.step('clean')).toMatchObject({ state: 'skipped', reason: 'Not needed: way == "a" was never decided' });
  });

  it.each(['failed', 'aborted'])('tears down after a run that %s, with its teardown steps', async (how) => {
    const lab = openLab();
    const done = await lab.drive(step('write', 'kind: run\nrun: [touch, "{{target}}/file"]') + step('breaks', 'kind: run\nrun: ["false"]') + step('clean', 'kind: run\nteardown: true\nrun: [rm, "{{target}}/file"]\nverify: [{ file: "{{target}}/file", exists: false }]'), {
      front: scratch, answers: how === 'aborted' ? { failures: { breaks: [{ do: 'abort', reason: 'r', by: 'Kim' }] } } : {},
    });
    expect(done).toMatchObject({ state: how, exit: 1 });
    expect(done.step('clean')).toMatchObject({ state: 'succeeded' });
    expect(lab.events(done.live.id, 'scratch.gone')).toHaveLength(1);
  });

  it.each(['succeeded', 'failed', 'aborted'])('tears down at the end what a called runbook made, when the run %s', async (how) => {
    const lab = openLab();
    lab.write(step('write', 'kind: run\nrun: [touch, "{{there}}/file"]') + step('wipe', 'kind: run\nteardown: true\nrun: [rm, "{{there}}/file"]\nverify: [{ file: "{{there}}/file", exists: false }]'), 'params:\n  there: { type: string, required: true, rehearsal: "{{data_dir}}" }', 'child');
    const after = how === 'succeeded' ? 'run: [test, -e, "{{data_dir}}/file"]' : 'run: ["false"]';
    const done = await lab.drive(step('sub', 'kind: call\nrunbook: child') + step('after', `kind: run\n${after}`), { mode: 'rehearsal', answers: how === 'aborted' ? { failures: { after: [{ do: 'abort', reason: 'r', by: 'Kim' }] } } : {} });
    expect(done).toMatchObject({ state: how });
    expect(done.step('sub').state).toBe('succeeded');
    expect(done.step('after').state).toBe(how === 'succeeded' ? 'succeeded' : 'failed');
    expect(done.step('sub/wipe')).toMatchObject({ state: 'succeeded' });
    expect(existsSync(join(lab.dataDir, 'file'))).toBe(false);
  });

  it('a live run leaves teardown steps out', async () => {
    const lab = openLab();
    await lab.people.enroll({ name: 'Op', roles: ['operator'], passphrase: 'long enough' });
    const done = await lab.drive(step('work', 'kind: run\nrun: ["true"]') + step('clean', 'kind: run\nteardown: true\nrun: ["false"]\nverify: [{ file: "{{run_dir}}/x", exists: false }]'), { mode: 'live', operator: 'op' });
    expect(done.run.steps.map(({ state }) => state)).toEqual(['succeeded', 'skipped']);
  });

  it('a tabletop runs nothing', async () => {
    const lab = openLab();
    const done = await lab.drive(step('touch', 'kind: run\nrun: [touch, "{{run_dir}}/touched"]') + step('ask', 'kind: manual\nconfirm: x'), { mode: 'tabletop' });
    expect(done).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(lab.events(done.live.id, 'step.intent')).toEqual([]);
    expect(existsSync(join(done.live.runDir, 'touched'))).toBe(false);
    expect(lab.runs.view(done.live.id).steps.every(({ simulated }) => simulated)).toBe(true);
  });

  it('a branch that was not taken is out of the forecast at once, before its steps are reached', async () => {
    const lab = openLab();
    const body = step('choose', 'kind: decide\nquestion: Where?\nas: place\noptions:\n  here: { label: Here }\n  there: { label: There }') + step('first', 'kind: run\nrun: ["true"]\nbudget: 10m\nverify: [{ stdout: { equals: "" } }]') + step('far', 'kind: manual\nwhen: place == "there"\nbudget: 50m\nconfirm: Done?') + step('last', 'kind: manual\nbudget: 5m\nconfirm: Done?');
    const live = await lab.runs.start({ id: lab.write(body), mode: 'rehearsal', params: {} }, 'step');
    await live.settled();
    const minutes = (): number => Math.round((Date.parse(live.view().forecast_finish ?? '') - Date.now()) / 60_000);
    expect(minutes()).toBe(65);
    await lab.runs.command(live.id, { do: 'decide', step: 'choose', option: 'here' });
    await live.settled();
    expect(minutes()).toBe(15);
  });

  it('says before a step that it will be simulated, and what is expected with its values', async () => {
    const lab = openLab();
    const path = lab.write(step('real', 'kind: run\nrun: ["true"]\nverify: [{ title: "At least {{least}}", number: { min: 1 } }]') + step('gate', 'kind: manual\nneeds: []\nconfirm: Done?\npoint_of_no_return: true\nmodes: { rehearsal: simulate }'), 'params:\n  least: { type: int, default: 7 }');
    const live = await lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'step');
    await live.settled();
    expect(live.view().steps).toMatchObject([{ waiting_for: 'start', simulated: false, expected: [expect.stringContaining('At least 7')] }, { waiting_for: 'start', simulated: true }]);
  });

  it('a tabletop inject decides how a check comes out', async () => {
    const lab = openLab();
    const body = `${step('have', 'kind: check\ncheck: key-proof')}\n\`\`\`yaml check\n{ id: key-proof, title: Key, kind: file, path: key, severity: blocker, expires: 7d }\n\`\`\`\n\n\`\`\`yaml inject\nid: rotated\nat: manual\ntitle: The key was rotated\naffects: [key-proof]\noutcome: fail\n\`\`\`\n`;
    const live = await lab.runs.start({ id: lab.write(body), mode: 'tabletop', params: {} }, 'step');
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'waiting', waiting_for: 'start' });
    await lab.runs.command(live.id, { do: 'inject', inject: 'rotated' });
    await lab.runs.command(live.id, { do: 'start', step: 'have' });
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'failed', simulated: true, reason: 'Inject: The key was rotated' });
  });

  it('a mode can put another program in the place of the real one, or leave the step out', async () => {
    const done = await openLab().drive(
      step('real', 'kind: run\nrun: ["false"]\nmodes: { rehearsal: { run: [echo, instead] } }\nverify: [{ stdout: { equals: instead } }]') + step('left', 'kind: run\nrun: ["false"]\nmodes: { rehearsal: skip }') + step('seen', 'kind: run\nrun: ["false"]\nmodes: { rehearsal: simulate }'),
    );
    expect(done.run.steps.map(({ state }) => state), done.why).toEqual(['succeeded', 'skipped', 'succeeded']);
  });

  it('an alternate takes over what is dead', async () => {
    const body = step('ask', 'kind: run\nrun: ["false"]\nalternate: { when_dead: [vault], run: [echo, from paper] }\nverify: [{ stdout: { equals: from paper } }]');
    expect((await openLab().drive(body, { front: 'lost: [vault]' })).state).toBe('succeeded');
    expect((await openLab().drive(body, { front: 'lost: [dns]' })).state).toBe('failed');
  });

  it('a check is done by hand, in the words of its alternate, while what it needs is dead', async () => {
    const body = step('have', 'kind: check\ncheck: { kind: file, path: /nowhere }\nalternate: { when_dead: [kit], manual: "Ask {{who}} for it." }');
    const named = 'params:\n  who: { type: string, default: the porter }\n';
    const { live } = await openLab().drive(body, { front: `${named}lost: [kit]` });
    expect(live.view().steps[0]).toMatchObject({ waiting_for: 'confirmation', asks: { kind: 'manual', confirm: 'Ask the porter for it.' } });
    const alive = await openLab().drive(body, { front: named });
    expect(alive.live.view().steps[0]).toMatchObject({ state: 'failed', asks: null });
  });

  it('a program is done by hand while what it needs is dead, and what can be seen without its output is judged', async () => {
    const body = step('ask', 'kind: run\nrun: ["false"]\nalternate: { when_dead: [vault], manual: Read it off the paper. }\nverify: [{ stdout: { equals: x } }, { file: "{{run_dir}}", exists: true }]');
    const lab = openLab();
    const done = await lab.drive(body, { front: 'lost: [vault]', answers: { confirmations: { ask: {} } } });
    expect(done.state, done.why).toBe('succeeded');
    expect(done.step('ask')).toMatchObject({ state: 'succeeded', reason: 'Done by hand, as vault is dead', assertions: [{ ok: true }], unjudged: ['the output is "x"'] });
    expect(lab.runs.view(done.live.id).steps[0]?.by_hand).toBe(true);
  });

  it('a check in the middle of a run gives its program a secret as a file', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'pw'), 'light the north quay');
    const body = step('have', 'kind: check\ncheck: { kind: command, run: [grep, -qx, light the north quay, "{{secret_file:pw}}"], verify: [{ stdout: { equals: "" } }] }');
    const done = await lab.drive(body, { front: `secrets:\n  pw: { sources: [{ file: ${join(lab.folder, 'pw')} }] }` });
    expect(done.state, done.why).toBe('succeeded');
  });

  it('a step stands in for another one only while something is dead', async () => {
    const body = step('ask', 'kind: run\nrun: [echo, vault]\nalternate: { when_dead: [vault], step: paper }') + step('paper', 'kind: run\nrun: [echo, paper]');
    const dead = await openLab().drive(body, { front: 'lost: [vault]' });
    expect(dead.run.steps.map(({ state }) => state)).toEqual(['skipped', 'succeeded']);
    const alive = await openLab().drive(body);
    expect(alive.run.steps.map(({ state }) => state)).toEqual(['succeeded', 'skipped']);
  });

  it('scratch resources are shown by their values wherever a template named them, also when they are gone', async () => {
    const lab = openLab();
    const done = await lab.drive(step('look', 'kind: run\nrun: [ls, -d, "{{target}}"]\nverify: [{ stdout: { equals: "{{target}}" } }]', 'Look at {{target}}.'), { front: scratch });
    const path = join(lab.dataDir, 'scratch', done.live.id, 'dir');
    expect(lab.events(done.live.id, 'scratch.gone')).toHaveLength(1);
    expect(lab.runs.view(done.live.id)).toMatchObject({ state: 'succeeded', params: { target: path }, steps: [{ expected: [`the output is ${JSON.stringify(path)}`], prose: `Look at ${path}.` }] });
  });

  it('conditions see the port of a scratch server, and others do not stumble over it', async () => {
    const lab = openLab();
    const front = 'params:\n  port: { type: int, default: 5432, rehearsal: "{{scratch.pg.port}}" }\n  target: { type: string, default: vm }\nscratch:\n  pg: { kind: postgres }';
    const done = await lab.drive(step('aside', 'kind: run\nwhen: target == "cluster"\nrun: ["false"]') + step('ask', 'kind: run\nrun: [psql, -XAt, -h, "{{scratch.pg.host}}", -p, "{{port}}", -U, "{{scratch.pg.user}}", -d, "{{scratch.pg.database}}", -c, "SELECT 1"]') + step('then', 'kind: run\nwhen: port > 0\nrun: ["true"]'), { front });
    expect(done.state, done.why).toBe('succeeded');
    expect([done.step('aside').state, done.step('then').state]).toEqual(['skipped', 'succeeded']);
  }, 60_000);

  it('a scratch PostgreSQL answers during the rehearsal and is gone afterwards', async () => {
    const lab = openLab();
    const done = await lab.drive(step('ask', 'kind: run\nrun: [psql, -XAt, -h, "{{scratch.pg.host}}", -p, "{{scratch.pg.port}}", -U, "{{scratch.pg.user}}", -d, "{{scratch.pg.database}}", -c, "SELECT 41 + 1"]\nverify: [{ number: { equals: 42 } }]'), { front: 'scratch:\n  pg: { kind: postgres }' });
    expect(done.state, done.why).toBe('succeeded');
    const values = z.object({ host: z.string() }).parse(lab.events(done.live.id, 'scratch.started')[0]?.data['values']);
    expect(statSync(values.host, { throwIfNoEntry: false })).toBeUndefined();
  }, 60_000);
});
