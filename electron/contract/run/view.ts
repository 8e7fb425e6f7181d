/** What others see of a run: the stable document of the command line, and the richer view of the page. */
import type { Assertion } from '../assertion.ts';
import type { Audience } from '../runbook.ts';
import type { RunDocument, RunStepDocument, RunView, Span, StepView } from '../run.ts';
import { durationSeconds } from '../scalars.ts';
import { spokenWeight, type NamedFault } from '../suspect.ts';
import { otherWayWords } from '../step.ts';
import { utcTime } from '../wording.ts';
import { dueOf } from './due.ts';
import { rpoOf, rtoOf, runClock, seconds, stepClock } from './clocks.ts';
import type { BlobName, RunEvent } from './events.ts';
import { HandoverWords, InBlob, readRunEvent } from './events.ts';
import type { Instant, Kept, RunFold, StepFold, Stretch } from './state.ts';
import { applyEvent, beginRun } from './fold.ts';
import { approvalOf, sibling } from './state.ts';
import type { Forecast } from './forecast.ts';
import { forecastRun } from './forecast.ts';
import { attestOf, planRun, runbookOf } from './plan.ts';
import type { RunSnapshot } from './snapshot.ts';
import { channelsOf, draftFor, viewAudiences } from './audiences.ts';
import { dueMessages } from './messages.ts';
import type { RunSummary } from './summary.ts';
import type { RunState } from '../vocabulary.ts';
import { maskContacts } from '../tabletop/mask-contacts.ts';
import { viewExercise } from '../tabletop/view-exercise.ts';

export interface ViewSources {
  now: Instant;
  /** Whether the process that runs the run lives; without it an unfinished, unparked run is interrupted. */
  alive: boolean;
  /** Text of a blob; null when it is missing. */
  load(blob: BlobName): string | null;
  /** Fills the templates of human text; by default it stays as written. */
  fill?(step: StepFold, text: string): string;
  /** The command of a step that has not run yet. */
  preview?(step: StepFold): string[][];
  /** What a step sets in its program's environment, masked; by default as written. */
  environment?(step: StepFold): Readonly<Record<string, string>>;
  /** The params with what they wait for filled in, as far as it is known; by default as they were frozen. */
  params?(): Readonly<Record<string, string>>;
  /** Whether a step that has not begun is known not to be needed. */
  ruledOut?(step: StepFold): boolean;
  /** Whether the condition of an audience holds; null while that is open, and by default. */
  wanted?(audience: Audience): boolean | null;
  /** Whether a step that waits will only be talked through. */
  simulates?(step: StepFold): boolean;
  /** An assertion in words, before it is judged. */
  words?(step: StepFold, assertion: Assertion): string;
  /** When a running step last printed something, RFC 3339. */
  lastOutput?(step: StepFold): string | null;
  checkpointWords?: string | null;
}

/** Folds stored events of one run, the first being `run.created`; null when there are none. */
export function foldEvents(id: string, events: Iterable<Parameters<typeof readRunEvent>[0]>, snapshot: (blob: BlobName) => RunSnapshot): RunFold | null {
  let fold: RunFold | null = null;
  for (const stored of events) {
    const event = readRunEvent(stored);
    if (event === null) continue;
    if (event.type === 'run.created') fold = beginRun(id, planRun(snapshot(event.data.snapshot)), event);
    else if (fold !== null) applyEvent(fold, event);
  }
  return fold;
}

/** The fold of a whole run in one call: for a page or a test that has the events at hand. */
export function foldRun(id: string, snapshot: RunSnapshot, events: readonly RunEvent[], sources: ViewSources): RunView | null {
  const fold = foldEvents(id, events, () => snapshot);
  return fold === null ? null : viewRun(fold, sources);
}

export function runState(fold: RunFold, alive: boolean): RunState {
  if (fold.finished !== null) return fold.finished.state;
  if (!alive && fold.parked === null) return 'interrupted';
  const any = (test: (step: StepFold) => boolean): boolean => fold.order.some(test);
  if (any((step) => step.effect !== null || step.retrying !== null || step.undoing !== null)) return 'running';
  if (any((step) => step.state === 'failed' && !step.left && fold.aborted === null)) return 'failed';
  if (fold.parked !== null || any((step) => step.state === 'waiting' || (step.state === 'unknown' && !step.left))) return 'waiting';
  return 'running';
}

