/** Before a run begins: what is frozen, what has to be known, and what only a person may accept. */
import { randomBytes } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { ParamQuestion } from '../../contract/methods.ts';
import type { Person } from '../../contract/record.ts';
import { counted } from '../../contract/wording.ts';
import type { Frozen, RunSnapshot } from '../../contract/run/snapshot.ts';
import type { Runbook, SignatureState } from '../../contract/runbook.ts';
import type { Mode, ReadinessState } from '../../contract/vocabulary.ts';
import type { People } from '../people/people.ts';
import { readBeside } from './programs.ts';
import { personId } from '../people/people.ts';
import { readInstant } from '../runbook/expression.ts';
import { resolveParams } from '../runbook/params.ts';
import { templateNames } from '../runbook/template.ts';

export interface FoundRunbook {
  runbook: Runbook;
  signature: SignatureState;
}
/** By id or by path. EngineError `not-found` or `refused`. */
export type FindRunbook = (idOrPath: string) => FoundRunbook;

export interface StartRequest {
  id: string; // of the runbook, or a path
  mode: Mode;
  params: Readonly<Record<string, string>>;
  outage_at?: string | undefined;
  declared_at?: string | undefined;
  /** Id or name. In a live run an enrolled person. */
  operator?: string | undefined;
  /** Proves the operator; checked whenever it is given. */
  passphrase?: string | undefined;
  acknowledge_unsigned?: string | undefined;
  proceed_not_ready?: string | undefined;
  /** What a drill plays as dead; a live run takes it from the switchboard. */
  dead?: readonly string[] | undefined;
  /** The incident that it is a part of, and why it begins before what it depends on is back. */
  incident?: string | undefined;
  despite_dependencies?: string | undefined;
  /** Who says that, where no operator is named. */
  by?: string | undefined;
}

export interface Preparation {
  questions: ParamQuestion[];
  signature: SignatureState;
  readiness: ReadinessState;
  operators: Person[];
  /** Roles for which fewer people are enrolled than the runbook wants; only a live run asks. */
  short_of: ShortRole[];
  needs: ('operator' | 'unsigned' | 'not-ready' | 'params' | 'outage')[];
}

export interface ShortRole { role: string; wanted: number; enrolled: number }

/** Whoever runs the run counts as `operator`, whatever else they were enrolled as. */
export function shortRoles({ front }: Runbook, people: readonly Person[], operator: string | null): ShortRole[] {
  const here = people.filter(({ revoked_at }) => revoked_at === null);
  return Object.entries(front.roles ?? {}).flatMap(([role, { min }]) => {
    const enrolled = here.filter(({ id, roles }) => roles.includes(role) || (role === 'operator' && id === operator)).length;
    return min === undefined || enrolled >= min ? [] : [{ role, wanted: min, enrolled }];
  });
}

function shortRoleWords({ role, wanted, enrolled }: ShortRole): string {
  return `The runbook wants at least ${counted(wanted, 'person', 'people')} as ${role}; ${enrolled === 0 ? 'nobody is' : enrolled === 1 ? 'one is' : `${enrolled} are`} enrolled.`;
}

export interface StartSources {
  findRunbook: FindRunbook;
  readiness(runbook: Runbook): ReadinessState;
  people: People;
  builtIns: Readonly<Record<string, string>>;
  /** Folder that relative paths among the given params start from; default the runbook's own. */
  base?: string;
}

export function prepareRun(sources: StartSources, request: StartRequest): Preparation {
  const { runbook, signature } = sources.findRunbook(request.id);
  const { questions } = resolveParams(runbook, request.params, request.mode, { builtIns: { ...sources.builtIns, runbook_dir: folderOf(runbook) } });
  const readiness = sources.readiness(runbook);
  const live = request.mode === 'live';
  const needs: Preparation['needs'] = [];
  if (questions.some(({ problem }) => problem !== null)) needs.push('params');
  if (live) needs.push('operator', 'outage');
  if (live && signature.state !== 'signed') needs.push('unsigned');
  const here = sources.people.list().filter(({ revoked_at }) => revoked_at === null);
  // before somebody is named, anybody who is enrolled may be the operator
  const operator = here.find(({ id }) => request.operator === undefined || id === request.operator)?.id ?? null;
  const short_of = live ? shortRoles(runbook, here, operator) : [];
  if (live && (!isReady(readiness) || short_of.length > 0)) needs.push('not-ready');
  return { questions, signature, readiness, short_of, operators: here, needs };
}

