/**
 * Reports with the right to write: what people add to them, and their signatures. Everything is journaled; a revision is
 * frozen when it is signed first, and what is recorded later makes the next one.
 */
import { EngineError } from '../../contract/errors.ts';
import type { Report } from '../../contract/report.ts';
import { FACT_FIELDS, FACT_NAMES, ReportFacts } from '../../contract/report-facts.ts';
import type { ReportStatus } from '../../contract/report-signature.ts';
import type { RunView } from '../../contract/run.ts';
import type { Journal } from '../journal/journal.ts';
import { signNote } from '../note/note.ts';
import { personId, type EnrolledPerson, type People } from '../people/people.ts';
import { canonicalText, signedBytes } from './canonical-report.ts';
import { draftReport, readReport, readReportedRun, type ReportedRun, type ReportRecord } from './read-report.ts';
import { withoutCurrent, type Revision } from './report-history.ts';
import { readRunFacts } from './run-facts.ts';
import { onOneLine, statementText } from './statement.ts';
import { roleTitle } from './trust-parts.ts';

export interface Completion {
  /** Name of who says it. */
  by: string;
  facts: ReportFacts;
  reason?: string | undefined;
}

export interface SignRequest { person: string; role: string; passphrase: string }

export interface Reports {
  read(view: RunView, revision?: number): Report;
  status(view: RunView): ReportStatus;
  /** EngineError `refused` for nothing said, a name that cannot be, or somebody whose enrolment was revoked. */
  complete(view: RunView, completion: Completion): ReportStatus;
  /** EngineError `refused` when the run is not over, the person may not sign in that role, or the passphrase is not theirs; `not-found` for nobody of that id. */
  sign(view: RunView, request: SignRequest): Promise<ReportStatus>;
}

/** Whose signatures a report asks for, besides the roles that its runbook lets sign. */
const ALWAYS: readonly string[] = ['operator', 'witness', 'compliance-officer'];
/** Other names under which a role is enrolled. */
const ALSO: Readonly<Record<string, readonly string[]>> = { 'compliance-officer': ['compliance'] };

export function createReports(record: ReportRecord & { reader: Journal }, people: People): Reports {
  return new RecordedReports(record, people);
}

class RecordedReports implements Reports {
  readonly #record: ReportRecord & { reader: Journal };
  readonly #people: People;

  constructor(record: ReportRecord & { reader: Journal }, people: People) {
    this.#record = record;
    this.#people = people;
  }

