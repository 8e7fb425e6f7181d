/**
 * What people do to a run: pure. A command becomes the events that record it, or a rejection in plain words. Whoever acts
 * has been identified before; secrets have gone to the secret store and never come here.
 */
import type { RunCommand } from '../../contract/run.ts';
import type { BlobName, PastedOutput, RunEventBody } from '../../contract/run/events.ts';
import type { Instant, RunFold, StepFold } from '../../contract/run/state.ts';
import { approvalOf, approvers, sibling } from '../../contract/run/state.ts';
import { channelsOf, passedOver } from '../../contract/run/audiences.ts';
import type { Audience } from '../../contract/runbook.ts';
import { ruleExercise, type SettledAct } from '../tabletop/rule-exercise.ts';
import { isOver, tearsDown } from './advance.ts';
import { handoverRefusal } from './may-hand-over.ts';
import { modeRule } from './modes.ts';
import { drillRefusal } from './names.ts';

/** Who acts. `role` is the one in which an approval is given. */
export interface Actor {
  id: string; // person's id, or `unattended`
  name: string;
}

export interface ApprovalProof {
  id: string;
  name: string;
  roles: readonly string[];
  unattended: boolean;
  statement: BlobName | null;
  signature: BlobName | null;
}

/** Commands as the rules see them: files are blobs, approvers are proven, secrets are a length. */
export type Deed =
  | Exclude<RunCommand, { do: 'done' | 'approve' | 'refuse' | 'secret' | 'quorum' | 'confirm' | 'attach' | 'sent' | 'input' | 'survivors' | 'attest-time' | 'inject' | 'exercise' | 'tell' | 'handover' }>
  | { do: 'exercise'; act: SettledAct; now: Instant }
  | { do: 'done'; step: string; reason: string; pasted?: PastedOutput | undefined }
  | { do: 'approve'; step: string; proof: ApprovalProof }
  | { do: 'refuse'; step: string; proof: ApprovalProof; reason: string }
  | { do: 'secret'; step: string; name: string; source: string; length: number; fingerprint: string | null }
  | { do: 'confirm'; step: string; note?: string | undefined; checklist?: readonly boolean[] | undefined; evidence: readonly (BlobName & { name: string })[] }
  | { do: 'attach'; step: string | null; name: string; blob: BlobName }
  | { do: 'sent'; step: string; channel: string; reached: string; text: BlobName; unattended: boolean }
  | { do: 'tell'; audience: string; channel: string; reached: string; text: BlobName; unattended: boolean }
  | { do: 'handover'; from: { id: string; name: string }; to: { id: string; name: string }; statement: BlobName; note: BlobName }
  | { do: 'attest-time'; time: string; source: string; offset_ms: number };

export type Decision = { ok: true; events: RunEventBody[] } | { ok: false; reason: string; hint?: string };

const yes = (...events: RunEventBody[]): Decision => ({ ok: true, events });
const no = (reason: string, hint?: string): Decision => ({ ok: false, reason, ...(hint === undefined ? {} : { hint }) });

export function transition(fold: RunFold, deed: Deed, actor: Actor): Decision {
  if (fold.finished !== null) return no(`This run is over: it ${fold.finished.state}. Nothing about it can be changed any more.`, 'Start a new run.');
  switch (deed.do) {
    case 'abort':
      return fold.aborted === null ? yes({ type: 'run.aborted', data: { reason: deed.reason } }) : no('The run is being aborted already.');
    case 'note':
      return known(fold, deed.step, () => yes({ type: 'run.noted', data: { step: deed.step, text: deed.text, by: actor.name } }));
    case 'attach':
      return known(fold, deed.step, () => yes({ type: 'run.attached', data: { step: deed.step, name: deed.name, blob: deed.blob, by: actor.name } }));
    case 'attest-time':
      return yes({ type: 'time.attested', data: { time: deed.time, source: deed.source, offset_ms: deed.offset_ms, by: actor.name } });
    case 'mark-dead':
      return yes({ type: 'outage.marked', data: { dead: [...new Set(deed.names)].sort(), by: actor.name } });
    case 'tell':
      return tell(fold, deed, actor.name);
    case 'not-reached':
      return notReached(fold, deed, actor.name);
    case 'handover':
      return handOver(fold, deed);
    case 'exercise':
      return ruleExercise(fold, deed.act, actor, deed.now);
    default: {
      const step = fold.steps.get(deed.step);
      if (step === undefined) return no(`This run has no step "${deed.step}".`);
      if (fold.aborted !== null && step.plan.block.teardown !== true) return no('The run was aborted; only its teardown goes on.');
      return onStep(fold, step, deed, actor);
    }
  }
}

