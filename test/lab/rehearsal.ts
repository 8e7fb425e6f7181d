/** The rehearsal of one shipped runbook against the lab, unattended and through the real command line. */
import type { Fidelity, LabPlace } from './unit.ts';

export interface Rehearsal {
  /** Id of the runbook. The file that exports the rehearsal is named after it. */
  readonly runbook: string;
  /** Which of its ways is taken, in a few words, when a runbook is rehearsed more than once. */
  readonly variant?: string;
  /** Units that it acts on; those that they need come by themselves. */
  readonly units: readonly string[];
  /** Puts the system's data in place and does the damage. Files that the runbook reads must be readable by the lab's account. */
  prepare(place: RehearsalPlace): Promise<Prepared>;
  /** What each program that the runbook starts is here. A step counts as its least real program; a program that is not named fails the rehearsal. */
  readonly programs: Readonly<Record<string, Fidelity>>;
  /** Who is enrolled before the run; the passphrase is made up and lies in this variable of the run's environment. */
  readonly people?: readonly LabPerson[];
  /** Looks at the system after the run: what does not hold, in words. The runbook's own assertions are judged already. */
  check?(place: RehearsalPlace): Promise<readonly string[]>;
  /** Takes away what `prepare` put into the units. Runs also when the run failed. */
  finish?(place: RehearsalPlace): Promise<void>;
}

/** The name of one rehearsal in tables and of its results. */
export function nameOf({ runbook, variant }: Rehearsal): string {
  return variant === undefined ? runbook : `${runbook}, ${variant}`;
}

export interface RehearsalPlace extends LabPlace {
  /** Folder of this rehearsal alone, below `state`; removed afterwards. Owned by the lab's account. */
  folder: string;
  /** What `blackstart` will get as its data folder; runbooks know it as `data_dir`. */
  dataDir: string;
}

export interface Prepared {
  /** Only those without a `rehearsal:` value: a rehearsal takes that one, whatever is given here. */
  params: Record<string, string>;
  /** Path of answers.yaml. */
  answers: string;
  /** Joins PATH, HOME, LANG and TMPDIR of the lab; nothing else of the caller's environment reaches the run. */
  env?: Record<string, string>;
  /** When the damage was done, RFC 3339 UTC; the RTO clock starts there. */
  outageAt?: string;
  /** More options of `blackstart run`, where a runbook needs them. */
  options?: readonly string[];
}

export interface LabPerson {
  name: string;
  roles: readonly string[];
  credentialEnv: string;
}
