/** The laptop itself: `disk`, `memory`, `power`, `encryption`. */
import { existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { sizeBytes } from '../../../contract/scalars.ts';
import { spokenBytes } from '../../../contract/wording.ts';
import { findProgram } from '../find-program.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown, warn } from '../probe.ts';
import { runProgram } from '../run-program.ts';

/** Percent. A recovery takes hours, so half a battery is only enough to find the charger. */
const ENOUGH_BATTERY = 50;
const LITTLE_BATTERY = 20;

/** Of the file system that holds the path; what is reserved for root does not count. */
export const probeDisk: ProbeRunner<'disk'> = async (probe, context) => {
  const path = nearestExisting(context.resolve(probe.path));
  const { bavail, bsize } = statfsSync(path);
  const [free, wanted] = [bavail * bsize, sizeBytes(probe.free)];
  const evidence: Evidence = { path, free, wanted };
  return free >= wanted ? pass(`${spokenBytes(free)} are free at ${path}.`, evidence) : fail(`Only ${spokenBytes(free)} are free at ${path}; ${spokenBytes(wanted)} are wanted.`, evidence);
};

/** Of this moment; other programs may take it the next. */
export const probeMemory: ProbeRunner<'memory'> = async (probe) => {
  const [free, wanted] = [availableMemory(), sizeBytes(probe.free)];
  const evidence: Evidence = { free, wanted };
  return free >= wanted ? pass(`${spokenBytes(free)} of memory are available.`, evidence) : fail(`Only ${spokenBytes(free)} of memory are available; ${spokenBytes(wanted)} are wanted.`, evidence);
};

/** What programs can get: on Linux with the caches that the kernel would give up. */
function availableMemory(): number {
  try {
    const kib = /^MemAvailable:\s+(\d+) kB/mu.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return kib === undefined ? freemem() : Number(kib) * 1024;
  } catch {
    return freemem();
  }
}

/** A dead battery in the third hour of a recovery is an outage of its own. */
export const probePower: ProbeRunner<'power'> = async () => judgePower('/sys/class/power_supply');

/** @param folder as the Linux kernel lays out power supplies, one folder each */
export function judgePower(folder: string): ProbeFinding {
  if (process.platform !== 'linux') return unknown('undeterminable', 'Whether the laptop is on mains cannot be told on this system; look yourself.');
  const supplies = existsSync(folder) ? readdirSync(folder).map((name) => ({ name, type: value(folder, name, 'type'), scope: value(folder, name, 'scope') })) : [];
  const batteries = supplies.filter((supply) => supply.type === 'Battery' && supply.scope !== 'Device');
  const mains = supplies.filter((supply) => supply.type === 'Mains' || supply.type === 'USB').some((supply) => value(folder, supply.name, 'online') === '1');
  if (batteries.length === 0) return pass('No battery: this is a desktop or a virtual machine, and depends on its mains.', { batteries: 0, mains: true });
  const charge = Math.min(...batteries.map((battery) => Number(value(folder, battery.name, 'capacity') ?? '0')));
  const evidence: Evidence = { batteries: batteries.length, mains, charge };
  if (mains) return charge >= LITTLE_BATTERY ? pass(`On mains, battery ${charge} %.`, evidence) : warn(`On mains, but the battery holds only ${charge} %.`, evidence);
  if (charge >= ENOUGH_BATTERY) return warn(`On battery, ${charge} %: connect the mains before a recovery.`, evidence);
  return fail(`On battery with ${charge} % left: connect the mains.`, evidence);
}

/** Backups, keys and records lie on this disk, and the laptop lies in a bag. */
export const probeEncryption: ProbeRunner<'encryption'> = async (probe, context) => {
  const path = nearestExisting(probe.path === undefined ? context.dataDir : context.resolve(probe.path));
  switch (process.platform) {
    case 'linux':
      return linuxEncryption(path, context);
    case 'darwin':
      return asked(context, ['fdesetup', 'status'], /FileVault is On/u, /FileVault is Off/u, path);
    case 'win32':
      return asked(context, ['manage-bde', '-status', path.slice(0, 2)], /Protection On/u, /Protection Off/u, path);
    default:
      return unknown('undeterminable', 'Whether the disk is encrypted cannot be told on this system.', { path });
  }
};

/** Up the stack of block devices below the folder's file system; any dm-crypt layer in it will do. */
async function linuxEncryption(path: string, context: ProbeContext): Promise<ProbeFinding> {
  const findmnt = findProgram('findmnt', context.env);
  const lsblk = findProgram('lsblk', context.env);
  if (findmnt === null || lsblk === null) return unknown('tool-missing', 'Whether the disk is encrypted cannot be told: findmnt and lsblk are missing.', { path });
  const mount = await runProgram(context, { argv: [findmnt, '-n', '-o', 'SOURCE,FSTYPE', '--target', path], cwd: '/' });
  const [source = '', type = ''] = mount.stdout.text.trim().split(/\s+/u);
  const device = source.replace(/\[.*\]$/u, '');
  const evidence: Evidence = { path, source: device, filesystem: type };
  if (/^(?:tmpfs|ramfs)$/u.test(type)) return warn('The folder lies in memory, which is not encrypted but goes with the power.', evidence);
  if (!mount.ok || !device.startsWith('/dev/')) return unknown('undeterminable', `Whether ${path} is encrypted cannot be told: it lies on ${type === '' ? 'an unknown file system' : type}.`, evidence);
  const stack = await runProgram(context, { argv: [lsblk, '-s', '-n', '-l', '-o', 'NAME,TYPE', device], cwd: '/' });
  if (!stack.ok) return unknown('undeterminable', `Whether ${device} is encrypted cannot be told.`, evidence);
  if (/\bcrypt\s*$/mu.test(stack.stdout.text)) return pass(`The disk below ${path} is encrypted.`, evidence);
  if (/^(?:vd|xvd)[a-z]/mu.test(stack.stdout.text)) return unknown('undeterminable', 'This is a virtual machine: whether its host encrypts the disk cannot be seen from here.', evidence);
  return fail(`The disk below ${path} is not encrypted: who finds the laptop can read it.`, evidence);
}

/** For systems whose own tool says it; that tool may want administrator's rights, and then says nothing. */
async function asked(context: ProbeContext, argv: string[], yes: RegExp, no: RegExp, path: string): Promise<ProbeFinding> {
  const outcome = await runProgram(context, { argv, cwd: context.scratchDir, timeoutMs: 20_000 });
  if (yes.test(outcome.stdout.text)) return pass('The disk is encrypted.', { path });
  if (no.test(outcome.stdout.text)) return fail('The disk is not encrypted: who finds the laptop can read it.', { path });
  return unknown('undeterminable', `Whether the disk is encrypted cannot be told: ${argv[0] ?? ''} gave no answer.`, { path });
}

function value(folder: string, supply: string, name: string): string | null {
  try {
    return readFileSync(join(folder, supply, name), 'utf8').trim();
  } catch {
    return null; // the kernel leaves out what a supply does not know
  }
}

/** The folder that will hold a path that is not there yet. */
function nearestExisting(path: string): string {
  return statSync(path, { throwIfNoEntry: false }) === undefined && dirname(path) !== path ? nearestExisting(dirname(path)) : path;
}