function known(fold: RunFold, path: string | null, then: () => Decision): Decision {
  return path === null || fold.steps.has(path) ? then() : no(`This run has no step "${path}".`);
}

type StepDeed = Exclude<Deed, { do: 'abort' | 'note' | 'attach' | 'attest-time' | 'mark-dead' | 'exercise' | 'tell' | 'not-reached' | 'handover' }>;

function onStep(fold: RunFold, step: StepFold, deed: StepDeed, actor: Actor): Decision {
  const path = step.plan.path;
  const by = actor.name;
  switch (deed.do) {
    case 'start':
      return start(step, deed.typed_id);
    case 'confirm':
      return confirm(step, deed, by);
    case 'attest':
      return step.waitingFor !== 'attestation' ? notAsked(step, 'a statement') : yes({ type: 'step.confirmed', data: { step: path, note: deed.note, checklist: [], evidence: [], by } });
    case 'decide':
      return decide(fold, step, deed.option, by);
    case 'approve':
      return approve(fold, step, deed.proof);
    case 'refuse':
      return refuse(step, deed.proof, deed.reason);
    case 'secret':
      return step.waitingFor !== 'secret' ? notAsked(step, 'a secret') : yes({ type: 'step.secret', data: { step: path, name: deed.name, source: deed.source, length: deed.length, fingerprint: deed.fingerprint } });
    case 'sent':
      return sent(fold, step, deed, by);
    case 'retry':
      return retry(fold, step, deed.reason ?? 'again', by);
    case 'done':
    case 'skip':
    case 'defer':
    case 'override':
      return settle(fold, step, deed, by);
    case 'goto':
      return goTo(fold, step, deed.to, deed.reason, by);
    case 'undo':
      return undo(step, deed.reason, by);
    case 'stop-step':
      return step.effect === null ? no(`Step ${path} is not running.`) : yes({ type: 'step.stopped', data: { step: path, by, reason: deed.reason } });
    case 'block':
      return step.waitingFor === 'third-party' || isSettled(step) ? no(`Step ${path} cannot wait for a third party now: it is ${spoken(step)}.`) : yes({ type: 'step.blocked', data: { step: path, by, reason: deed.reason } });
    case 'unblock':
      return step.waitingFor === 'third-party' ? yes({ type: 'step.unblocked', data: { step: path, by } }) : no(`Step ${path} does not wait for a third party.`);
  }
}

function isSettled({ state, left }: StepFold): boolean {
  return left || state === 'succeeded' || state === 'skipped' || state === 'overridden' || state === 'not_executed';
}

/** A step's state in a sentence. */
function spoken({ state, waitingFor }: StepFold): string {
  if (state === 'not_executed') return 'not executed';
  return state === 'waiting' && waitingFor !== null ? `waiting for: ${waitingFor}` : state;
}

function notAsked(step: StepFold, what: string): Decision {
  return no(`Step ${step.plan.path} does not ask for ${what}: it is ${spoken(step)}.`);
}

