/** The view of a run with what only the engine knows: filled texts, commands that have not run yet, blobs. */
import type { RunView } from '../../contract/run.ts';
import type { BlobName } from '../../contract/run/events.ts';
import type { Audience } from '../../contract/runbook.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import { namesOf as namesOfScope, type Instant, type RunFold, type StepFold } from '../../contract/run/state.ts';
import { viewRun } from '../../contract/run/view.ts';
import type { JournalReader } from '../journal/journal.ts';
import type { SecretStore } from '../secrets/secret.ts';
import { Assertion } from '../../contract/assertion.ts';
import { evaluateWhen, valueTypes } from '../runbook/expression.ts';
import { fillAll } from './fill-all.ts';
import { assertionWords } from './judgement.ts';
import { modeRule } from './modes.ts';
import type { Names } from './names.ts';
import { conditionOf, fillForPeople, namesEver } from './names.ts';
import { secretsOf, shownFiles, shownSecret, writtenPrograms } from './programs.ts';

export interface Viewed {
  fold: RunFold;
  journal: Pick<JournalReader, 'blobs'>;
  secrets: Pick<SecretStore, 'get'>;
  names(scope: string): Names;
  redactor(): { text(text: string): string };
  now(): Instant;
  words: string | null;
  /** What keeps the run from being recorded now. */
  trouble: string | null;
  lastOutput(step: string): string | null;
  /** What the clock of this laptop did meanwhile. */
  clockNotes(): readonly string[];
}

/** Decisions that are still open rule nothing out. */
function isRuledOut(fold: RunFold, step: StepFold): boolean {
  if (step.plan.block.when === undefined) return false;
  const condition = conditionOf(fold, step);
  return 'value' in condition && !condition.value;
}

/** Decisions that are still open leave it open. */
function isWanted(fold: RunFold, { when = 'true' }: Audience): boolean | null {
  const judged = evaluateWhen(when, valueTypes(runbookOf(fold.plan, '')), namesOfScope(fold, ''));
  return judged.kind === 'value' ? judged.value : null;
}

export function viewLive(run: Viewed, alive: boolean): RunView {
  const names = new Map<string, Names>();
  const namesOf = (scope: string): Names => {
    const known = names.get(scope) ?? run.names(scope);
    names.set(scope, known);
    return known;
  };
  const shownNames = (scope: string): Names => {
    const known = namesOf(scope);
    // for the eye: what a resource that is gone was called stays known
    return { ...known, values: { ...known.values, ...namesEver(run.fold, scope) } };
  };
  const shown = (text: string, scope: string): string => (text.includes('{{') ? fillForPeople(text, shownNames(scope)) : text);
  const view = viewRun(run.fold, {
    now: run.now(),
    alive,
    load: (blob) => loadText(run.journal.blobs, blob),
    fill: (step, text) => shown(text, step.plan.scope),
    preview: (step) => preview(run, step, shownNames(step.plan.scope)),
    environment: (step) => environmentShown(run, step, shownNames(step.plan.scope)),
    ruledOut: (step) => isRuledOut(run.fold, step),
    wanted: (audience) => isWanted(run.fold, audience),
    simulates: (step) => modeRule(run.fold, step).do === 'simulate',
    words: (step, assertion) => assertionWords(Assertion.parse(fillAll(assertion, (text) => shown(text, step.plan.scope)))),
    params: () => Object.fromEntries(Object.entries(run.fold.plan.snapshot.root.params).map(([name, text]) => [name, shownNames('').values[name] ?? text])),
    lastOutput: (step) => run.lastOutput(step.plan.path),
    checkpointWords: run.words,
  });
  return { ...view, lookout: [...(run.trouble === null ? [] : [run.trouble]), ...run.clockNotes(), ...view.lookout] };
}

function preview(run: Viewed, step: StepFold, names: Names): string[][] {
  const { stages } = writtenPrograms(run.fold, step);
  if (stages.length === 0) return [];
  const files = shownFiles(secretsOf(step.plan.block, stages), run.secrets);
  return stages.map((argv) => argv.map((element) => shownText(run, element, names, files)));
}

function environmentShown(run: Viewed, { plan: { block } }: StepFold, names: Names): Record<string, string> {
  if (block.kind !== 'run' && block.kind !== 'secret') return {};
  return Object.fromEntries(Object.entries(block.env ?? {}).map(([name, value]) => [name, typeof value === 'string' ? shownText(run, value, names, shownFiles(secretsOf(block, []), run.secrets)) : shownSecret(value.secret, run.secrets)]));
}

function shownText(run: Viewed, text: string, names: Names, files: Readonly<Record<string, string>>): string {
  return run.redactor().text(fillForPeople(text.replace(/\{\{(secret_file:[a-z0-9_]+)\}\}/gu, (whole, name: string) => files[name] ?? whole), { ...names, values: { ...names.values } }));
}

export function loadText(blobs: Pick<JournalReader['blobs'], 'read'>, { sha256 }: BlobName): string | null {
  try {
    return Buffer.from(blobs.read(sha256)).toString('utf8');
  } catch {
    return null;
  }
}