export function viewRun(fold: RunFold, sources: ViewSources): RunView {
  const forecast = forecastRun(fold, sources.now, sources.ruledOut);
  const now = sources.alive ? sources.now : fold.last; // nobody works on an interrupted run: its clocks stand
  const spans = spansByStep(fold.stretches);
  const { front } = fold.plan.snapshot.root.runbook;
  const rto = rtoOf(fold);
  return {
    ...head(fold, sources, now, forecast),
    steps: fold.order.map((step) => viewStep(fold, step, { sources, now, forecast, spans: spans.get(step.plan.path) ?? [] })),
    title: front.title,
    system: front.system,
    seq: fold.seq,
    signature: fold.created.signature,
    operator: fold.operator === null ? null : { id: fold.operator.id, name: fold.operator.name },
    present: fold.present,
    phases: fold.plan.phases.map(({ id, title, budget }) => ({ id, title, budget_s: budget === undefined ? null : durationSeconds(budget) })),
    spans: fold.stretches.map(toSpan),
    params: sources.params?.() ?? fold.plan.snapshot.root.params,
    notes: fold.notes,
    attachments: fold.attachments,
    dead: [...fold.dead],
    injects: fold.injects,
    survivors: fold.order.flatMap(({ plan, survivors }) => survivors.map((survivor) => ({ step: plan.path, ...survivor }))),
    current: currentStep(fold),
    lookout: lookoutOf(fold, now),
    begun_at: iso(fold.createdAt.wall),
    restored_at: fold.restoredAt === null ? null : iso(fold.restoredAt.wall),
    forecast_restored: forecast.restored === null || fold.restoredAt !== null ? null : iso(forecast.restored),
    slack_s: rto.target_s === null || forecast.restored === null || fold.created.outage_at === null || fold.restoredAt !== null ? null : seconds(Date.parse(fold.created.outage_at) + rto.target_s * 1000 - forecast.restored),
    messages: dueMessages(fold, (audience) => audience.when === undefined || sources.wanted?.(audience) !== false),
    audiences: viewAudiences(fold, { now, forecast, wanted: (audience) => sources.wanted?.(audience) ?? null, fill: fillAtRoot(fold, sources) }),
    handovers: fold.handovers.map(({ at, from, to, statement }) => ({ at: iso(at.wall), from: from.name, to: to.name, ...handoverWords(sources.load(statement)) })),
    checkpoint_words: sources.checkpointWords ?? null,
    ...(fold.exercise === null ? {} : { exercise: viewExercise(fold, fold.exercise, now, forecast.restored) }),
  };
}

function head(fold: RunFold, { alive }: Pick<ViewSources, 'alive'>, now: Instant, forecast: Forecast): Omit<RunDocument, 'steps'> {
  return {
    id: fold.id,
    runbook: fold.created.runbook,
    mode: fold.mode,
    state: runState(fold, alive),
    outage_at: fold.created.outage_at,
    declared_at: fold.created.declared_at,
    finished_at: fold.finished === null ? null : iso(fold.finished.at.wall),
    rto: rtoOf(fold),
    rpo: rpoOf(fold),
    clocks: { tool_s: seconds(runClock(fold, 'tool', now)), human_s: seconds(runClock(fold, 'human', now)), blocked_s: seconds(runClock(fold, 'blocked', now)) },
    forecast_finish: forecast.finish === null ? null : iso(forecast.finish),
    ...(fold.created.incident === undefined ? {} : { incident: fold.created.incident }),
    ...takenOver(fold),
    ...leftBehind(fold),
  };
}

/** A rehearsal that left something behind is not green, whatever its steps proved. */
function leftBehind({ mode, finished, scratch }: RunFold): Pick<RunDocument, 'left_behind'> {
  if (mode !== 'rehearsal' || finished === null) return {};
  const left = [...scratch].filter(([, { gone, checked }]) => !gone || !checked).map(([name, one]) => `${name}: ${one.left ?? 'it was not taken down'}`);
  return left.length === 0 ? {} : { left_behind: left };
}