function start(step: StepFold, typed: string | undefined): Decision {
  const { path, block } = step.plan;
  if (step.waitingFor === 'point-of-no-return') {
    if (typed !== path && typed !== block.id) return no(`Step ${path} is a point of no return: type its id to go on.`, `Type ${block.id}.`);
    return yes({ type: 'step.released', data: { step: path, typed_id: true } });
  }
  return step.waitingFor === 'start' ? yes({ type: 'step.released', data: { step: path, typed_id: false } }) : no(`Step ${path} cannot be started: it is ${spoken(step)}.`);
}

function confirm(step: StepFold, deed: Extract<Deed, { do: 'confirm' }>, by: string): Decision {
  const { path, block } = step.plan;
  if (step.waitingFor === 'attestation') return yes({ type: 'step.confirmed', data: { step: path, note: deed.note ?? null, checklist: [], evidence: [...deed.evidence], by } });
  if (step.waitingFor !== 'confirmation') return notAsked(step, 'a confirmation');
  const wanted = block.kind === 'manual' ? (block.checklist ?? []).length : 0;
  const checklist = deed.checklist ?? [];
  if (wanted > 0 && (checklist.length !== wanted || checklist.includes(false))) return no(`Step ${path} has a checklist of ${wanted}; every item must be ticked.`, 'Tick what is done, or defer the step.');
  if (block.kind === 'manual' && block.evidence === 'note' && (deed.note ?? '').trim() === '') return no(`Step ${path} asks for a note as evidence.`);
  if (block.kind === 'manual' && (block.evidence === 'file' || block.evidence === 'photo') && deed.evidence.length === 0) return no(`Step ${path} asks for a ${block.evidence} as evidence.`);
  return yes({ type: 'step.confirmed', data: { step: path, note: deed.note ?? null, checklist: [...checklist], evidence: [...deed.evidence], by } });
}

function decide(fold: RunFold, step: StepFold, option: string, by: string): Decision {
  const { path, block } = step.plan;
  if (step.waitingFor !== 'decision' || block.kind !== 'decide') return notAsked(step, 'a decision');
  const chosen = Object.hasOwn(block.options, option) ? block.options[option] : undefined;
  if (chosen === undefined) return no(`"${option}" is not an option of ${path}.`, `Options: ${Object.keys(block.options).join(', ')}.`);
  const target = chosen.goto === undefined ? null : sibling(step.plan, chosen.goto);
  const problem = target === null ? null : jumpProblem(fold, step, target);
  return problem === null ? yes({ type: 'step.decided', data: { step: path, option, as: block.as, goto: target, by } }) : no(problem);
}

function approve(fold: RunFold, step: StepFold, proof: ApprovalProof): Decision {
  const wanted = approvalOf(step.plan);
  const { path } = step.plan;
  if (wanted === null || step.waitingFor !== 'approval') return notAsked(step, 'an approval');
  const role = wanted.by.find((name) => proof.roles.includes(name));
  if (role === undefined) return no(`${proof.name} holds none of the roles that may approve ${path}: ${wanted.by.join(', ')}.`);
  if (wanted.not_self && proof.id === fold.operator?.id) return no(`${proof.name} runs this recovery and cannot approve ${path} as well.`, 'Somebody else has to approve.');
  if (approvers(step).includes(proof.id)) return no(`${proof.name} has approved ${path} already; the quorum counts different people.`);
  if (proof.unattended && wanted.not_self && fold.mode === 'live') return no(`Step ${path} needs a second person who is here; in a live run nobody can approve it from a file.`);
  const { id, name, unattended, statement, signature } = proof;
  return yes({ type: 'step.approved', data: { step: path, by: id, name, role, unattended, statement, signature } });
}

function refuse(step: StepFold, proof: ApprovalProof, reason: string): Decision {
  const wanted = approvalOf(step.plan);
  if (wanted === null || step.waitingFor !== 'approval') return notAsked(step, 'an approval');
  const role = wanted.by.find((name) => proof.roles.includes(name));
  if (role === undefined) return no(`${proof.name} holds none of the roles that decide about ${step.plan.path}: ${wanted.by.join(', ')}.`);
  return yes({ type: 'step.refused', data: { step: step.plan.path, by: proof.id, name: proof.name, role, reason } });
}

