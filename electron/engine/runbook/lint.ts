/** The linter: everything that makes a file no runbook, and the classic mistakes that make a runbook fail on the day. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { Finding, LintReport } from '../../contract/runbook.ts';
import type { Draft } from './draft.ts';
import { errorAt, inFileOrder } from './finding.ts';
import { runbookPaths } from './library.ts';
import { COMMAND_RULES } from './lint/command-rules.ts';
import { judgeNeighbours, type ReadNeighbours } from './lint/neighbour-rules.ts';
import { DRAFT_RULES } from './lint/plan-rules.ts';
import { SUBJECT_RULES } from './lint/step-rules.ts';
import type { Subject } from './lint/subject.ts';
import { advise, subjectsOf } from './lint/subject.ts';
import { parseRunbook, readRunbookFile } from './parse.ts';

export interface LintOptions {
  /** The day on which the runbook is judged. */
  at: Date;
}

type LintedFile = LintReport['files'][number];

/**
 * @param paths files, or folders in which every `*.runbook.md` is meant
 * @throws EngineError `not-found` for a path that does not exist
 */
export function lintPaths(paths: readonly string[], options: LintOptions): LintReport {
  const known: ReadNeighbours = new Map();
  const files = paths.flatMap(filesOf).map((path) => lintFile(path, options, known));
  const count = (severity: Finding['severity']): number => files.reduce((sum, file) => sum + file.findings.filter((finding) => finding.severity === severity).length, 0);
  return { files, errors: count('error'), warnings: count('warning') };
}

function filesOf(path: string): string[] {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) throw new EngineError('not-found', `${path} does not exist.`, { hint: 'Give a .runbook.md file or a folder that holds some.' });
  return state.isDirectory() ? runbookPaths(path).map((relative) => join(path, relative)) : [path];
}

/** A file that cannot be read is an answer too: the others are still judged. */
function lintFile(path: string, options: LintOptions, known: ReadNeighbours): LintedFile {
  try {
    return lintRunbook(readRunbookFile(path), path, options, known);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'refused') throw error;
    return { path, id: null, sha256: '', findings: [errorAt({ line: 1, column: 1 }, 'unreadable', error.message, error.hint ?? '')] };
  }
}

/** @param path where the file lies: its neighbours are looked up from there */
export function lintRunbook(bytes: Uint8Array, path: string, options: LintOptions, known?: ReadNeighbours): LintedFile {
  const { findings, draft, id, sha256 } = parseRunbook(bytes, path);
  const advice = draft === null ? [] : [...judgeDraft(draft, options.at), ...judgeNeighbours(draft, known)];
  return { path, id, sha256, findings: inFileOrder([...findings, ...advice]) };
}

/** Every warning about a runbook that needs nothing but the runbook. */
export function judgeDraft(draft: Draft, at: Date): Finding[] {
  return [...subjectsOf(draft).flatMap((subject) => [...judgeCommands(subject), ...judgeSubject(subject)]), ...DRAFT_RULES.flatMap((rule) => rule.judge(draft, at))];
}

/** One finding a rule and command line, at its first word. */
function judgeCommands(subject: Subject): Finding[] {
  return subject.argvs.flatMap((used) =>
    COMMAND_RULES.flatMap((rule) => {
      for (const command of used.commands) {
        const advice = rule.judge({ subject, used, command });
        if (advice !== null) return [advise(subject, rule.id, used.path, advice)];
      }
      return [];
    }),
  );
}

function judgeSubject(subject: Subject): Finding[] {
  return SUBJECT_RULES.flatMap((rule) => rule.judge(subject).map((advice) => advise(subject, rule.id, advice.path ?? ['id'], advice)));
}