export function isReady(state: ReadinessState): boolean {
  return state === 'READY' || state === 'READY_WITH_OVERRIDES';
}

export function folderOf(runbook: Runbook): string {
  return dirname(resolve(runbook.path));
}

/** The clock of whoever reported the outage may be ahead of this one by so much. */
const AHEAD_MS = 5 * 60_000;

/**
 * RFC 3339 UTC of a time that a person gave; null for none.
 * @throws EngineError `usage` for a text that is no time with its zone, and for one that is still to come
 */
export function givenTime(name: string, text: string | undefined, now: number): string | null {
  if (text === undefined) return null;
  const instant = /^\d+(?:\.\d+)?$/u.test(text) ? null : readInstant(text);
  if (instant === null) throw new EngineError('usage', `${name}: "${text}" is not a time.`, { hint: 'A time reads 2026-04-25T14:30:00Z, with its zone.' });
  if (instant.getTime() > now + AHEAD_MS) throw new EngineError('usage', `${name}: ${instant.toISOString()} is still to come; this laptop's clock says ${new Date(now).toISOString()}.`, { hint: 'Correct the time, or the clock of this laptop.' });
  return instant.toISOString();
}

/** The declaration counts from now where nobody says, the outage from the declaration. EngineError as `givenTime`. */
export function givenTimes({ declared_at, outage_at }: Pick<StartRequest, 'declared_at' | 'outage_at'>, now: number): { declared_at: string; outage_at: string } {
  const declared = givenTime('--declared-at', declared_at, now) ?? new Date(now).toISOString();
  return { declared_at: declared, outage_at: givenTime('--outage-at', outage_at, now) ?? declared };
}

/** @throws EngineError `usage` for params, operator or times; `waiting` when a live acknowledgement is missing */
export function checkStart(request: StartRequest, { signature }: FoundRunbook, readiness: ReadinessState, now: number, short: readonly ShortRole[]): void {
  givenTime('--outage-at', request.outage_at, now);
  givenTime('--declared-at', request.declared_at, now);
  if (request.mode !== 'live') return;
  if (request.operator === undefined) throw new EngineError('usage', 'A live run needs an operator who is enrolled on this laptop.', { hint: 'Name one with --operator.' });
  if (signature.state !== 'signed' && (request.acknowledge_unsigned ?? '').trim() === '') {
    throw new EngineError('waiting', `Nobody trusted vouches for this runbook (${signature.state}${signature.reason === undefined ? '' : `: ${signature.reason}`}).`, { hint: 'Accept that with --acknowledge-unsigned REASON; the reason is recorded.' });
  }
  const [tooFew] = short;
  if (tooFew !== undefined && isReady(readiness) && (request.proceed_not_ready ?? '').trim() === '') {
    throw new EngineError('waiting', shortRoleWords(tooFew), { hint: 'Enrol them with "blackstart people enroll", or go on with --proceed-not-ready REASON; the reason is recorded.' });
  }
  if (!isReady(readiness) && (request.proceed_not_ready ?? '').trim() === '') {
    throw new EngineError('waiting', `This runbook is ${readiness.replaceAll('_', ' ')}.`, { hint: 'Run its checks, or go on with --proceed-not-ready REASON; the reason is recorded.' });
  }
}

/** @throws EngineError when a live operator is not enrolled, or the passphrase does not open their key */
export async function findOperator(people: People, mode: Mode, named: string | undefined, passphrase: string | undefined): Promise<{ id: string; name: string; role: string } | null> {
  if (named === undefined) return null;
  const known = people.find(named) ?? people.find(personId(named));
  if (known === null || known.revoked_at !== null) {
    if (mode === 'live') throw new EngineError('refused', `${named} is not enrolled on this laptop${known === null ? '' : ' any more'}; a live run needs an operator who is.`, { hint: 'Enrol with "blackstart people enroll", or name somebody else.' });
    return { id: personId(named), name: named, role: 'operator' };
  }
  if (passphrase !== undefined) await people.unlock(known.id, passphrase);
  return { id: known.id, name: known.name, role: 'operator' };
}

