/** Steps whose dependencies the outage has taken. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finish, openLab, step, type RunLab } from '../../support/run-lab.ts';

const LOGIN = step('login', 'kind: run\nneeds: []\nneeds_alive: [identity-provider, dns]\nrun: ["true"]');
const OTHER = step('other', 'kind: run\nneeds: []\nrun: ["true"]');

async function begun(body: string, front: string, mode: 'rehearsal' | 'tabletop' = 'rehearsal'): Promise<{ lab: RunLab; live: Awaited<ReturnType<RunLab['runs']['start']>> }> {
  const lab = openLab();
  const live = await lab.runs.start({ id: lab.write(body, front), mode, params: {} }, 'auto');
  await live.settled();
  return { lab, live };
}

describe('a step that needs something alive', () => {
  it('is blocked while it is dead, says by what, and holds up nothing else', async () => {
    const { live } = await begun(LOGIN + OTHER, 'lost: [identity-provider]');
    expect(live.view()).toMatchObject({
      state: 'waiting',
      steps: [{ state: 'waiting', waiting_for: 'third-party', attempts: 0, reason: 'It needs identity-provider, which is dead' }, { state: 'succeeded' }],
    });
    expect(live.view().spans.filter(({ what }) => what === 'blocked')).toMatchObject([{ step: 'login', to: null }]);
  });

  it('goes on by itself as soon as all that it needs is alive again', async () => {
    const { lab, live } = await begun(LOGIN, 'lost: [identity-provider, dns]');
    expect((await lab.runs.command(live.id, { do: 'mark-dead', names: ['dns'] })).steps[0]).toMatchObject({ state: 'waiting' });
    await lab.runs.command(live.id, { do: 'mark-dead', names: [] });
    await live.settled();
    expect(live.view()).toMatchObject({ state: 'succeeded', steps: [{ state: 'succeeded', attempts: 1 }] });
  });

  it('is asked again, and stays blocked, when somebody says "go on" too early', async () => {
    const { lab, live } = await begun(LOGIN, 'lost: [dns]');
    await lab.runs.command(live.id, { do: 'unblock', step: 'login' });
    await live.settled();
    expect(live.view().steps[0]).toMatchObject({ state: 'waiting', reason: 'It needs dns, which is dead' });
  });

  it.each(['override', 'skip', 'done'] as const)('can be settled with a name and a reason: %s', async (how) => {
    const { lab, live } = await begun(LOGIN, 'lost: [dns]');
    await expect(lab.runs.command(live.id, { do: how, step: 'login', reason: ' ' })).rejects.toThrow('Say why');
    await lab.runs.command(live.id, { do: how, step: 'login', reason: 'local accounts do' }, { actor: { id: 'kim', name: 'Kim' } });
    await live.settled();
    expect(live.view()).toMatchObject({ state: 'succeeded' });
  });

  it('is left to a person by a run with nobody there, and settled as the answers say', async () => {
    const lab = openLab();
    const alone = await lab.drive(LOGIN + OTHER, { front: 'lost: [dns]' });
    expect(alone).toMatchObject({ exit: 5, state: 'waiting', why: 'Step login is blocked: It needs dns, which is dead' });
    const done = await finish(lab, await lab.runs.resume(alone.run.id, { pace: 'auto' }), { failures: { login: [{ do: 'skip', reason: 'no single sign-on today', by: 'Kim' }] } });
    expect(done).toMatchObject({ exit: 0, state: 'succeeded' });
    expect(done.step('login')).toMatchObject({ state: 'skipped', reason: 'no single sign-on today' });
  });

  it('goes its other way where it has one', async () => {
    const done = await openLab().drive(step('login', 'kind: run\nneeds_alive: [dns]\nrun: ["false"]\nalternate: { when_dead: [dns], run: ["true"] }'), { front: 'lost: [dns]' });
    expect(done.step('login')).toMatchObject({ state: 'succeeded', exit_codes: [0] });
  });

  it('in a rehearsal does not need what its replacement does not use', async () => {
    const done = await openLab().drive(step('login', 'kind: run\nneeds_alive: [dns]\nrun: ["false"]\nmodes: { rehearsal: { run: ["true"] } }'), { front: 'lost: [dns]' });
    expect(done.step('login').state).toBe('succeeded');
  });

  it('counts what the check that it names needs', async () => {
    const check = '```yaml check\n{ id: there, title: There, kind: file, path: /etc/hostname, needs_alive: [dns], severity: warning, expires: 1d }\n```\n';
    expect((await openLab().drive(check + step('look', 'kind: check\ncheck: there'), { front: 'lost: [dns]' })).step('look')).toMatchObject({ state: 'waiting', reason: 'It needs dns, which is dead' });
  });

  it('is blocked on paper as well', async () => {
    const { live } = await begun(LOGIN, 'lost: [dns]', 'tabletop');
    expect(live.view().steps[0]).toMatchObject({ state: 'waiting', waiting_for: 'third-party' });
  });
});

describe('what a drill plays as dead', () => {
  const CHECK = '\n```yaml check\n{ id: power, title: Power, kind: file, path: /etc/passwd, severity: blocker, expires: 1d, needs_alive: [grid] }\n```\n';
  const BODY = step('login', 'kind: run\nneeds: []\nneeds_alive: [dns]\nrun: ["false"]\nalternate: { when_dead: [dns], run: [echo, the hosts file] }')
    + step('pass', 'kind: run\nneeds: []\nrun: [sh, -c, "cat; echo"]\nstdin: { secret: word }\nverify: [{ stdout: { matches: "^.+$" } }]')
    + step('look', 'kind: check\nneeds: []\ncheck: power') + CHECK;
  const front = (file: string): string => `secrets:\n  word: { sources: [{ env: WORD, needs_alive: [idp] }, { file: ${file} }] }`;

  it('sends steps, secrets and checks their other way, and is in the record', async () => {
    const lab = openLab({ processEnv: { ...process.env, WORD: 'from the provider' } });
    const file = join(lab.folder, 'word');
    writeFileSync(file, 'from the envelope');
    const usual = await lab.drive(BODY, { front: front(file) });
    expect([usual.step('login').state, usual.step('look').state, usual.step('pass').state]).toEqual(['failed', 'succeeded', 'succeeded']);
    expect(lab.events(usual.run.id, 'step.secret').map(({ data }) => data)).toMatchObject([{ name: 'word', source: expect.stringContaining('env') }]);
    const done = await lab.drive(BODY, { front: front(file), dead: ['idp', 'dns', 'grid', 'dns'] });
    expect(done).toMatchObject({ exit: 5, why: 'Step look is blocked: It needs grid, which is dead' });
    expect(done.step('login')).toMatchObject({ state: 'succeeded', exit_codes: [0] });
    expect(lab.events(done.run.id, 'step.secret').map(({ data }) => data)).toMatchObject([{ name: 'word', source: expect.stringContaining('file') }]);
    expect(lab.events(done.run.id, 'run.created')[0]?.data['dead']).toEqual(['dns', 'grid', 'idp']);
    expect(lab.runs.view(done.run.id)).toMatchObject({ dead: ['dns', 'grid', 'idp'], lookout: expect.arrayContaining(['Played as dead in this drill: dns, grid, idp']) });
  });

  it('is known to called runbooks, and to a tabletop', async () => {
    const lab = openLab();
    lab.write(step('inner', 'kind: run\nneeds_alive: [dns]\nrun: ["false"]\nalternate: { when_dead: [dns], run: ["true"] }'), '', 'child');
    expect(await lab.drive(step('sub', 'kind: call\nrunbook: child'), { dead: ['dns'] })).toMatchObject({ exit: 0 });
    expect((await lab.drive(step('sub', 'kind: call\nrunbook: child'), { mode: 'tabletop', dead: ['dns'] })).live.view().dead).toEqual(['dns']);
  });

  it('must be something that it leans on, and is not for a live run', async () => {
    const lab = openLab();
    await expect(lab.drive(LOGIN, { dead: ['identity-provder'] })).rejects.toMatchObject({ code: 'not-found', message: 'Nothing of this drill leans on identity-provder.', hint: 'Did you mean identity-provider?' });
    await lab.people.enroll({ name: 'Kim', roles: ['operator'], passphrase: 'four words of a kind' });
    await expect(lab.drive(LOGIN, { mode: 'live', operator: 'Kim', dead: ['dns'] })).rejects.toMatchObject({ code: 'usage', hint: expect.stringContaining('outage mark') });
    expect(lab.runs.list()).toEqual([]);
  });
});
