/** Findings with the right to write, and the hot wash. Every word is somebody's, has a reason, and is journaled before it counts. */
import { EngineError } from '../../contract/errors.ts';
import { byDueDate, FINDING_FIELDS, FindingPatch, HotWash, type FindingCorrection, type ImprovementPlan, type LiveFinding, type NewFinding, type SaidHotWash } from '../../contract/after-action.ts';
import type { RunView } from '../../contract/run.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { Clock } from '../deps.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { personId, type People } from '../people/people.ts';
import { canonicalText } from '../report/canonical-report.ts';
import { onOneLine } from '../report/statement.ts';
import { nearest } from '../runbook/finding.ts';
import { emptyFindings, FINDING_CHANGED, FINDING_EVENTS, FINDING_RAISED, findingsOf, foldFindings, HOT_WASH_SAID, type FindingsFold } from './fold-findings.ts';

export interface FindingsHost {
  journal: Journal;
  people: People;
  clock: Clock;
  runbooks(): readonly Runbook[];
  /** EngineError `not-found` when there is no such run. */
  run(name: string): RunView;
}

export interface Findings {
  /** @param runbooks where they were read already; default: those at hand */
  plan(runbooks?: readonly Runbook[]): ImprovementPlan;
  /** Those of one runbook, closed ones too. */
  of(runbook: Runbook): LiveFinding[];
  hotWash(run: string): SaidHotWash | null;
  /** EngineError `refused` for a run that is under way or a wash that says nothing. A later one corrects. */
  sayHotWash(run: string, by: string, said: HotWash): SaidHotWash;
  /** EngineError `usage` without a runbook or run, `not-found` for one that is not here, `refused` for an id that is taken. */
  raise(finding: NewFinding): LiveFinding;
  /** EngineError `usage` without name or reason, `not-found`, `refused` where it changes nothing or what it says cannot be. */
  change(correction: FindingCorrection): LiveFinding;
}

export function createFindings(host: FindingsHost): Findings {
  return new JournaledFindings(host);
}

/** For those who only look. */
export function readFindings(journal: Pick<JournalReader, 'events' | 'blobs'>): FindingsFold {
  return foldFindings(journal.events({ types: FINDING_EVENTS }), textsOf(journal));
}

export function improvementPlan(fold: FindingsFold, runbooks: readonly Runbook[], now: number): ImprovementPlan {
  const findings = findingsOf(fold, runbooks, now).sort(byDueDate);
  return { findings, open: findings.filter(({ closed }) => !closed).length, overdue: findings.filter(({ overdue_days }) => overdue_days > 0).length };
}

export function ofRunbook(fold: FindingsFold, runbook: Runbook, now: number): LiveFinding[] {
  return findingsOf(fold, [runbook], now).filter((finding) => finding.runbook === runbook.front.id).sort(byDueDate);
}

/** Null for a blob that is missing: the verification names that. */
export function textsOf(journal: Pick<JournalReader, 'blobs'>): (sha256: string) => string | null {
  return (sha256) => {
    try {
      return Buffer.from(journal.blobs.read(sha256)).toString('utf8');
    } catch {
      return null;
    }
  };
}

class JournaledFindings implements Findings {
  readonly #host: FindingsHost;
  #fold: FindingsFold = emptyFindings();
  #folded = 0;

  constructor(host: FindingsHost) {
    this.#host = host;
  }

