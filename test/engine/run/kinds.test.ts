import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markExercise } from '../../../electron/contract/tabletop/mask-contacts.ts';
import { MESSAGE_NAMES } from '../../../electron/contract/run/messages.ts';
import { openLab, step } from '../../support/run-lab.ts';
import { setClock } from '../../support/set-clock.ts';

describe('a run step', () => {
  it('succeeds when its program exits with 0 and what must hold holds', async () => {
    const done = await openLab().drive(step('hello', 'kind: run\nrun: [echo, "42"]\nverify:\n  - { stdout: { equals: "42" } }\n  - { number: { min: 41 } }'));
    expect(done).toMatchObject({ state: 'succeeded', exit: 0 });
    expect(done.step('hello')).toMatchObject({ state: 'succeeded', attempts: 1, exit_codes: [0] });
    expect(done.step('hello').assertions.map(({ ok }) => ok)).toEqual([true, true]);
  });

  it('fails although its program exits with 0 when an assertion does not hold', async () => {
    const done = await openLab().drive(step('rows', 'kind: run\nrun: [echo, "3"]\nverify:\n  - { number: { min: 41 } }'));
    expect(done).toMatchObject({ state: 'failed', exit: 1 });
    expect(done.step('rows')).toMatchObject({ state: 'failed', exit_codes: [0], assertions: [{ ok: false }] });
    expect(done.step('rows').reason).toContain('at least 41');
  });

  it('shows every exit code of a pipe, and the first one counts as much as the last', async () => {
    const done = await openLab().drive(step('pipe', 'kind: run\npipe: [["sh", "-c", "echo x; exit 3"], [cat]]'));
    expect(done.step('pipe')).toMatchObject({ state: 'failed', exit_codes: [3, 0] });
  });

  it('accepts the exit codes that it names', async () => {
    expect((await openLab().drive(step('diff', 'kind: run\nrun: [sh, -c, "exit 1"]\nok_exit_codes: [0, 1]'))).step('diff')).toMatchObject({ state: 'succeeded', exit_codes: [1] });
  });

  it('says which program is missing, and counts no exit code', async () => {
    const done = await openLab().drive(step('gone', 'kind: run\nrun: [no-such-program-here]'));
    expect(done.step('gone')).toMatchObject({ state: 'failed', exit_codes: [] });
    expect(done.step('gone').reason).toContain('no-such-program-here');
  });

  it('says a signal as 128 + its number', async () => {
    expect((await openLab().drive(step('dies', 'kind: run\nrun: [sh, -c, "kill -9 $$"]'))).step('dies').exit_codes).toEqual([137]);
  });

  it('never splits a parameter and never expands it twice', async () => {
    const done = await openLab().drive(step('say', 'kind: run\nrun: [printf, "%s|", "{{text}}", end]\nverify: [{ stdout: { equals: "a $(id) {{{{run_dir}}; b|end|" } }]'), {
      front: 'params:\n  text: { type: string, required: true }', params: { text: 'a $(id) {{run_dir}}; b' },
    });
    expect(done.step('say').state).toBe('succeeded');
  });

  it('hands a capture to later steps and to conditions', async () => {
    const done = await openLab().drive(
      step('measure', 'kind: run\nrun: [echo, \'{"lag": 7, "who": "db2"}\']\ncapture:\n  lag: { json: /lag, type: int }\n  who: { json: /who, type: string }') +
        step('use', 'kind: run\nwhen: lag < 10\nrun: [echo, "{{who}}"]\nverify: [{ stdout: { equals: db2 } }]') +
        step('unused', 'kind: run\nwhen: lag > 10\nrun: ["false"]'),
    );
    expect(done).toMatchObject({ state: 'succeeded' });
    expect(done.step('unused')).toMatchObject({ state: 'skipped', attempts: 0 });
    expect(done.step('unused').reason).toContain('lag > 10');
  });

  it('fails when what it should capture is not there', async () => {
    const done = await openLab().drive(step('measure', 'kind: run\nrun: [echo, nothing]\ncapture: { lag: { regex: "lag=(\\\\d+)", type: int } }'));
    expect(done.step('measure')).toMatchObject({ state: 'failed' });
    expect(done.step('measure').reason).toContain('lag');
  });

  it('halts where a condition asks for a name that has no value', async () => {
    const done = await openLab().drive(
      step('measure', 'kind: run\nmodes: { rehearsal: skip }\nrun: [echo, "1"]\ncapture: { lag: { stdout: true, type: int } }') + step('use', 'kind: run\nwhen: lag < 10\nrun: [echo, x]'),
    );
    expect(done).toMatchObject({ state: 'failed', exit: 1 });
    expect(done.step('measure').state).toBe('skipped');
    expect(done.step('use')).toMatchObject({ state: 'failed', attempts: 0 });
    expect(done.step('use').reason).toContain('lag has no value');
  });

  it('gives its program a text, a file or nothing on stdin, and a folder of the run', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'books', 'in.txt'), 'from a file');
    const done = await lab.drive(
      step('text', 'kind: run\nrun: [cat]\nstdin: { text: "hello {{run_dir}}" }\nverify: [{ stdout: { matches: "^hello /.*/runs/" } }]') +
        step('file', 'kind: run\nrun: [cat]\nstdin: { file: "{{runbook_dir}}/in.txt" }\nverify: [{ stdout: { equals: from a file } }]') +
        step('none', 'kind: run\nrun: [cat]\nverify: [{ stdout: { equals: "" } }]') +
        step('cwd', 'kind: run\nrun: [pwd]\nverify: [{ stdout: { matches: "/runs/" } }]'),
    );
    expect(done.state, done.why).toBe('succeeded');
  });

  it('inherits only what env_pass and the short list name', async () => {
    const done = await openLab({ processEnv: { ...process.env, KUBECONFIG: '/kit/kube', AWS_PROFILE: 'prod' } }).drive(
      step('env', 'kind: run\nrun: [env]\nenv: { OWN: "x y" }\nverify:\n  - { stdout: { contains: "KUBECONFIG=/kit/kube" } }\n  - { stdout: { contains: "OWN=x y" } }\n  - { stdout: { not_matches: AWS_PROFILE } }'),
      { front: 'env_pass: [KUBECONFIG]' },
    );
    expect(done.state, done.why).toBe('succeeded');
  });

  it('polls after the program has ended until the condition holds', async () => {
    const done = await openLab().drive(
      step('slow', 'kind: run\nrun: [sh, -c, "(sleep 0.4; touch {{run_dir}}/there) >/dev/null 2>&1 &"]\nwait_until: { run: [ls, "{{run_dir}}/there"], every: 1s, within: 20s }\nverify: [{ file: "{{run_dir}}/there", exists: true }]'),
    );
    expect(done.step('slow'), done.why).toMatchObject({ state: 'succeeded' });
  });

  it('fails when the condition does not come true in time', async () => {
    const done = await openLab().drive(step('never', 'kind: run\nrun: ["true"]\nwait_until: { run: [echo, "no"], expect: { stdout: { equals: "yes" } }, every: 1s, within: 1s }'));
    expect(done.step('never')).toMatchObject({ state: 'failed' });
    expect(done.step('never').reason).toContain('Not within 1s');
  });

  it('gives a tool that asks for one a real terminal', async () => {
    expect((await openLab().drive(step('tty', 'kind: run\nrun: [sh, -c, "test -t 0 && test -t 1 && echo terminal"]\ntty: true\nverify: [{ stdout: { contains: terminal } }]'))).state).toBe('succeeded');
  });

  it('records the tool with its digest, and the command without a shell', async () => {
    const lab = openLab();
    const done = await lab.drive(step('say', 'kind: run\nrun: [echo, a b]'));
    const [intent] = lab.events(done.live.id, 'step.intent');
    expect(intent?.data).toMatchObject({ attempt: 1, purpose: 'work', tools: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) }], marker: `${done.live.id}/say/1` });
    expect(lab.runs.view(done.live.id).steps[0]?.commands).toEqual([['echo', 'a b']]);
    expect(lab.runs.output(done.live.id, 'say', 0, 100)).toMatchObject({ size: 4 });
  });

  it('runs a service beside the run, and ends it with everything it started', async () => {
    const lab = openLab();
    const done = await lab.drive(
      step('serve', 'kind: run\nrun: [sh, -c, "sleep 300 & echo $! > {{run_dir}}/child; echo $$ > {{run_dir}}/pid; wait"]\nbackground: { stop: [touch, "{{run_dir}}/asked"] }\nwait_until: { run: [cat, "{{run_dir}}/pid"], every: 1s, within: 20s }') +
        step('use', 'kind: run\nrun: [sh, -c, "kill -0 $(cat {{run_dir}}/pid)"]'),
    );
    expect(done.state, done.why).toBe('succeeded');
    const dir = lab.runs.live(done.live.id)?.runDir ?? done.live.runDir;
    expect(existsSync(join(dir, 'asked'))).toBe(true);
    for (const name of ['pid', 'child']) expect(existsSync(`/proc/${readFileSync(join(dir, name), 'utf8').trim()}/environ`) && readFileSync(`/proc/${readFileSync(join(dir, name), 'utf8').trim()}/stat`, 'utf8').includes(') S')).toBe(false);
    expect(lab.events(done.live.id, 'step.service').map(({ data }) => data['state'])).toEqual(['running', 'stopping', 'stopped']);
  });

  it('keeps what its service said before it was up, and what it says afterwards', async () => {
    const lab = openLab();
    const go = join(lab.folder, 'go');
    const path = lab.write(step('serve', `kind: run\nrun: [sh, -c, "echo listening; touch {{run_dir}}/up; until test -e ${go}; do sleep 0.02; done; echo served; sleep 300"]\nbackground: { stop: ["true"] }\nwait_until: { run: [test, -e, "{{run_dir}}/up"], every: 1s, within: 20s }`) + step('ask', 'kind: manual\nconfirm: Asked'));
    let served = (): void => undefined;
    const heard = new Promise<void>((resolve) => { served = resolve; });
    lab.runs.subscribe((news) => { if (news.kind === 'output' && Buffer.from(news.bytes).includes('served')) served(); });
    const live = await lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'auto');
    await live.settled();
    const said = (offset: number, length: number): [number, string, number] => {
      const { offset: at, bytes, size } = lab.runs.output(live.id, 'serve', offset, length);
      return [at, Buffer.from(bytes).toString('utf8'), size];
    };
    expect(said(0, 100)).toEqual([0, 'listening\n', 10]);
    writeFileSync(go, '');
    await heard;
    expect(said(0, 100)).toEqual([0, 'listening\nserved\n', 17]);
    expect(said(10, 3)).toEqual([10, 'ser', 17]);
  });

  it('fails when its service ends at once', async () => {
    const done = await openLab().drive(step('serve', 'kind: run\nrun: [sh, -c, "exit 4"]\nbackground: { stop: ["true"] }'));
    expect(done.step('serve')).toMatchObject({ state: 'failed', exit_codes: [4] });
  });
});

