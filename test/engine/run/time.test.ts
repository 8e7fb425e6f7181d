/** Time that the test decides: hours pass at once. */
import { describe, expect, it } from 'vitest';
import { openLab, step } from '../../support/run-lab.ts';
import { setClock } from '../../support/set-clock.ts';

describe('hours', () => {
  it('pass in a wait step, and count as time of the tools', async () => {
    const done = await openLab({ clock: setClock() }).drive(step('soak', 'kind: wait\nfor: 40d'));
    expect(done.step('soak')).toMatchObject({ state: 'succeeded', tool_s: 40 * 86_400 });
    expect(done.run.clocks.tool_s).toBe(40 * 86_400);
  });

  it('of retries and polls are those that the runbook says', async () => {
    const lab = openLab({ clock: setClock() });
    const done = await lab.drive(step('poll', 'kind: wait\nwait_until: { run: ["false"], every: 10m, within: 1h }\non_fail: { retry: 1, delay: 2h }'));
    expect(done.step('poll')).toMatchObject({ state: 'failed', attempts: 2 });
    expect(done.step('poll').reason).toContain('Not within 1h');
    expect(done.step('poll').tool_s).toBeCloseTo(2 * 3_600, 0);
    const took = Date.parse(done.step('poll').finished_at ?? '') - Date.parse(done.step('poll').started_at ?? '');
    expect(took / 3_600_000).toBeCloseTo(4, 1);
  });

  it('decide when an inject of a tabletop comes', async () => {
    const lab = openLab({ clock: setClock() });
    const body = `${step('a', 'kind: manual\nconfirm: x')}\n\`\`\`yaml inject\nid: late\nat: H+1:30\ntitle: The dump is cut off\n\`\`\`\n\n\`\`\`yaml inject\nid: by-hand\nat: manual\ntitle: By hand\n\`\`\`\n`;
    const live = await lab.runs.start({ id: lab.write(body), mode: 'tabletop', params: {} }, 'step');
    await lab.runs.command(live.id, { do: 'exercise', act: { act: 'start' } });
    while (live.view().injects.length === 0) await live.changed();
    expect(live.view().injects).toEqual(['late']);
    expect(lab.events(live.id, 'inject.fired')[0]?.data).toMatchObject({ by: 'schedule' });
    await expect(lab.runs.command(live.id, { do: 'inject', inject: 'late' })).rejects.toThrow('already');
    await expect(lab.runs.command(live.id, { do: 'inject', inject: 'nothing' })).rejects.toThrow('no inject');
  });

  it('between outage and recovery are the RTO, from the newest row to the outage the RPO', async () => {
    const clock = setClock(Date.parse('2026-03-01T03:00:00.000Z'));
    const done = await openLab({ clock }).drive(
      step('newest', 'kind: run\nrun: [echo, "2026-03-01 02:20:00+00"]\ncapture: { newest_row: { stdout: true, type: datetime } }') + step('soak', 'kind: wait\nfor: 89m\nrestores_service: true') + step('tidy', 'kind: wait\nfor: 5h'),
      { front: 'targets: { rto: 2h, rpo: 15m, rpo_from: newest_row }', outage_at: '2026-03-01T02:30:00Z' },
    );
    expect(done.state, done.why).toBe('succeeded');
    expect(done.run.rto).toMatchObject({ target_s: 7200, met: true });
    expect(done.run.rto.achieved_s).toBeCloseTo(7140, -1);
    expect(done.run.rpo).toEqual({ target_s: 900, achieved_s: 600, met: true, newest_at: '2026-03-01T02:20:00.000Z' });
  });

  it.each([['restores_service: true\n', 90], ['', 30]])('stop at the step that the calling runbook names (%j), else at that of the called one', async (own, minutes) => {
    const lab = openLab({ clock: setClock(Date.parse('2026-03-01T03:00:00.000Z')) });
    lab.write(step('part', 'kind: wait\nfor: 30m\nrestores_service: true'), '', 'child');
    const done = await lab.drive(step('sub', 'kind: call\nrunbook: child') + step('switch', `kind: wait\nfor: 60m\n${own}`) + step('tidy', 'kind: wait\nfor: 5h'), { front: 'targets: { rto: 2h }', outage_at: '2026-03-01T03:00:00Z' });
    expect(done.state, done.why).toBe('succeeded');
    expect((done.run.rto.achieved_s ?? 0) / 60).toBeCloseTo(minutes, 0);
  });

  it('the RPO is measured where a called runbook says so, and of several parts the oldest counts', async () => {
    const lab = openLab({ clock: setClock(Date.parse('2026-03-01T03:00:00.000Z')) });
    const newest = 'targets: { rto: 2h, rpo_from: newest_row }';
    lab.write(step('newest', 'kind: run\nrun: [echo, "{{row}}"]\ncapture: { newest_row: { stdout: true, type: datetime } }'), `${newest}\nparams:\n  row: { type: string, required: true }`, 'part');
    const calls = step('orders', 'kind: call\nrunbook: part\nparams: { row: "2026-03-01 02:00:00+00" }') + step('stock', 'kind: call\nrunbook: part\nparams: { row: "2026-03-01 02:20:00+00" }');
    const several = await lab.drive(calls, { front: 'targets: { rto: 2h, rpo: 15m }', outage_at: '2026-03-01T02:30:00Z' });
    expect(several.run.rpo, several.why).toEqual({ target_s: 900, achieved_s: 1800, met: false, newest_at: '2026-03-01T02:00:00.000Z' });

    const own = step('own', 'kind: run\nrun: [echo, "2026-03-01 02:29:00+00"]\ncapture: { newest_row: { stdout: true, type: datetime } }');
    const first = await lab.drive(own + calls, { front: newest, outage_at: '2026-03-01T02:30:00Z' });
    expect(first.run.rpo, first.why).toMatchObject({ achieved_s: 60, newest_at: '2026-03-01T02:29:00.000Z' });
  });

  it('that somebody attests are compared with the clock of this laptop', async () => {
    const clock = setClock(Date.parse('2026-03-01T03:00:00.000Z'));
    const lab = openLab({ clock });
    const live = await lab.runs.start({ id: lab.write(step('a', 'kind: manual\nconfirm: x')), mode: 'rehearsal', params: {} }, 'step');
    await lab.runs.command(live.id, { do: 'attest-time', time: '2026-03-01T02:00:00Z', source: 'the wall clock in the hall' });
    expect(lab.events(live.id, 'time.attested')[0]?.data).toMatchObject({ offset_ms: 3_600_000 });
    expect(live.view().lookout).toEqual([expect.stringContaining('the wall clock in the hall')]);
  });
});