  read(view: RunView, revision?: number): Report {
    return readReport(this.#record, view, revision);
  }

  status(view: RunView): ReportStatus {
    return readStatus(this.#record, view, this.#people.all());
  }

  complete(view: RunView, { by, facts, reason }: Completion): ReportStatus {
    const { reader: journal } = this.#record;
    const said = ReportFacts.parse(facts);
    if (Object.values(said).every((fact) => fact === undefined)) throw new EngineError('refused', 'Nothing was said that the report could take.', { hint: 'Fill in at least one field.' });
    const id = personId(by);
    const person = this.#people.find(id);
    if (person !== null && person.revoked_at !== null) throw new EngineError('refused', `The enrolment of ${person.name} was revoked at ${person.revoked_at}.`);
    if (said.type !== undefined && view.mode !== 'rehearsal') throw new EngineError('refused', `A ${view.mode} run is no restore test.`, { hint: 'Only a rehearsal can be held as one.' });
    refuseSameWitness(said, readReportedRun(this.#record, view));
    const { sha256, size } = journal.blobs.put(Buffer.from(canonicalText(said)));
    journal.append({ type: 'report.completed', run: view.id, actor: `person/${id}`, data: { by: person?.name ?? onOneLine(by), facts: { sha256, size }, reason: reason ?? null } });
    return this.status(view);
  }

  async sign(view: RunView, { person: id, role, passphrase }: SignRequest): Promise<ReportStatus> {
    const { reader: journal, clock } = this.#record;
    const person = this.#people.find(id);
    const refusal = signRefusal(readReportedRun(this.#record, view), person, role);
    if (refusal !== null) throw refusal;
    const signer = await this.#people.unlock(id, passphrase);
    if (person === null) throw new EngineError('not-found', `Nobody is enrolled as "${id}".`);
    // a passphrase takes a moment to check; another window may have signed or corrected meanwhile
    const again = signRefusal(readReportedRun(this.#record, view), person, role);
    if (again !== null) throw again;
    const revision = this.#revisionToSign(view);
    const at = new Date(clock.now()).toISOString();
    const said = { person: id, name: onOneLine(person.name), role, at, enrolled_at: person.enrolled_at };
    const text = statementText({ run: view.id, revision: revision.number, sha256: revision.sha256, ...said, before: revision.signatures.at(-1)?.note ?? null });
    // the device vouches for who was enrolled under that key
    const note = signNote(text, [signer]) + journal.sign(text).slice(text.length + 1);
    const blob = journal.blobs.put(Buffer.from(note));
    journal.append({ type: 'report.signed', run: view.id, actor: `person/${id}`, data: { number: revision.number, ...said, vkey: person.vkey, note: { sha256: blob.sha256, size: blob.size } } });
    return this.status(view);
  }

  /** The newest revision while it is current, else a new one, frozen now over a fresh checkpoint. */
  #revisionToSign(view: RunView): Revision {
    const { reader: journal, clock } = this.#record;
    const current = readReportedRun(this.#record, view).history.revisions.findLast((revision) => revision.current);
    if (current !== undefined) return current;
    journal.checkpoint(`report of run ${view.id}`);
    const draft = draftReport(this.#record, readReportedRun(this.#record, view));
    const at = new Date(clock.now()).toISOString();
    const { number } = draft.approval.revision;
    const { sha256, size } = journal.blobs.put(signedBytes({ ...draft, approval: { ...draft.approval, revision: { number, issued_at: at } } }));
    journal.append({ type: 'report.issued', run: view.id, actor: 'engine', data: { number, at, report: { sha256, size } } });
    return { number, sha256, issued_at: at, signatures: [], current: true };
  }
}

/** Who ran a run was no witness of it, whoever says so. */
function refuseSameWitness({ people = [] }: ReportFacts, { events }: ReportedRun): void {
  const operators = readRunFacts(events, () => null).operators;
  const both = people.find(({ name, part }) => part === 'witness' && (operators.includes(personId(name)) || people.some((other) => other.part === 'operator' && other.name === name)));
  if (both !== undefined) throw new EngineError('refused', `${both.name} ran this run and cannot be its witness.`, { hint: 'A witness is somebody who looked on.' });
}

/** Why this person cannot sign in this role now; null when they can. */
function signRefusal(run: ReportedRun, person: EnrolledPerson | null, role: string): EngineError | null {
  const { view, history } = run;
  const roles = rolesOf(run);
  if (view.finished_at === null) return new EngineError('refused', `The run ${view.id} is not over: it is ${view.state}.`, { hint: 'A report is signed when nothing can be added by the run itself.' });
  if (!roles.includes(role)) return new EngineError('refused', `This report is not signed by a ${role}.`, { hint: `It is signed by ${roles.join(', ')}.` });
  if (person === null) return new EngineError('not-found', 'Nobody is enrolled under that id.', { hint: '"blackstart people list" shows who is.' });
  if (person.revoked_at !== null) return new EngineError('refused', `The enrolment of ${person.name} was revoked at ${person.revoked_at}.`);
  const signatures = history.revisions.findLast(({ current }) => current)?.signatures ?? [];
  const before = signatures.find((signature) => signature.person === person.id);
  if (before !== undefined) return new EngineError('refused', `${person.name} has signed this revision already, as ${before.role}.`, { hint: 'Each signature is another person’s.' });
  if (signatures.some((signature) => signature.role === role)) return new EngineError('refused', `A ${role} has signed this revision already.`);
  return roleRefusal(run, person, role);
}

function roleRefusal({ events, view }: ReportedRun, { id, name, roles }: EnrolledPerson, role: string): EngineError | null {
  const { operators, executors } = readRunFacts(events, () => null);
  // where the record names nobody (a rehearsal may begin without), an enrolled operator says so by signing
  if (role === 'operator' && operators.length === 0) return roles.includes('operator') ? null : new EngineError('refused', `${name} is not enrolled as operator, and the record names none.`, { hint: 'Let the operator enrol and sign.' });
  if (role === 'operator') return operators.includes(id) ? null : new EngineError('refused', `${name} did not run ${view.id}.`, { hint: `It was run by ${operators.join(', ')}.` });
  if (operators.includes(id) || [...executors.values()].includes(name)) return new EngineError('refused', `${name} ran this run and cannot sign as ${role}: who operates does not look on.`, { hint: 'Somebody else has to.' });
  if (roles.includes(role) || (ALSO[role] ?? []).some((other) => roles.includes(other))) return null;
  return new EngineError('refused', `${name} is not enrolled as ${role}, but as ${roles.join(', ')}.`, { hint: `Enrol a ${role}, or let somebody sign who is one.` });
}

function rolesOf({ runbook }: ReportedRun): string[] {
  const also = Object.entries(runbook.front.roles ?? {}).flatMap(([role, { signs }]) => (signs === true ? [role] : []));
  return [...new Set([...ALWAYS, ...also])];
}

export function readStatus(record: ReportRecord, of: RunView, people: ReadonlyMap<string, EnrolledPerson>): ReportStatus {
  const run = readReportedRun(record, of);
  const { view, history } = run;
  const issued = history.revisions.at(-1) ?? null;
  const signatures = issued?.current === true ? issued.signatures : [];
  return {
    run: view.id,
    over: view.finished_at !== null,
    issued: issued === null ? null : { ...withoutCurrent(issued), current: issued.current },
    earlier: history.revisions.slice(0, -1).map(withoutCurrent),
    roles: rolesOf(run).map((role) => ({
      role, title: roleTitle(role), signed: signatures.find((signature) => signature.role === role)?.name ?? null,
      may: [...people.values()].filter((person) => signRefusal(run, person, role) === null).map(({ id, name }) => ({ id, name })),
    })),
    open: openFields(run),
  };
}

/** What the report would call "not recorded" and a person may know. */
function openFields({ history, runbook, events }: ReportedRun): string[] {
  const known: Partial<Record<keyof ReportFacts, boolean>> = {
    type: true, severity: true, quarter: true, segregation: true, exclusions: true, reconciliation: true, people: true, verdict_by: true, findings: true, author: true, next_due: (runbook.front.drills ?? []).some(({ every }) => every !== undefined),
    declared_by: readRunFacts(events, () => null).created.declaredBy !== null, deactivated_at: true, data_classes: (runbook.front.targets?.classes ?? []).length > 0,
  };
  return FACT_NAMES.filter((name) => history.facts[name] === undefined && known[name] !== true).map((name) => FACT_FIELDS[name]);
}