function takenOver({ created: { taken_over } }: RunFold): Pick<RunDocument, 'taken_over'> {
  if (taken_over === undefined) return {};
  const { events: _events, ...told } = taken_over;
  return { taken_over: told };
}

/** What a list says of a run. */
export function summarise(fold: RunFold, { now, alive }: Pick<ViewSources, 'now' | 'alive'>): RunSummary {
  const { front } = fold.plan.snapshot.root.runbook;
  return { ...head(fold, { alive }, alive ? now : fold.last, forecastRun(fold, now)), title: front.title, system: front.system };
}

function iso(wall: number): string {
  return new Date(wall).toISOString();
}

function spansByStep(stretches: readonly Stretch[]): Map<string, Stretch[]> {
  const byStep = new Map<string, Stretch[]>();
  for (const stretch of stretches) {
    const own = byStep.get(stretch.step);
    if (own === undefined) byStep.set(stretch.step, [stretch]);
    else own.push(stretch);
  }
  return byStep;
}

function toSpan({ what, step, attempt, from, to }: Stretch): Span {
  return { what, step, attempt, from: iso(from.wall), to: to === null ? null : iso(to.wall) };
}

interface StepSources { sources: ViewSources; now: Instant; forecast: Forecast; spans: readonly Stretch[] }

function stepDocument(fold: RunFold, step: StepFold, { sources, now, spans }: StepSources): RunStepDocument {
  const { plan } = step;
  const interrupted = step.effect !== null && !sources.alive;
  return {
    id: plan.path,
    kind: plan.block.kind,
    state: interrupted ? 'unknown' : step.state,
    attempts: step.attempts,
    started_at: step.startedAt === null ? null : iso(step.startedAt.wall),
    finished_at: step.finishedAt === null ? null : iso(step.finishedAt.wall),
    budget_s: plan.block.budget === undefined ? null : durationSeconds(plan.block.budget),
    tool_s: seconds(stepClock(spans, 'tool', now)),
    human_s: seconds(stepClock(spans, 'human', now)),
    exit_codes: [...step.exitCodes],
    assertions: parsed(step.assertions, sources, InBlob.assertions) ?? [],
    ...(step.unjudged.length === 0 ? {} : { unjudged: [...step.unjudged] }),
    ...dueView(fold, step, now),
    ...reasonOf(step, interrupted),
    ...(step.there === null ? {} : { there: step.there }),
  };
}

function parsed<T>(kept: Kept<T> | null, { load }: ViewSources, schema: { parse(value: unknown): T }): T | null {
  if (kept !== null && 'inline' in kept) return kept.inline;
  const text = kept === null ? null : load(kept.blob);
  return text === null ? null : schema.parse(JSON.parse(text));
}

function viewStep(fold: RunFold, step: StepFold, given: StepSources): StepView {
  const { plan } = step;
  const { sources, forecast } = given;
  const filled = (text: string): string => sources.fill?.(step, text) ?? text;
  const fill = fold.exercise === null ? filled : (text: string): string => maskContacts(filled(text));
  const window = forecast.steps.get(plan.path);
  return {
    ...stepDocument(fold, step, given),
    title: fill(plan.title),
    number: plan.number,
    phase: plan.phase,
    lane: plan.lane,
    role: plan.block.role ?? null,
    prose: fill(plan.prose),
    needs: [...plan.needs],
    point_of_no_return: plan.block.point_of_no_return ?? false,
    waiting_for: waitedFor(step),
    waiting_since: step.waitingSince === null ? null : iso(step.waitingSince.wall),
    commands: parsed(step.commands, sources, InBlob.commands) ?? sources.preview?.(step) ?? rawCommands(step),
    env: { ...sources.environment?.(step) },
    missing: [...step.missing],
    other_way: otherWayOf(fold, step, fill),
    simulated: step.simulated || (step.state === 'waiting' && sources.simulates?.(step) === true),
    expected: (plan.block.verify ?? []).map((assertion) => sources.words?.(step, assertion) ?? JSON.stringify(assertion)),
    output: step.output,
    last_output_at: sources.lastOutput?.(step) ?? null,
    quiet_since: step.quietSince === null ? null : iso(step.quietSince.wall),
    pid: step.effect?.processes.at(-1)?.pid ?? null,
    suspects: suspectsOf(fold, step),
    gotos: gotosOf(fold, step),
    approvals: step.approvals.map((approval) => ({ ...approval })),
    approvals_needed: approvalsNeeded(plan),
    captures: { ...step.captures },
    forecast: window === undefined ? null : { start: iso(window.start), end: iso(window.end) },
    ...(step.byHand === null ? {} : { by_hand: true }),
    undoable: plan.block.undo !== undefined && (step.state === 'succeeded' || step.state === 'failed' || step.state === 'unknown'),
    tty: plan.block.kind === 'run' && plan.block.tty === true,
    asks: asksOf(fold, step, fill, { now: given.now, forecast: given.forecast }),
  };
}

