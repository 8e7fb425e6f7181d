/** Runs one probe to a finding, whatever happens: what cannot be told is `unknown` with its reason, never a pass. */
import type { CheckBlock, CheckKind } from '../../contract/check.ts';
import { Probe } from '../../contract/check.ts';
import { EngineError } from '../../contract/errors.ts';
import type { ProbeFinding } from '../../contract/readiness.ts';
import type { ProbeContext, ProbeRunner } from './probe.ts';
import { CannotTell, unknown } from './probe.ts';
import { PROBES } from './probe-table.ts';
import { withStoredCredentials } from './s3/stored-credentials.ts';

/** What a check examines, without what makes it a check: id, title, severity, expiry, remedy and the like. */
export function probeOf(block: CheckBlock): Probe {
  const { id: _id, title: _title, severity: _severity, expires: _expires, remedy: _remedy, suspects: _suspects, needs_alive: _alive, covers: _covers, target: _target, ...probe } = block;
  return Probe.parse(probe);
}

/** The finding is masked with the context's redactor, and with what the keyring or the vault gave for it. */
export async function runProbe(probe: Probe, given: ProbeContext): Promise<ProbeFinding> {
  return withStoredCredentials(probe, given, async (context) => {
    const finding = await attempt(probe, context);
    return { ...finding, summary: context.redactor.text(finding.summary), evidence: masked(finding.evidence, context) };
  });
}

async function attempt(probe: Probe, context: ProbeContext): Promise<ProbeFinding> {
  try {
    context.signal.throwIfAborted();
    return await dispatch(PROBES, probe, context);
  } catch (thrown) {
    return findingOf(thrown, context.signal);
  }
}

/** The table is keyed by kind, so the runner of a probe's kind takes that probe. */
function dispatch<K extends CheckKind>(table: { [P in K]: ProbeRunner<P> }, probe: Extract<Probe, { kind: K }>, context: ProbeContext): Promise<ProbeFinding> {
  const kind: K = probe.kind;
  const runner: (probe: Extract<Probe, { kind: K }>, context: ProbeContext) => Promise<ProbeFinding> = table[kind];
  return runner(probe, context);
}

function findingOf(thrown: unknown, signal: AbortSignal): ProbeFinding {
  if (signal.aborted) return unknown('cancelled', 'The check was cancelled.');
  if (thrown instanceof CannotTell) return unknown(thrown.reason, thrown.message, thrown.evidence);
  if (thrown instanceof EngineError) return unknown(thrown.code === 'disk' ? 'no-space' : thrown.code, thrown.hint === undefined ? thrown.message : `${thrown.message}. ${thrown.hint}`);
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return unknown('no-space', 'The disk is full: the check found no room for its work. Free space and check again.');
  if (code === 'EACCES' || code === 'EPERM') return unknown('no-permission', `The check was not permitted to read what it needs (${thrown instanceof Error ? thrown.message : code}).`);
  return unknown('fault', `The check itself failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
}

function masked(evidence: ProbeFinding['evidence'], context: ProbeContext): ProbeFinding['evidence'] {
  const text = JSON.stringify(evidence);
  const safe = context.redactor.text(text);
  if (safe === text) return evidence;
  return Object.fromEntries(Object.entries(evidence).map(([name, value]) => [name, typeof value === 'string' ? context.redactor.text(value) : JSON.stringify(value) === context.redactor.text(JSON.stringify(value)) ? value : '‹masked›']));
}
