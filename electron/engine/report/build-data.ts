/** Group 8: which backup came back, what was counted in it, and which keys opened it. */
import { basename } from 'node:path';
import { z } from 'zod';
import type { CheckResult } from '../../contract/readiness.ts';
import type { Report, ReportStep } from '../../contract/report.ts';
import type { ReportFacts } from '../../contract/report-facts.ts';
import { ProofLevel } from '../../contract/vocabulary.ts';

type Backup = Report['data']['backups'][number];

const LADDER = ProofLevel.options;

/** What a `backup` check leaves in its evidence, as far as a report shows it; an engine that does not know a thing leaves null. */
const Evidence = z.looseObject({
  path: z.string().nullish(), // a repository may have none
  level: z.string().nullish(), sha256: z.string().nullish(), size: z.number().nullish(), age_s: z.number().nullish(),
  label: z.string().nullish(), // the engine's own name of the backup
  rungs: z.array(z.object({ level: z.string(), ok: z.boolean().nullable(), detail: z.string() })).nullish(),
});
type Evidence = z.infer<typeof Evidence>;

interface Found { check: string; title: string; at: string | null; evidence: Evidence }

/** By readiness before the run, and by check steps in it. */
export function foundBackups(checks: readonly CheckResult[], execution: readonly ReportStep[], readText: (sha256: string) => string | null): Found[] {
  const before = checks.flatMap(({ id, title, kind, evidence, checked_at }) => read(kind === 'backup' ? evidence : null, { check: id, title, at: checked_at }));
  const during = execution.flatMap(({ id, title, kind, output, finished_at }) => read(kind === 'check' && output !== null ? parsed(readText(output.sha256)) : null, { check: id, title, at: finished_at }));
  return [...before, ...during.filter(({ evidence }) => Array.isArray(evidence.rungs))];
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null; // what a check step left is not evidence of a backup
  }
}

/** What names neither a place nor a rung is evidence of no backup. */
function read(evidence: unknown, about: Omit<Found, 'evidence'>): Found[] {
  const found = Evidence.safeParse(evidence);
  return found.success && ((found.data.path ?? found.data.level ?? null) !== null) ? [{ ...about, evidence: found.data }] : [];
}

/** One row a backup: of several looks at the same bytes, the highest rung that was proven. */
export function backupRows(found: readonly Found[]): Backup[] {
  const rows = new Map<string, Backup>();
  for (const one of found) {
    const row = backupRow(one);
    const key = `${row.location} ${row.sha256 ?? ''}`;
    const before = rows.get(key);
    if (before === undefined || rung(row) >= rung(before)) rows.set(key, { ...row, check: before === undefined ? row.check : `${before.check}, ${row.check}` });
    else rows.set(key, { ...before, check: `${before.check}, ${row.check}` });
  }
  return [...rows.values()];
}

function rung({ level }: Backup): number {
  return LADDER.findIndex((one) => one === level);
}

function backupRow({ check, at, evidence: { path, level, sha256, size, age_s, label } }: Found): Backup {
  return {
    check, id: label ?? (path ? basename(path) : check), location: path ?? label ?? check, sha256: sha256 ?? null, size: size ?? null, level: level ?? 'not proven', checked_at: at,
    taken_at: at === null || typeof age_s !== 'number' ? null : new Date(Date.parse(at) - age_s * 1000).toISOString(),
  };
}

/** What was counted in the recovered data: the queries of the proof, then what the steps' own assertions found. */
export function reconciliation(found: readonly Found[], execution: readonly ReportStep[], said: ReportFacts['reconciliation']): Report['data']['reconciliation'] {
  const proofs = found.flatMap(({ title, evidence }) => (evidence.rungs ?? []).filter(({ level, ok }) => level === 'asserted' && ok !== null).map(({ ok, detail }) => ({ what: title, ok: ok === true, expected: 'the queries of the check hold', actual: detail })));
  const steps = execution.filter(({ kind, verdict }) => kind === 'run' && verdict !== 'simulated').flatMap(({ number, title, assertions }) => assertions.filter(({ actual }) => /\d/u.test(actual)).map(({ ok, title: own, expected, actual }) => ({ what: `Step ${number}, ${own ?? title}`, ok, expected, actual: actual.slice(0, 500) })));
  return [...proofs, ...steps, ...(said ?? [])];
}