/** Messages are filled like the runbook's own steps; any of them does, since all see the same names. */
function fillAtRoot(fold: RunFold, sources: ViewSources): (text: string) => string {
  const step = fold.order.find(({ plan }) => plan.scope === '');
  const filled = (text: string): string => (step === undefined ? text : (sources.fill?.(step, text) ?? text));
  return fold.exercise === null ? filled : (text) => maskContacts(filled(text));
}

/** A statement whose file is missing says so; the record's check names it. */
function handoverWords(text: string | null): HandoverWords {
  const missing = 'not in the record any more';
  return text === null ? { done: missing, running: missing, worries: missing } : HandoverWords.parse(JSON.parse(text));
}

/** What halted waits for an answer; of what was interrupted the outcome is asked. */
function waitedFor({ waitingFor, state, left }: StepFold): StepView['waiting_for'] {
  if (waitingFor !== null || left) return waitingFor;
  if (state === 'unknown') return 'outcome';
  return state === 'failed' ? 'answer' : null;
}

function approvalsNeeded(plan: StepFold['plan']): StepView['approvals_needed'] {
  const gate = approvalOf(plan);
  return gate === null ? null : { quorum: gate.quorum, by: [...gate.by], not_self: gate.not_self };
}

function reasonOf({ reason, waitingFor, waitingDetail }: StepFold, interrupted: boolean): Pick<RunStepDocument, 'reason'> {
  if (interrupted) return { reason: 'Interrupted: its outcome is unknown' };
  const why = waitingFor === 'third-party' ? (waitingDetail ?? reason) : reason;
  return why === null ? {} : { reason: why };
}

function dueView(fold: RunFold, step: StepFold, now: Instant): Pick<RunStepDocument, 'due'> {
  const due = dueOf(fold, step, now);
  const moment = (wall: number | null): string | null => (wall === null ? null : iso(wall));
  return due === null ? {} : { due: { after: moment(due.after), by: moment(due.by), met: due.met } };
}

/** What stands at the top because a person should know it; missed windows follow from the clock, so no event says them. */
function lookoutOf(fold: RunFold, now: Instant): string[] {
  const late = fold.order.flatMap((step) => {
    const due = dueOf(fold, step, now);
    if (due?.met !== false || due.by === null) return [];
    const end = step.state === 'succeeded' || step.state === 'overridden' ? 'was over after that' : 'is not over';
    return [`Step ${step.plan.number} ${step.plan.title}: due by ${utcTime(iso(due.by))} UTC, and it ${end}`];
  });
  return [...fold.lookout, ...late];
}

/** How a step goes without what it needs, and without its program. */
function otherWayOf(fold: RunFold, { plan }: StepFold, fill: (text: string) => string): StepView['other_way'] {
  const { alternate } = plan.block;
  if (alternate === undefined) return null;
  const titleOf = (step: string): string | undefined => {
    const other = fold.steps.get(sibling(plan, step));
    return other === undefined ? undefined : `step ${other.plan.number}, ${other.plan.title}`;
  };
  return { when_dead: [...alternate.when_dead], words: fill(otherWayWords(alternate, titleOf)) };
}

