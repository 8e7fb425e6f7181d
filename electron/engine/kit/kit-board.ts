/** The kit board from the readiness of every runbook. Pure. */
import type { CheckKind } from '../../contract/check.ts';
import type { KitBoard, KitInPlace, KitPin, KitRow, KitState } from '../../contract/kit.ts';
import type { CheckResult, ReadinessReport } from '../../contract/readiness.ts';
import { addPeriod } from '../../contract/scalars.ts';
import type { Runbook, SignatureState } from '../../contract/runbook.ts';
import { counted } from '../../contract/wording.ts';

export interface KitFacts {
  laptop: string;
  now: number;
  runbooks: readonly { runbook: Runbook; signature: SignatureState; report: ReadinessReport }[];
  pins: readonly KitPin[];
  imported: KitInPlace | null;
  words: string | null;
}

/** What of the checks is about the kit itself, in the board's order. */
const PARTS: readonly { what: string; kinds: readonly CheckKind[] }[] = [
  { what: 'Tools', kinds: ['tool'] },
  { what: 'Container images', kinds: ['image'] },
  { what: 'TLS certificates', kinds: ['tls'] },
  { what: 'Manifests', kinds: ['manifests'] },
  { what: 'Credentials', kinds: ['credential'] },
  { what: 'Files and folders', kinds: ['file', 'dir'] },
  { what: 'Contacts', kinds: ['contacts'] },
  { what: 'This laptop', kinds: ['disk', 'memory', 'clock', 'power', 'encryption'] },
  { what: 'What people vouch for', kinds: ['attest'] },
];
const BRINGS_BACK: readonly CheckKind[] = ['backup', 's3-object', 'known-answer', 'escrow'];
/** From the best to the worst. */
const ORDER: readonly KitState[] = ['measured', 'said', 'overridden', 'expired', 'unknown', 'failed'];

export function kitBoard({ laptop, now, runbooks, pins, imported, words }: KitFacts): KitBoard {
  const checks = runbooks.flatMap(({ report }) => report.checks);
  const itself = [...importedRow(imported), ...bundleRow(runbooks), ...PARTS.flatMap(({ what, kinds }) => partRow(what, checks.filter(({ kind }) => kinds.some((one) => one === kind))))];
  const brings_back = runbooks.flatMap(({ runbook, report }) => report.checks.filter(({ kind }) => BRINGS_BACK.some((one) => one === kind)).map((check) => ownRow(runbook, check)));
  return { laptop, at: new Date(now).toISOString(), good_until: goodUntil(checks), itself, brings_back, pins: [...pins], imported, words };
}

/** Only what blocks a recovery decides; a warning may be out of date. */
function goodUntil(checks: readonly CheckResult[]): string | null {
  const blockers = checks.filter(({ severity }) => severity === 'blocker');
  const ends = blockers.map((check) => (stateOf(check) === 'failed' || stateOf(check) === 'unknown' || stateOf(check) === 'expired' ? null : check.expires_at));
  return earliest(ends);
}

/** The earliest; null when one of them is not known, or when there are none. */
function earliest(times: readonly (string | null)[]): string | null {
  const known = times.flatMap((time) => time ?? []);
  return known.length < times.length || known.length === 0 ? null : (known.sort()[0] ?? null);
}

function stateOf(check: CheckResult): KitState {
  if (check.outcome === 'overridden') return 'overridden';
  if (check.checked_at === null || check.outcome === 'unknown') return 'unknown';
  if (check.outcome === 'fail') return 'failed';
  if (check.expired) return 'expired';
  return check.kind === 'attest' || check.kind === 'contacts' ? 'said' : 'measured';
}

function worst(states: readonly KitState[]): KitState {
  return ORDER[Math.max(...states.map((state) => ORDER.indexOf(state)))] ?? 'unknown';
}

/** `kit 7 of 2026-11-20, signed by release, 214 files; 2 things lack that block a recovery`. */
function importedRow(imported: KitInPlace | null): KitRow[] {
  if (imported === null) return [];
  const { sheet, problem, lacks, imported_at } = imported;
  const vital = lacks.filter(({ severity }) => severity === 'blocker').length;
  const what = `kit ${sheet.number} of ${sheet.made_at.slice(0, 10)}, signed by ${sheet.signers.join(' and ')}, ${counted(sheet.files, 'file', 'files')}`;
  const found = problem ?? (lacks.length === 0 ? `${what}; nothing lacks` : `${what}; ${counted(lacks.length, 'thing lacks', 'things lack')}${vital === 0 ? '' : `, ${vital} of them ${vital === 1 ? 'blocks' : 'block'} a recovery`}`);
  return [{ what: 'Imported kit', state: problem !== null ? 'failed' : vital > 0 ? 'unknown' : 'measured', found, verified_at: imported_at, good_until: null }];
}

/** Runbooks grow old by themselves: what they say was read against the system on the day of their review. */
function bundleRow(runbooks: KitFacts['runbooks']): KitRow[] {
  if (runbooks.length === 0) return [];
  const signed = runbooks.filter(({ signature }) => signature.state === 'signed').length;
  const altered = runbooks.filter(({ signature }) => signature.state === 'altered' || signature.state === 'outdated').length;
  const reviews = runbooks.map(({ runbook: { front } }) => (front.review_every === undefined ? null : addPeriod(new Date(`${front.reviewed}T00:00:00Z`), front.review_every).toISOString()));
  const reviewed = runbooks.map(({ runbook }) => runbook.front.reviewed).sort()[0];
  const trust = altered > 0 ? `${altered} altered` : signed === runbooks.length ? 'all signed' : signed === 0 ? 'none signed' : `${signed} signed`;
  return [{
    what: 'Runbooks', state: altered > 0 ? 'failed' : signed === runbooks.length ? 'measured' : 'unknown',
    found: `${counted(runbooks.length, 'runbook', 'runbooks')}, ${trust}; the oldest review is of ${reviewed ?? 'no day'}`,
    verified_at: null, good_until: earliest(reviews.filter((time) => time !== null)),
  }];
}

/** Many checks of one sort in one row: how many hold, and the first that does not. */
function partRow(what: string, checks: readonly CheckResult[]): KitRow[] {
  if (checks.length === 0) return [];
  const states = checks.map(stateOf);
  const good = states.filter((state) => state === 'measured' || state === 'said' || state === 'overridden').length;
  const state = worst(states);
  const first = checks[states.indexOf(state)];
  const rest = good === checks.length || first === undefined ? '' : `; ${first.title}: ${first.checked_at === null ? 'never checked' : state === 'expired' ? 'expired' : first.summary}`;
  return [{
    what, state, found: `${good} of ${checks.length} hold${rest}`,
    verified_at: earliest(checks.map(({ checked_at }) => checked_at)), good_until: state === 'failed' ? null : earliest(checks.map(({ expires_at }) => expires_at)),
  }];
}

function ownRow({ front }: Runbook, check: CheckResult): KitRow {
  const state = stateOf(check);
  return {
    what: `${front.system}: ${check.title}`, state, found: check.checked_at === null ? 'never checked' : check.summary,
    verified_at: check.checked_at, good_until: state === 'failed' || state === 'unknown' ? null : check.expires_at,
  };
}