/** Sorts by time; the random part tells runs of one second apart. */
export function newRunId(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replace(/[-:]/gu, '').replace('T', '-')}-${randomBytes(3).toString('hex')}`;
}

/** @throws EngineError `usage` for params, `refused` for runbooks that call each other in a circle */
export function freezeRun(sources: StartSources, found: FoundRunbook, request: StartRequest, runDir: string, measured: Record<string, number>): RunSnapshot {
  const calls: Record<string, Frozen> = {};
  freezeCalls(sources, found.runbook, '', [found.runbook.front.id], request.mode, runDir, calls);
  return { format: 1, root: freeze(sources, found.runbook, request.params, request.mode, runDir, true), calls, measured };
}

/** What another laptop froze, for this one. `folder`: instead of the runbook's own. EngineError `usage` as `freezeRun`. */
export function freezeAgain(sources: StartSources, { runbook, given, mode, runDir, folder, complete }: { runbook: Runbook; given: Readonly<Record<string, string>>; mode: Mode; runDir: string; folder: string | null; complete: boolean }): Frozen {
  return freeze(sources, folder === null ? runbook : { ...runbook, path: join(folder, basename(runbook.path)) }, given, mode, runDir, complete);
}

/** The same before anything is known of a run's values: to see how long it takes. EngineError `refused` as `freezeRun`. */
export function freezePlan(sources: StartSources, { runbook }: FoundRunbook, mode: Mode, measured: Record<string, number>): RunSnapshot {
  const calls: Record<string, Frozen> = {};
  freezeCalls(sources, runbook, '', [runbook.front.id], mode, '', calls);
  return { format: 1, root: freeze(sources, runbook, {}, mode, '', false), calls, measured };
}

function freeze(sources: StartSources, runbook: Runbook, given: Readonly<Record<string, string>>, mode: Mode, runDir: string, complete: boolean): Frozen {
  const folder = folderOf(runbook);
  const { values, questions } = resolveParams(runbook, given, mode, { builtIns: { ...sources.builtIns, runbook_dir: folder, run_dir: runDir }, ...(sources.base === undefined ? {} : { base: sources.base }) });
  const bad = questions.filter(({ problem }) => problem !== null);
  if (complete && (values === null || bad.length > 0)) {
    const [first] = bad;
    throw new EngineError('usage', `The parameter ${first?.name ?? '?'} is not right: ${first?.problem ?? 'no reason given'}${bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''}.`, { hint: `Give it with --param ${first?.name ?? 'NAME'}=VALUE.` });
  }
  const params = values ?? Object.fromEntries(questions.flatMap(({ name, value, problem }) => (value === null || problem !== null ? [] : [[name, value]])));
  const own = (name: string): boolean => given[name] === undefined || (mode !== 'live' && runbook.front.params?.[name]?.[mode] !== undefined);
  return { runbook: withTemplates(runbook, folder), folder, params: { ...params }, open: Object.keys(params).filter((name) => own(name) && templateNames(params[name] ?? '').length > 0) };
}

/** The templates of messages are frozen with the run. EngineError `not-found` when one is not there. */
function withTemplates(runbook: Runbook, folder: string): Runbook {
  const steps = runbook.steps.map((step) => {
    if (step.block.kind !== 'notify' || step.block.template_file === undefined || step.block.template !== undefined) return step;
    return { ...step, block: { ...step.block, template: readBeside(folder, step.block.template_file) } };
  });
  return { ...runbook, steps };
}

/** Depth first, so that each call's path holds its caller's. */
function freezeCalls(sources: StartSources, runbook: Runbook, scope: string, chain: readonly string[], mode: Mode, runDir: string, into: Record<string, Frozen>): void {
  for (const { id, block } of runbook.steps) {
    if (block.kind !== 'call') continue;
    const called = sources.findRunbook(block.runbook).runbook;
    const calledId = called.front.id;
    if (chain.includes(calledId)) throw new EngineError('refused', `Runbooks call each other in a circle: ${[...chain, calledId].join(' → ')}.`, { at: { file: runbook.path } });
    const path = scope === '' ? id : `${scope}/${id}`;
    into[path] = freeze(sources, called, {}, mode, runDir, false);
    freezeCalls(sources, called, path, [...chain, calledId], mode, runDir, into);
  }
}