  plan(runbooks = this.#host.runbooks()): ImprovementPlan {
    return improvementPlan(this.#foldOn(), runbooks, this.#host.clock.now());
  }

  of(runbook: Runbook): LiveFinding[] {
    return ofRunbook(this.#foldOn(), runbook, this.#host.clock.now());
  }

  hotWash(run: string): SaidHotWash | null {
    return this.#foldOn().washes.get(run) ?? null;
  }

  sayHotWash(run: string, by: string, said: HotWash): SaidHotWash {
    const { journal } = this.#host;
    const view = this.#overRun(run, 'A hot wash is held at the end of a run');
    const words = HotWash.parse(said);
    if (Object.values(words).every((part) => part === undefined)) throw new EngineError('refused', 'The hot wash says nothing.', { hint: 'Answer at least one of its questions.' });
    const who = this.#who(by);
    const { sha256, size } = journal.blobs.put(Buffer.from(canonicalText(words)));
    journal.append({ type: HOT_WASH_SAID, run: view.id, actor: who.actor, data: { by: who.name, said: { sha256, size } } });
    return this.hotWash(view.id) ?? { said: words, by: who.name, at: '', earlier: 0 };
  }

  raise({ by, runbook: named, run, id, ...said }: NewFinding): LiveFinding {
    const view = run === undefined ? null : this.#host.run(run);
    const runbook = view?.runbook.id ?? this.#runbook(named).front.id;
    if (named !== undefined && view !== null && named !== view.runbook.id) throw new EngineError('refused', `The run ${view.id} is one of ${view.runbook.id}, not of ${named}.`);
    const taken = new Set(this.plan().findings.filter((one) => one.runbook === runbook).map((one) => one.id));
    if (id !== undefined && taken.has(id)) throw new EngineError('refused', `There is a finding ${id} of ${runbook} already.`, { hint: 'Change that one, or choose another id.' });
    this.#refuseDrill(runbook, said.retest_drill);
    const made = id ?? freeId(said.title, taken);
    this.#write(FINDING_RAISED, view?.id ?? null, { runbook, id: made }, by, { status: 'open', ...FindingPatch.parse(said) }, {});
    return this.#find(`${runbook}/${made}`);
  }

  change({ id, by, reason, set, without_retest }: FindingCorrection): LiveFinding {
    const finding = this.#find(id);
    if (reason.trim() === '') throw new EngineError('usage', 'Why it changes is missing.', { hint: 'Give a reason; it stays in the record.' });
    const patch = FindingPatch.parse(set);
    const names = FINDING_FIELDS.filter((name) => patch[name] !== undefined && patch[name] !== finding[name]);
    if (names.length === 0) throw new EngineError('refused', 'Nothing of the finding changes by that.', { hint: 'Say what is to be another: status, severity, owner, due, action or retest.' });
    this.#refuseDrill(finding.runbook, patch.retest_drill);
    const retest = patch.retest_run === undefined || patch.retest_run === null ? patch.retest_run : this.#retest(finding, patch.retest_run);
    const next = { ...patch, ...(retest === undefined ? {} : { retest_run: retest }) };
    refuseUntested({ status: next.status ?? finding.status, severity: next.severity ?? finding.severity, retest_run: next.retest_run === undefined ? finding.retest_run : next.retest_run }, finding, without_retest);
    this.#write(FINDING_CHANGED, finding.run, finding, by, next, { reason: onOneLine(reason), without_retest: without_retest === undefined || without_retest.trim() === '' ? null : onOneLine(without_retest) });
    return this.#find(`${finding.runbook}/${finding.id}`);
  }

  #write(type: string, run: string | null, { runbook, id }: { runbook: string; id: string }, by: string, set: FindingPatch, more: Record<string, string | null>): void {
    const { journal } = this.#host;
    const who = this.#who(by);
    const { sha256, size } = journal.blobs.put(Buffer.from(canonicalText(set)));
    journal.append({ type, run, actor: who.actor, data: { id, runbook, by: who.name, set: { sha256, size }, ...more } });
  }

  #foldOn(): FindingsFold {
    const { journal } = this.#host;
    const { size } = journal.head;
    if (size > this.#folded) foldFindings(journal.events({ after: this.#folded, types: FINDING_EVENTS }), textsOf(journal), this.#fold);
    this.#folded = size;
    return this.#fold;
  }

  #who(by: string): { name: string; actor: string } {
    if (by.trim() === '') throw new EngineError('usage', 'The name of who says it is missing.', { hint: 'It stands in the record, so it has to be given.' });
    const id = personId(by);
    const person = this.#host.people.find(id);
    if (person !== null && person.revoked_at !== null) throw new EngineError('refused', `The enrolment of ${person.name} was revoked at ${person.revoked_at}.`);
    return { name: person?.name ?? onOneLine(by), actor: `person/${id}` };
  }

