/** `clock`: is the wall clock right? Offline there are three witnesses: a time daemon, the battery clock, the journal. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { durationSeconds } from '../../../contract/scalars.ts';
import { spokenDuration } from '../../../contract/wording.ts';
import { findProgram } from '../find-program.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown } from '../probe.ts';
import { runProgram } from '../run-program.ts';

interface Witness {
  name: string;
  /** Wall clock minus this witness, in seconds. */
  skew_s: number;
}

export const probeClock: ProbeRunner<'clock'> = async (probe, context) => {
  const limit = durationSeconds(probe.max_skew);
  const behind = behindJournal(context);
  if (behind !== null) return fail(`The clock was set back: it is ${spokenDuration(behind)} behind the last entry of the record.`, { behind_s: behind });
  const witnesses = [...sinceJournal(context), ...batteryClocks('/sys/class/rtc', context.clock.now()), ...(await timeDaemon(context))];
  const evidence: Evidence = { max_skew_s: limit, witnesses: witnesses.map(({ name, skew_s }) => ({ name, skew_s: Math.round(skew_s) })) };
  const liar = witnesses.find((witness) => Math.abs(witness.skew_s) > limit);
  if (liar !== undefined) return fail(`The clock is ${spokenDuration(liar.skew_s)} ${liar.skew_s > 0 ? 'ahead of' : 'behind'} ${liar.name}; at most ${spokenDuration(limit)} is allowed.`, evidence);
  const independent = witnesses.filter((witness) => witness.name !== JOURNAL);
  if (independent.length === 0) return unknown('no-source', 'Nothing independent on this laptop tells the time: compare it with a watch, and attest it.', evidence);
  return pass(`The clock agrees with ${independent.map((witness) => witness.name).join(' and ')}.`, evidence);
};

const JOURNAL = 'the record since it was written';

/** Seconds that the wall clock is behind the newest entry; null when it is not. Small corrections are let pass. */
function behindJournal({ lastClock, clock }: ProbeContext): number | null {
  if (lastClock === undefined || lastClock === null) return null;
  const behind = Math.floor((lastClock.wall - clock.now()) / 1000);
  return behind > 2 ? behind : null;
}

/** Within one boot, the wall clock must have moved as far as the time since boot did. */
function sinceJournal({ lastClock, clock }: ProbeContext): Witness[] {
  if (lastClock === undefined || lastClock === null || lastClock.boot !== clock.bootId()) return [];
  return [{ name: JOURNAL, skew_s: (clock.now() - lastClock.wall - (clock.uptime() - lastClock.up)) / 1000 }];
}

/** Clocks that run on their own battery. They keep whole seconds, so a second of difference is none. */
export function batteryClocks(folder: string, now: number): Witness[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // not Linux, or a virtual machine without one
  }
  return names.flatMap((name) => {
    try {
      const seconds = Number(readFileSync(join(folder, name, 'since_epoch'), 'utf8').trim());
      const skew = now / 1000 - seconds;
      return [{ name: 'the battery clock', skew_s: Math.abs(skew) <= 1 ? 0 : skew }];
    } catch {
      return []; // a clock that cannot be read says nothing
    }
  });
}

/** chrony tells the offset itself, and whether it has a source; without one it says nothing. */
async function timeDaemon(context: ProbeContext): Promise<Witness[]> {
  const chronyc = findProgram('chronyc', context.env);
  if (chronyc === null) return [];
  const outcome = await runProgram(context, { argv: [chronyc, '-n', '-c', 'tracking'], cwd: context.scratchDir, timeoutMs: 5_000 });
  return outcome.ok ? chronyWitness(outcome.stdout.text) : [];
}

/** Fields of `chronyc -c tracking`: reference id, address, stratum, time, offset of the system clock (seconds), … leap status last. */
export function chronyWitness(line: string): Witness[] {
  const fields = line.trim().split(',');
  const [offset, leap] = [Number(fields[4]), fields.at(-1)];
  return fields.length < 13 || Number.isNaN(offset) || leap === 'Not synchronised' ? [] : [{ name: 'the time servers that chrony follows', skew_s: offset }];
}