function sent(fold: RunFold, step: StepFold, deed: Extract<Deed, { do: 'sent' }>, by: string): Decision {
  const { path, block } = step.plan;
  if (step.waitingFor !== 'message' || block.kind !== 'notify') return notAsked(step, 'a message');
  return yes({ type: 'comms.sent', data: { step: path, audience: block.audience, channel: deed.channel, reached: deed.reached, text: deed.text, by, unattended: deed.unattended, ...passed(fold, block.audience, deed.channel) } });
}

/** What stands before the channel that was used and is dead is said with it. */
function passed(fold: RunFold, id: string, channel: string): { passed_over?: string[] } {
  const audience = audienceOf(fold, id);
  const over = audience === undefined ? [] : passedOver(channelsOf(fold, audience), channel);
  return over.length === 0 ? {} : { passed_over: over };
}

/** An audience of the run's runbook, or of one that it calls. */
function audienceOf({ plan: { snapshot } }: RunFold, id: string): Audience | undefined {
  return [snapshot.root, ...Object.values(snapshot.calls)].flatMap(({ runbook }) => runbook.audiences).find((audience) => audience.id === id);
}

function tell(fold: RunFold, { audience, channel, reached, text, unattended }: Extract<Deed, { do: 'tell' }>, by: string): Decision {
  if (audienceOf(fold, audience) === undefined) return no(`This run has no audience "${audience}".`);
  if (reached.trim() === '') return no('Say who was reached; where nobody was, the next channel is due.');
  return yes({ type: 'comms.told', data: { audience, channel, reached, text, by, unattended, ...passed(fold, audience, channel) } });
}

function notReached(fold: RunFold, { audience, channel, whom }: Extract<Deed, { do: 'not-reached' }>, by: string): Decision {
  const known = audienceOf(fold, audience);
  if (known === undefined) return no(`This run has no audience "${audience}".`);
  if (!channelsOf(fold, known).some(({ name }) => name === channel)) return no(`The audience "${audience}" is not told by ${channel}.`);
  return yes({ type: 'comms.tried', data: { audience, channel, whom, by } });
}

function handOver(fold: RunFold, { from, to, statement, note }: Extract<Deed, { do: 'handover' }>): Decision {
  const refusal = handoverRefusal(fold, from, to);
  return refusal === null ? yes({ type: 'run.handed-over', data: { from, to, statement, note } }) : no(refusal.reason, refusal.hint);
}

/** Failed, unknown, deferred, or asked again at the end. */
function isOpenQuestion({ state, left, waitingFor }: StepFold): boolean {
  return !left && (state === 'failed' || state === 'unknown' || state === 'deferred' || (state === 'waiting' && waitingFor === 'answer'));
}

function retry(fold: RunFold, step: StepFold, reason: string, by: string): Decision {
  const { path } = step.plan;
  if (!isOpenQuestion(step)) return no(`Step ${path} cannot be tried again: it is ${spoken(step)}.`);
  if (step.survivors.length > 0) return no(`A copy of step ${path} still lives (pid ${step.survivors.map(({ pid }) => pid).join(', ')}); no second one starts beside it.`, 'End it, or wait until it has ended.');
  if (fold.teardown && step.plan.block.teardown !== true) return no('The teardown has begun; ordinary steps are over.');
  return yes({ type: 'step.retried', data: { step: path, by, reason } });
}

