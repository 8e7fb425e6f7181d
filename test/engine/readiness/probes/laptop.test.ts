import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batteryClocks, chronyWitness } from '../../../../electron/engine/readiness/probes/clock.ts';
import { judgePower } from '../../../../electron/engine/readiness/probes/laptop.ts';
import { makeBench } from '../../../support/probe.ts';
import type { Bench } from '../../../support/probe.ts';
import { setClock } from '../../../support/set-clock.ts';

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
});
afterEach(() => bench.remove());

const sysfs = (files: Readonly<Record<string, string>>): string => {
  const folder = join(bench.folder, 'sys');
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  return folder;
};
const tool = (name: string, text: string): void => {
  writeFileSync(join(bench.folder, 'data/toolbox', name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bench.folder, 'data/toolbox', name), 0o755);
};

describe.runIf(process.platform === 'linux')('power', () => {
  const supplies = (online: string, capacity: string) => sysfs({ 'AC/type': 'Mains', 'AC/online': online, 'BAT0/type': 'Battery', 'BAT0/capacity': capacity, 'mouse/type': 'Battery', 'mouse/scope': 'Device', 'mouse/capacity': '3' });

  it.each([
    ['on mains', '1', '80', 'pass'],
    ['on mains with an empty battery', '1', '10', 'warn'],
    ['on battery with plenty', '0', '80', 'warn'],
    ['on battery with little', '0', '30', 'fail'],
  ])('%s', (_name, online, capacity, outcome) => {
    expect(judgePower(supplies(online, capacity))).toMatchObject({ outcome, evidence: { batteries: 1, charge: Number(capacity) } });
  });

  it('says that a desktop or virtual machine has no battery', () => {
    expect(judgePower(join(bench.folder, 'nothing'))).toMatchObject({ outcome: 'pass', summary: expect.stringContaining('No battery') });
  });
});

describe('clock', () => {
  it('cannot tell without an independent witness', async () => {
    const found = await bench.probe({ kind: 'clock' }, { env: { PATH: '/nonexistent' } });
    expect(['unknown', 'pass']).toContain(found.outcome); // pass only where the machine has a battery clock
    if (found.outcome === 'unknown') expect(found.evidence['reason']).toBe('no-source');
  });

  it('fails when it was set back behind the record, or moved within one boot', async () => {
    const clock = setClock();
    const mark = { wall: clock.now(), up: clock.uptime(), boot: clock.bootId() };
    clock.setWall(clock.now() - 3_600_000);
    const back = await bench.probe({ kind: 'clock' }, { clock, lastClock: mark });
    expect(back).toMatchObject({ outcome: 'fail', evidence: { behind_s: 3600 } });
    clock.setWall(mark.wall + 600_000);
    clock.reboot('boot-1', mark.up + 60_000);
    const moved = await bench.probe({ kind: 'clock', max_skew: '5s' }, { clock, lastClock: mark });
    expect(moved.outcome).toBe('fail');
    expect(moved.summary).toContain('9 min ahead of the record');
  });

  it('believes a time daemon only while it has a source', async () => {
    const tracking = (offset: string, leap: string): string => `4E2F6A01,192.0.2.1,3,1772334000.1,${offset},0.000001,0.00002,1.2,0.01,0.02,0.03,0.04,64.0,${leap}`;
    expect(chronyWitness(tracking('0.000123', 'Normal'))).toMatchObject([{ skew_s: 0.000123 }]);
    expect(chronyWitness(tracking('0.000123', 'Not synchronised'))).toEqual([]);
    expect(chronyWitness('506 Cannot talk to daemon')).toEqual([]);
    tool('chronyc', `echo '${tracking('7.5', 'Normal')}'`);
    expect(await bench.probe({ kind: 'clock', max_skew: '5s' })).toMatchObject({ outcome: 'fail' });
    tool('chronyc', `echo '${tracking('0.1', 'Normal')}'`);
    expect(await bench.probe({ kind: 'clock', max_skew: '5s' })).toMatchObject({ outcome: 'pass', summary: expect.stringContaining('chrony') });
  });

  it('compares with the battery clock in whole seconds', () => {
    const folder = sysfs({ 'rtc0/since_epoch': '1000', 'rtc1/name': 'silent' });
    expect(batteryClocks(folder, 1_000_900)).toEqual([{ name: 'the battery clock', skew_s: 0 }]);
    expect(batteryClocks(folder, 1_060_000)).toEqual([{ name: 'the battery clock', skew_s: 60 }]);
  });
});

describe.runIf(process.platform === 'linux')('encryption', () => {
  it.each([
    ['an encrypted disk', 'echo "/dev/mapper/root ext4"', 'printf "root crypt\\nsda3 part\\nsda disk\\n"', 'pass'],
    ['a plain disk', 'echo "/dev/sda3 ext4"', 'printf "sda3 part\\nsda disk\\n"', 'fail'],
    ['a virtual disk', 'echo "/dev/vda1 ext4"', 'printf "vda1 part\\nvda disk\\n"', 'unknown'],
    ['a network file system', 'echo "server:/data nfs4"', 'exit 1', 'unknown'],
    ['a folder in memory', 'echo "tmpfs tmpfs"', 'exit 1', 'warn'],
  ])('%s', async (_name, findmnt, lsblk, outcome) => {
    tool('findmnt', findmnt);
    tool('lsblk', lsblk);
    expect((await bench.probe({ kind: 'encryption' })).outcome).toBe(outcome);
  });

  it('cannot be told without the tools', async () => {
    expect(await bench.probe({ kind: 'encryption' }, { env: { PATH: '/nonexistent' } })).toMatchObject({ outcome: 'unknown', evidence: { reason: 'tool-missing' } });
  });

  it('answers for this machine, whatever it is', async () => {
    expect(['pass', 'fail', 'unknown', 'warn']).toContain((await bench.probe({ kind: 'encryption' })).outcome);
  });
});