function rawCommands({ plan: { block } }: StepFold): string[][] {
  if (block.kind === 'run') return block.pipe ?? (block.run === undefined ? [] : [block.run]);
  return block.kind === 'secret' && block.run !== undefined ? [block.run] : [];
}

/** Causes that the runbook names for this step, with what this run's checks say for and against them; those that a backup's fault speaks for first. */
function suspectsOf(fold: RunFold, step: StepFold): StepView['suspects'] {
  const { symptoms } = runbookOf(fold.plan, step.plan.scope);
  const named = (step.plan.block.suspects ?? []).flatMap((id) => symptoms.find((row) => row.id === id) ?? []);
  const fault = faultBehind(fold, step);
  const weightOf = (symptom: (typeof named)[number]): number => (fault === null ? 0 : spokenWeight(symptom, fault.kind));
  const most = Math.max(0, ...named.map(weightOf));
  return named.toSorted((a, b) => weightOf(b) - weightOf(a)).map((symptom) => {
    const spoken = fault !== null && most > 0 && weightOf(symptom) === most ? [{ stance: 'for' as const, text: fault.words }] : [];
    return { symptom: symptom.id, see: symptom.see, cause: symptom.cause, fix: symptom.fix, evidence: [...spoken, ...standing(fold, symptom.check)] };
  });
}

/** What the run's own checks say of a symptom that names one. */
function standing(fold: RunFold, check: string | undefined): StepView['suspects'][number]['evidence'] {
  if (check === undefined) return [];
  return fold.order.filter(({ plan: { block } }) => block.kind === 'check' && block.check === check).flatMap(({ state, reason, plan: { title } }): StepView['suspects'][number]['evidence'] => {
    if (state === 'succeeded') return [{ stance: 'against', text: `${title}: holds` }];
    return state === 'failed' ? [{ stance: 'for', text: reason ?? title }] : [];
  });
}

/** What ails the backup that a halted step is about: as the step itself found it, else the check before it that was passed over, else readiness before the run. */
function faultBehind(fold: RunFold, step: StepFold): NamedFault | null {
  if (step.state !== 'failed' && step.state !== 'unknown') return null;
  const before = fold.order.slice(0, step.plan.index).findLast(({ plan: { block }, fault }) => block.kind === 'check' && fault !== null);
  return step.fault ?? before?.fault ?? readinessFault(fold, step);
}

/** A check that has held since says nothing any more; one that has a suspect in common with the step is likelier to be about the same backup. */
function readinessFault(fold: RunFold, { plan: { block } }: StepFold): NamedFault | null {
  const held = fold.order.flatMap(({ plan: { block: other }, state }) => (other.kind === 'check' && typeof other.check === 'string' && state === 'succeeded' ? [other.check] : []));
  const open = (fold.created.faults ?? []).filter(({ check }) => !held.includes(check));
  const { checks } = runbookOf(fold.plan, '');
  const shares = (id: string): boolean => checks.find((check) => check.id === id)?.block.suspects?.some((suspect) => block.suspects?.includes(suspect) === true) === true;
  return open.find(({ check }) => shares(check)) ?? open[0] ?? null;
}

/** Where a halted step may go on: the step that the runbook names first, then every later one. */
function gotosOf(fold: RunFold, step: StepFold): string[] {
  if (step.left || (step.state !== 'failed' && step.state !== 'unknown')) return [];
  const named = step.plan.block.on_fail?.goto;
  const first = named === undefined ? [] : [sibling(step.plan, named)];
  const later = fold.order.slice(step.plan.index + 1).filter((other) => other.plan.scope === step.plan.scope && (other.state === 'pending' || other.state === 'waiting')).map(({ plan }) => plan.path);
  return [...new Set([...first, ...later])];
}