function settle(fold: RunFold, step: StepFold, deed: Extract<StepDeed, { do: 'done' | 'skip' | 'defer' | 'override' }>, by: string): Decision {
  const { path, block } = step.plan;
  const { do: how, reason } = deed;
  if (reason.trim() === '') return no(`Say why: step ${path} is not done as written, and the record keeps the reason.`);
  if (!isOpenQuestion(step) && step.state !== 'waiting') return no(`Step ${path} cannot be settled by hand: it is ${spoken(step)}.`);
  if (block.kind === 'approve' && how !== 'defer') return no(`Step ${path} is an approval: it can be given, refused or deferred, not passed by.`, 'Have it approved, go on at another step, or abort.');
  const wanted = approvalOf(step.plan);
  if (how === 'done' && wanted !== null && approvers(step).length < wanted.quorum) return no(`Step ${path} needs an approval before it is done, by hand as well.`);
  if (how === 'defer' && (step.state === 'deferred' || step.reoffered)) return no(`Step ${path} was deferred already; at the end it is done, skipped or overridden.`);
  const data = { step: path, by, reason };
  switch (deed.do) {
    case 'done':
      return doneByHand(fold, step, data, deed.pasted);
    case 'skip':
      return yes({ type: 'step.skipped', data: { ...data, rule: 'person' } });
    case 'defer':
      return yes({ type: 'step.deferred', data });
    case 'override':
      return yes({ type: 'step.overridden', data });
  }
}

function doneByHand(fold: RunFold, step: StepFold, data: { step: string; by: string; reason: string }, pasted: PastedOutput | undefined): Decision {
  const { block, path } = step.plan;
  if (pasted === undefined) return yes({ type: 'step.done', data: { ...data, ...(block.verify !== undefined && mayVerify(fold, step) ? { verify: true } : {}) } });
  if (block.kind !== 'run') return no(`Step ${path} runs no program, so it prints nothing that could be pasted.`);
  if (!mayVerify(fold, step)) return no(`Step ${path} does not run in this ${fold.mode}, so nothing is judged on what it printed elsewhere.`, 'Say that it is done, without output.');
  return yes({ type: 'step.done', data: { ...data, verify: true, pasted } });
}

/** Whether what must hold is judged after a person has done the step: not where nothing of the step may run. */
function mayVerify(fold: RunFold, step: StepFold): boolean {
  const { block, path } = step.plan;
  if (modeRule(fold, step).do !== 'run' || drillRefusal(fold, step) !== null || tearsDown(fold, step) !== fold.teardown) return false;
  return block.kind !== 'call' || fold.order.filter(({ plan }) => plan.parent === path).every(isOver);
}

function goTo(fold: RunFold, step: StepFold, to: string, reason: string, by: string): Decision {
  const { path } = step.plan;
  if (step.left || (step.state !== 'failed' && step.state !== 'unknown')) return no(`Going on elsewhere is offered where a step halted; ${path} is ${spoken(step)}.`);
  const target = fold.steps.has(to) ? to : sibling(step.plan, to);
  const problem = jumpProblem(fold, step, target);
  return problem === null ? yes({ type: 'step.goto', data: { step: path, to: target, by, reason } }) : no(problem);
}

/** Why a run cannot go on at `target`; null when it can. */
function jumpProblem(fold: RunFold, from: StepFold, target: string): string | null {
  const to = fold.steps.get(target);
  if (to === undefined) return `This run has no step "${target}".`;
  if (to.plan.index <= from.plan.index) return `Step ${target} lies before ${from.plan.path}; a run goes forward only.`;
  if (to.plan.scope !== from.plan.scope) return `Step ${target} belongs to another runbook than ${from.plan.path}.`;
  return to.state === 'pending' || to.state === 'waiting' || to.state === 'deferred' ? null : `Step ${target} cannot be gone to: it is ${spoken(to)}.`;
}

function undo(step: StepFold, reason: string, by: string): Decision {
  const { path, block } = step.plan;
  if (block.undo === undefined) return no(`Step ${path} has no undo.`);
  if (step.left || (step.state !== 'succeeded' && step.state !== 'failed' && step.state !== 'unknown')) return no(`Step ${path} cannot be undone: it is ${spoken(step)}.`);
  if (step.survivors.length > 0) return no(`A copy of step ${path} still lives; it cannot be undone beside it.`, 'End it, or wait until it has ended.');
  return yes({ type: 'step.undone', data: { step: path, by, reason } });
}