describe('the other kinds', () => {
  it('check: runs a probe, and a failed one halts', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'books', 'kit.txt'), 'here');
    const done = await lab.drive(step('have', 'kind: check\ncheck: { kind: file, path: kit.txt, min_size: 1B }') + step('lack', 'kind: check\ncheck: { kind: file, path: gone.txt }'));
    expect(done.step('have'), done.why).toMatchObject({ state: 'succeeded', assertions: [{ ok: true }] });
    expect(done.step('lack')).toMatchObject({ state: 'failed' });
    expect(done.exit).toBe(1);
  });

  it('manual: waits for a person, and takes a confirmation only with its whole checklist', async () => {
    const lab = openLab();
    const body = step('cable', 'kind: manual\nconfirm: The cable is in.\nchecklist: [one, two]\nevidence: note');
    const waiting = await lab.drive(body);
    expect(waiting).toMatchObject({ exit: 5, state: 'waiting' });
    expect(waiting.run.steps[0]).toMatchObject({ state: 'waiting' });
    const half = await lab.drive(body, { answers: { confirmations: { cable: { note: 'done', checklist: [true, false] } } } });
    expect(half).toMatchObject({ exit: 5 });
    expect(half.why).toContain('checklist');
    expect(await lab.drive(body, { answers: { confirmations: { cable: { note: 'done', checklist: true } } } })).toMatchObject({ exit: 0 });
  });

  it('manual: what must hold is checked after the confirmation', async () => {
    const done = await openLab().drive(step('put', 'kind: manual\nconfirm: The file is there.\nverify: [{ file: "{{run_dir}}/nowhere", exists: true }]'), { answers: { confirmations: { put: {} } } });
    expect(done.step('put')).toMatchObject({ state: 'failed', assertions: [{ ok: false }] });
  });

  it('decide: a branch goes forward, and what lies between is not executed', async () => {
    const done = await openLab().drive(
      step('where', 'kind: decide\nquestion: Where to?\nas: target\noptions: { vm: { label: A VM, goto: last }, cluster: { label: The cluster } }') + step('between', 'kind: run\nrun: ["false"]') + step('last', 'kind: run\nwhen: target == "vm"\nrun: [echo, "{{target}}"]\nverify: [{ stdout: { equals: vm } }]'),
      { answers: { decisions: { where: 'vm' } } },
    );
    expect(done.run.steps.map(({ state }) => state), done.why).toEqual(['succeeded', 'not_executed', 'succeeded']);
    expect(done.state).toBe('succeeded');
  });

  it('wait: lets time pass', async () => {
    const done = await openLab().drive(step('pause', 'kind: wait\nfor: 1s'));
    expect(done.step('pause')).toMatchObject({ state: 'succeeded' });
    expect(done.step('pause').tool_s).toBeGreaterThanOrEqual(0.9);
  });

  it('wait: until a condition comes true', async () => {
    expect((await openLab().drive(step('until', 'kind: wait\nwait_until: { run: [echo, ready], expect: { stdout: { equals: ready } }, every: 1s, within: 5s }'))).state).toBe('succeeded');
  });

  it('wait: the record names what it looked with, filled', async () => {
    const body = step('until', 'kind: wait\nwait_until: { run: [sh, -c, "test -s $0", "{{secret_file:pin}}", "{{harbour}}"], every: 1s, within: 5s }');
    const front = 'params:\n  harbour: { type: string, default: north }\nsecrets:\n  pin: { sources: [{ env: PIN }] }';
    const done = await openLab({ processEnv: { ...process.env, PIN: '739 158' } }).drive(body, { front });
    expect(done.state, done.why).toBe('succeeded');
    expect(done.live.view().steps[0]?.commands).toEqual([['sh', '-c', 'test -s $0', expect.stringMatching(/^‹secret pin/u), 'north']]);
  });

  it('check and secret: what must hold besides is judged as well', async () => {
    const lab = openLab();
    const check = (verify: string): string => step('have', `kind: check\ncheck: { kind: dir, path: "{{data_dir}}" }\nverify: [${verify}]`);
    const secret = (verify: string): string => step('key', `kind: secret\nsecret: key\nrun: [echo, light the quay]\nenv: { WORD: harbour }\nverify: [${verify}]`);
    const holds = '{ run: [sh, -c, "echo $WORD"], expect: { stdout: { contains: "" } } }, { file: "{{run_dir}}", exists: true }';
    const fails = '{ title: No such thing, file: "{{run_dir}}/gone", exists: true }';
    const front = 'secrets:\n  key: { sources: [prompt] }';
    for (const body of [check, secret]) {
      const good = await lab.drive(body(holds), { front });
      expect(good.run.steps[0], good.why).toMatchObject({ state: 'succeeded' });
      expect(good.run.steps[0]?.assertions.slice(-2)).toMatchObject([{ ok: true }, { ok: true }]);
      expect((await lab.drive(body(fails), { front })).run.steps[0]).toMatchObject({ state: 'failed', reason: expect.stringContaining('No such thing') });
    }
  });

  it('notify: a message is due until somebody has sent it', async () => {
    const lab = openLab();
    const body = `${step('tell', 'kind: notify\naudience: executives')}\n\`\`\`yaml audience\nid: executives\nchannels: [phone, email]\nevery: 30m\ntemplate: "{{title}} is under way"\n\`\`\`\n`;
    expect(await lab.drive(body)).toMatchObject({ exit: 5 });
    const done = await lab.drive(body, { answers: { confirmations: { tell: { note: 'the night desk' } } } });
    expect(done.state, done.why).toBe('succeeded');
    expect(lab.events(done.live.id, 'comms.sent')[0]?.data).toMatchObject({ audience: 'executives', channel: 'phone', reached: 'the night desk', unattended: true });
    expect(lab.runs.view(done.live.id).messages[0]).toMatchObject({ audience: 'executives', channel: 'phone' });
  });

  it('notify: the draft says where the run stands, from a template beside the runbook', async () => {
    const lab = openLab();
    writeFileSync(join(lab.folder, 'books', 'first.txt'), '{{title}}: {{progress}}, next at {{next_update}}, {{who}}');
    const path = lab.write(`${step('work', 'kind: run\nrun: ["true"]')}${step('tell', 'kind: notify\naudience: executives\ntemplate_file: first.txt')}\n\`\`\`yaml audience\nid: executives\nchannels: [phone]\nevery: continuous\n\`\`\`\n`, 'params:\n  who: { type: string, default: Kim }');
    const live = await lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'auto');
    await live.settled();
    expect(live.view().steps[1]?.asks).toMatchObject({ draft: markExercise('The book: 1 of 2 steps are done, next at as soon as there is news, Kim'), unknown: [] });
  });

  it('notify: knows every word that the linter lets a message use, and never fills a value again', async () => {
    const clock = setClock(Date.parse('2026-03-01T03:00:00.000Z'));
    const lab = openLab({ clock });
    const template = MESSAGE_NAMES.map((name) => `${name}={{${name}}}`).join(';');
    const body = `${step('tell', `kind: notify\naudience: executives\ntemplate: "${template}"`)}${step('work', 'kind: manual\nneeds: []\nconfirm: Done?\nbudget: 20m\nrestores_service: true')}${step('tidy', 'kind: manual\nbudget: 2h\nconfirm: Done?')}\n\`\`\`yaml audience\nid: executives\ntitle: The board\nchannels: [phone]\nevery: 30m\n\`\`\`\n`;
    const front = 'targets: { rto: 4h }\nparams:\n  who: { type: string, default: Kim }\n  severity: { type: string, default: P0 }';
    const live = await lab.runs.start({ id: lab.write(body, front), mode: 'rehearsal', params: {}, operator: '{{who}} {{title}}', outage_at: '2026-03-01T01:30:00Z', declared_at: '2026-03-01T02:00:00Z' }, 'step');
    await live.settled();
    const { asks } = live.view().steps[0] ?? {};
    const draft = asks?.kind === 'notify' ? asks.draft.replaceAll('EXERCISE EXERCISE EXERCISE', '').trim() : '';
    const filled = Object.fromEntries(draft.split(';').map((part) => [part.split('=')[0], part.slice(part.indexOf('=') + 1)]));
    expect(filled).toEqual({
      title: 'The book', system: 'test', scenario: 'A test.', severity: 'P0', status: 'the recovery is under way', impact: 'A test.', eta: '03:20 UTC', progress: '0 of 3 steps are done', next_update: '03:30 UTC',
      forecast: '03:20 UTC', outage_at: '2026-03-01 01:30 UTC', declared_at: '2026-03-01 02:00 UTC', elapsed: '1 h 30 min', phase: 'Phase', step: 'Step work', operator: '{{who}} {{title}}', audience: 'The board', rto: '4 h', rto_left: '2 h 30 min left', rpo: 'not measured yet, no target', back: 'nothing yet', mode: 'rehearsal', now: '2026-03-01 03:00 UTC',
    });
  });

  it('notify: of several templates it takes the one that fits what the audience has heard, or that the step names', async () => {
    const lab = openLab();
    const tell = (id: string, more = ''): string => step(id, `kind: notify\naudience: executives\n${more}`);
    const audience = '\n```yaml audience\nid: executives\nchannels: [email]\nwithin: 1h\ntemplates:\n  initial: { subject: "{{title}} has begun", text: It has begun. }\n  update: { text: It goes on. }\n  resolved: { text: "{{status}}" }\n```\n';
    const path = lab.write(`${tell('first')}${tell('second')}${tell('third', 'template: initial')}${step('back', 'kind: run\nrun: ["true"]\nrestores_service: true')}${tell('last')}${audience}`);
    const live = await lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'auto');
    const drafts: string[] = [];
    for (const id of ['first', 'second', 'third', 'last']) {
      await live.settled();
      const asks = live.view().steps.find((one) => one.id === id)?.asks;
      drafts.push(asks?.kind === 'notify' ? asks.draft : '');
      await lab.runs.command(live.id, { do: 'sent', step: id, channel: 'email', reached: 'Kim', text: drafts.at(-1) ?? '' });
    }
    expect(drafts).toEqual(['Subject: The book has begun\n\nIt has begun.', 'It goes on.', 'Subject: The book has begun\n\nIt has begun.', 'service is back'].map(markExercise));
  });

  it('call: runs another runbook under parent/child', async () => {
    const lab = openLab();
    lab.write(step('greet', 'kind: run\nrun: [echo, "hello {{who}}"]\nverify: [{ stdout: { equals: hello db2 } }]') + step('bye', 'kind: run\nrun: [echo, bye]'), 'params:\n  who: { type: string, required: true }', 'child');
    const done = await lab.drive(step('find', 'kind: run\nrun: [echo, db2]\ncapture: { host: { stdout: true, type: string } }') + step('sub', 'kind: call\nrunbook: child\nparams: { who: "{{host}}" }') + step('after', 'kind: run\nrun: ["true"]'));
    expect(done.state, done.why).toBe('succeeded');
    expect(done.run.steps.map(({ id, state }) => [id, state])).toEqual([['find', 'succeeded'], ['sub', 'succeeded'], ['sub/greet', 'succeeded'], ['sub/bye', 'succeeded'], ['after', 'succeeded']]);
  });

  it.each(['"{{real}}"', '/the/production'])('call: a rehearsal is not led to production by the value %s', async (given) => {
    const lab = openLab();
    lab.write(step('wipe', 'kind: run\nrun: [rm, -rf, "{{what}}"]'), 'params:\n  what: { type: string, required: true, rehearsal: /nothing/here }', 'child');
    const precious = join(lab.folder, 'precious');
    writeFileSync(precious, 'all we have');
    const body = step('sub', `kind: call\nrunbook: child\nparams: { what: ${given} }`);
    const front = `params:\n  real: { type: string, default: ${precious} }`;
    const rehearsed = await lab.drive(body, { mode: 'rehearsal', front });
    expect(rehearsed.state).toBe('failed');
    expect(rehearsed.step('sub').reason).toContain('A rehearsal would do this for real: what would take the place');
    expect(rehearsed.step('sub/wipe').state).not.toBe('succeeded');
    expect(existsSync(precious)).toBe(true);
  });

  it('call: with a program in its place the runbook does not start', async () => {
    const lab = openLab();
    lab.write(step('greet', 'kind: run\nrun: [echo, hello]'), '', 'child');
    await expect(lab.drive(step('sub', 'kind: call\nrunbook: child\nmodes: { rehearsal: { run: [echo, pretend] } }'), { mode: 'rehearsal' })).rejects.toThrow('only simulate or skip can stand in for a call');
    expect(lab.runs.list()).toEqual([]);
  });

  it('call: at the table a value that nothing captured is left as it is written', async () => {
    const lab = openLab();
    lab.write(step('greet', 'kind: run\nrun: [echo, "hello {{who}}"]'), 'params:\n  who: { type: string, required: true }', 'child');
    const done = await lab.drive(step('find', 'kind: run\nrun: [echo, db2]\ncapture: { host: { stdout: true, type: string } }') + step('sub', 'kind: call\nrunbook: child\nparams: { who: "{{host}}" }'), { mode: 'tabletop' });
    expect(done.state, done.why).toBe('succeeded');
    expect(lab.events(done.run.id, 'step.called').map(({ data }) => data)).toMatchObject([{ params: { who: '{{host}}' } }]);
  });

  it('call: refuses runbooks that call each other in a circle', async () => {
    const lab = openLab();
    lab.write(step('back', 'kind: call\nrunbook: book'), '', 'child');
    await expect(lab.drive(step('sub', 'kind: call\nrunbook: child'))).rejects.toThrow('circle');
    expect(lab.runs.list()).toEqual([]);
  });

  it('call: of one that is skipped every step says so, also within a further call', async () => {
    const lab = openLab();
    lab.write(step('deep', 'kind: run\nrun: ["false"]'), '', 'grandchild');
    lab.write(step('one', 'kind: run\nrun: ["false"]') + step('two', 'kind: call\nrunbook: grandchild'), '', 'child');
    const done = await lab.drive(step('sub', 'kind: call\nrunbook: child\nwhen: "1 > 2"') + step('after', 'kind: run\nrun: ["true"]'));
    expect(done.state, done.why).toBe('succeeded');
    expect(done.run.steps.map(({ id, state, reason }) => [id, state, reason])).toEqual([
      ['sub', 'skipped', 'Not needed: 1 > 2 is false'],
      ['sub/one', 'not_executed', 'The call sub was skipped: Not needed: 1 > 2 is false'],
      ['sub/two', 'not_executed', 'The call sub was skipped: Not needed: 1 > 2 is false'],
      ['sub/two/deep', 'not_executed', 'The call sub was skipped: Not needed: 1 > 2 is false'],
      ['after', 'succeeded', undefined],
    ]);
  });

  it('call: what fails inside halts there, and what follows outside waits', async () => {
    const lab = openLab();
    lab.write(step('breaks', 'kind: run\nrun: ["false"]'), '', 'child');
    const done = await lab.drive(step('sub', 'kind: call\nrunbook: child') + step('after', 'kind: run\nrun: ["true"]'));
    expect(done.exit).toBe(1);
    expect(done.run.steps.map(({ state }) => state)).toEqual(['running', 'failed', 'pending']);
  });
});

describe('what a tool prints', () => {
  it('is shown with the time at which it came, and a new attempt begins in silence', async () => {
    const lab = openLab();
    const file = join(lab.folder, 'go');
    const path = lab.write(step('talk', `kind: run\nrun: [sh, -c, 'test -e ${file} || echo one; until test -e ${file}; do sleep 0.02; done; exit 1']`));
    const heard: string[] = [];
    const seen = new Promise<void>((resolve) => lab.runs.subscribe((news) => { if (news.kind === 'output') resolve(); }));
    const before = Date.now();
    const live = await lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'auto');
    await seen;
    heard.push(live.view().steps[0]?.last_output_at ?? '');
    expect(Date.parse(heard[0] ?? '')).toBeGreaterThanOrEqual(before);
    writeFileSync(file, '');
    await live.settled();
    await lab.runs.command(live.id, { do: 'retry', step: 'talk' });
    expect(live.view().steps[0]?.last_output_at).toBeNull();
    await live.settled();
  });
});