/** Any kind of step may need a secret first, and may be done by hand while what it needs is dead. */
function asksOf(fold: RunFold, step: StepFold, fill: (text: string) => string, moment: { now: Instant; forecast: Forecast }): StepView['asks'] {
  const { plan } = step;
  const { block } = plan;
  if (step.waitingFor === 'secret' && step.waitingDetail !== null) return secretAsk(fold, step, step.waitingDetail, fill);
  const { alternate } = block;
  const byHand = (alternate?.when_dead ?? []).some((name) => fold.dead.includes(name)) ? alternate?.manual : undefined;
  if (byHand !== undefined) return { kind: 'manual', confirm: fill(byHand), checklist: block.kind === 'manual' ? (block.checklist ?? []).map(fill) : [], evidence: block.kind === 'manual' ? block.evidence ?? null : null };
  switch (block.kind) {
    case 'decide':
      return { kind: 'decide', question: fill(block.question), options: Object.entries(block.options).map(([id, { label }]) => ({ id, label: fill(label) })) };
    case 'manual':
      return { kind: 'manual', confirm: fill(block.confirm), checklist: (block.checklist ?? []).map(fill), evidence: block.evidence ?? null };
    case 'secret':
      return secretAsk(fold, step, block.secret, fill);
    case 'notify': {
      const audience = runbookOf(fold.plan, plan.scope).audiences.find(({ id }) => id === block.audience);
      const of = audience === undefined ? [] : channelsOf(fold, audience);
      return { kind: 'notify', audience: block.audience, channels: of.map(({ kind }) => kind), of, ...draftFor(fold, step, audience, { ...moment, fill }) };
    }
    case 'check': {
      const attest = attestOf(fold.plan, plan);
      return attest === null ? null : { kind: 'attest', statement: fill(attest.statement) };
    }
    case 'run':
    case 'approve':
    case 'wait':
    case 'call':
      return null;
  }
}

function secretAsk(fold: RunFold, { plan }: StepFold, name: string, fill: (text: string) => string): StepView['asks'] {
  const spec = runbookOf(fold.plan, plan.scope).front.secrets?.[name];
  return { kind: 'secret', secret: name, sources: (spec?.sources ?? ['prompt']).map((source) => fill(sourceName(source))), prompt: spec?.prompt === undefined ? name : fill(spec.prompt) };
}

function sourceName(source: 'prompt' | Record<string, unknown>): string {
  return source === 'prompt' ? 'prompt' : Object.entries(source).map(([kind, where]) => `${kind} ${String(where)}`)[0] ?? '';
}

/** The step that the operator should look at: what failed, what asks, what runs, what comes next. */
function currentStep(fold: RunFold): string | null {
  const first = (test: (step: StepFold) => boolean): string | null => fold.order.find(test)?.plan.path ?? null;
  return (
    first((step) => (step.state === 'failed' || step.state === 'unknown') && !step.left) ??
    first((step) => step.state === 'waiting') ??
    first((step) => step.state === 'running' && step.plan.block.kind !== 'call') ??
    first((step) => step.state === 'pending')
  );
}

/** Exactly the JSON document `RUN`. */
export function toRunDocument(view: RunView): RunDocument {
  const { id, runbook, mode, state, outage_at, declared_at, finished_at, rto, rpo, clocks, forecast_finish, incident, taken_over, left_behind } = view;
  return { id, runbook, mode, state, outage_at, declared_at, finished_at, rto, rpo, clocks, forecast_finish, ...(incident === undefined ? {} : { incident }), ...(taken_over === undefined ? {} : { taken_over }), ...(left_behind === undefined ? {} : { left_behind }), steps: view.steps.map(toStepDocument) };
}

function toStepDocument({ id, kind, state, attempts, started_at, finished_at, budget_s, tool_s, human_s, exit_codes, assertions, unjudged, due, reason, there }: StepView): RunStepDocument {
  return { id, kind, state, attempts, started_at, finished_at, budget_s, tool_s, human_s, exit_codes, assertions, ...(unjudged === undefined ? {} : { unjudged }), ...(due === undefined ? {} : { due }), ...(reason === undefined ? {} : { reason }), ...(there === undefined ? {} : { there }) };
}

export function toRunSummary(view: RunView): RunSummary {
  const { steps: _steps, ...rest } = toRunDocument(view);
  return { ...rest, title: view.title, system: view.system };
}