  #find(wanted: string): LiveFinding {
    const all = this.plan().findings;
    const found = all.filter(({ id, runbook }) => id === wanted || `${runbook}/${id}` === wanted);
    const [only] = found;
    if (only === undefined) throw new EngineError('not-found', `There is no finding ${wanted}.`, { hint: suggestion(nearest(wanted, all.map(({ id }) => id))) });
    if (found.length > 1) throw new EngineError('usage', `${wanted} is a finding of ${found.map(({ runbook }) => runbook).join(' and of ')}.`, { hint: `Write it as ${only.runbook}/${only.id}.` });
    return only;
  }

  #runbook(named: string | undefined): Runbook {
    if (named === undefined) throw new EngineError('usage', 'Say of which runbook or which run the finding is.');
    const all = this.#host.runbooks();
    const found = all.find(({ front }) => front.id === named);
    if (found === undefined) throw new EngineError('not-found', `There is no runbook ${named}.`, { hint: suggestion(nearest(named, all.map(({ front }) => front.id))) });
    return found;
  }

  #overRun(name: string, what: string): RunView {
    const view = this.#host.run(name);
    if (view.finished_at === null) throw new EngineError('refused', `${what}; ${view.id} is ${view.state}.`, { hint: 'End it first; notes can be taken meanwhile.' });
    return view;
  }

  /** A drill that is planned has to be one that the runbook knows. */
  #refuseDrill(runbook: string, drill: string | null | undefined): void {
    if (drill === undefined || drill === null) return;
    const drills = (this.#host.runbooks().find(({ front }) => front.id === runbook)?.front.drills ?? []).map(({ title }) => title);
    if (!drills.includes(drill)) throw new EngineError('not-found', `${runbook} has no drill “${drill}”.`, { hint: drills.length === 0 ? 'It names no drills at all.' : `It has: ${drills.join(', ')}.` });
  }

  /** A retest is a run that ended well, and not the one that found it. */
  #retest({ run: origin }: LiveFinding, name: string): string {
    const view = this.#overRun(name, 'A finding is retested by a run that is over');
    if (view.id === origin) throw new EngineError('refused', `${view.id} is the run that found it; a retest is another one.`);
    if (view.state !== 'succeeded') throw new EngineError('refused', `${view.id} was ${view.state}, so it retested nothing.`);
    return view.id;
  }
}

function suggestion(meant: string | null): string {
  return meant === null ? '"blackstart finding list" shows what there is.' : `Did you mean ${meant}?`;
}

/** Closing what is grave, unproven, takes a reason of its own. */
function refuseUntested(next: Pick<LiveFinding, 'status' | 'severity' | 'retest_run'>, before: LiveFinding, without: string | undefined): void {
  const closes = (next.status === 'done' || next.status === 'accepted') && (!before.closed || next.status !== before.status);
  const grave = next.severity === 'high' || next.severity === 'critical' || before.severity === 'high' || before.severity === 'critical';
  if (!closes || !grave || next.retest_run !== null || (without ?? '').trim() !== '') return;
  throw new EngineError('refused', `A finding of severity ${next.severity ?? 'high'} is not closed without a retest.`, { hint: 'Name the run that retested it, or say why it is closed without one.' });
}

/** `The key came late` → `the-key-came-late`, with a number where that is taken. */
function freeId(title: string, taken: ReadonlySet<string>): string {
  const words = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/gu, '-').replace(/^[^a-z]+|-+$/gu, '').slice(0, 40).replace(/-+$/u, '');
  const base = words === '' || words === 'constructor' || words === 'prototype' ? 'finding' : words;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}
