/**
 * The proof ladder of one backup: which rung holds, by what, and which is the highest.
 *
 * A rung that cannot be proven (`ok: null`) is not climbed, but does not bar the higher ones: an uncompressed dump has no
 * checksum of its own, and yet its content can be restored and asserted. A rung that failed (`ok: false`) ends the climb.
 */
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { ProofLevel } from '../../../contract/vocabulary.ts';
import type { Clock } from '../../deps.ts';
import { fail, pass } from '../probe.ts';

export const LEVELS = ProofLevel.options;

export interface Rung {
  ok: boolean | null;
  /** What proves it: "sha256 in SHA256SUMS", "pg_restore --list". */
  by: string;
  detail: string;
}

export const held = (by: string, detail: string): Rung => ({ ok: true, by, detail });
export const broken = (by: string, detail: string): Rung => ({ ok: false, by, detail });
export const unprovable = (by: string, detail: string): Rung => ({ ok: null, by, detail });

export class Ladder {
  readonly wanted: ProofLevel;
  readonly #rungs = new Map<ProofLevel, Rung & { ms: number }>();
  readonly #clock: Pick<Clock, 'uptime'>;
  #since: number;

  constructor(wanted: ProofLevel, clock: Pick<Clock, 'uptime'>) {
    this.wanted = wanted;
    this.#clock = clock;
    this.#since = clock.uptime();
  }

  /** The time since the rung before counts for this one. @returns whether the climb may go on */
  set(level: ProofLevel, rung: Rung): boolean {
    const now = this.#clock.uptime();
    this.#rungs.set(level, { ...rung, ms: Math.round(now - this.#since) });
    this.#since = now;
    return rung.ok !== false;
  }

  wants(level: ProofLevel): boolean {
    return LEVELS.indexOf(this.wanted) >= LEVELS.indexOf(level);
  }

  /** Highest rung that holds with no failed one below it; null when nothing was even seen. */
  get level(): ProofLevel | null {
    const firstBroken = LEVELS.findIndex((level) => this.#rungs.get(level)?.ok === false);
    const open = firstBroken < 0 ? LEVELS : LEVELS.slice(0, firstBroken);
    return open.findLast((level) => this.#rungs.get(level)?.ok === true) ?? null;
  }

  get isBroken(): boolean {
    return [...this.#rungs.values()].some((rung) => rung.ok === false);
  }

  get rungs(): Evidence[string][] {
    return LEVELS.flatMap((level) => {
      const rung = this.#rungs.get(level);
      return rung === undefined ? [] : [{ level, ok: rung.ok, by: rung.by, detail: rung.detail.slice(0, 300), ms: rung.ms }];
    });
  }

  /** Pass when the wanted rung holds and none failed; else fail with what stopped the climb. */
  finding(name: string, evidence: Evidence): ProbeFinding {
    const level = this.level;
    const found: Evidence = { ...evidence, level, wanted: this.wanted, rungs: this.rungs };
    const stopped = LEVELS.map((one) => ({ one, rung: this.#rungs.get(one) })).find(({ rung }) => rung?.ok === false);
    if (stopped?.rung !== undefined) return fail(`${name}: ${sentence(stopped.rung.detail)}`, found);
    const reached = level !== null && LEVELS.indexOf(level) >= LEVELS.indexOf(this.wanted);
    if (reached) return pass(`${name} is ${describe(level)}${this.#notes()}.`, found);
    const short = this.#rungs.get(this.wanted);
    return fail(`${name} is ${level === null ? 'not there' : describe(level)}, but not ${this.wanted}: ${sentence(short?.detail ?? 'the proof was not reached')}`, found);
  }

  /** What could not be proven on the way, for the summary of a pass. */
  #notes(): string {
    const missing = LEVELS.filter((one) => this.#rungs.get(one)?.ok === null);
    return missing.length === 0 ? '' : ` (${missing.join(' and ')} could not be proven)`;
  }
}

function describe(level: ProofLevel): string {
  switch (level) {
    case 'seen': return 'there';
    case 'listed': return 'readable as an archive';
    case 'intact': return 'intact';
    case 'restored': return 'restored';
    case 'asserted': return 'restored and its content holds';
    case 'key-proven': return 'restored, its content holds and the key opens it';
  }
}

function sentence(text: string): string {
  return /[.!?]$/u.test(text) ? text : `${text}.`;
}
