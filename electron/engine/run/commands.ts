/** From what a person asks to what the rules judge: files become blobs, approvers prove who they are, secrets go to the store. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { RunCommand } from '../../contract/run.ts';
import type { BlobName } from '../../contract/run/events.ts';
import type { StepFold } from '../../contract/run/state.ts';
import { approvalOf } from '../../contract/run/state.ts';
import type { People } from '../people/people.ts';
import { attestOf } from '../../contract/run/plan.ts';
import { attestRefusal } from '../people/may-attest.ts';
import { mayApprove, personId, signApproval } from '../people/people.ts';
import type { LiveRun } from './live-run.ts';
import { signedHandover } from './handover.ts';
import { keepGiven, obtainByQuorum } from './obtain-secrets.ts';
import { settleSurvivors } from './resume.ts';
import { settleAct } from '../tabletop/settle-act.ts';
import type { Actor, ApprovalProof, Deed } from './transition.ts';
import { transition } from './transition.ts';

export interface CommandOptions {
  /** Who acts; by default the run's operator. */
  actor?: Actor;
  /** True when the command comes from an answers file: approvals and messages are recorded so. */
  unattended?: boolean;
  /** Where a secret that is handed over came from; default a person's typing. */
  source?: string;
}

const ATTACHMENT_BYTES = 512 * 1024 * 1024;

/** @throws EngineError `refused` with the reason when the run does not allow it */
export async function doCommand(live: LiveRun, people: People, command: RunCommand, options: CommandOptions = {}): Promise<void> {
  const actor = options.actor ?? actorOf(live, command);
  if (command.do === 'input') return type(live, command.step, command.text);
  if (command.do === 'survivors') return settleSurvivors(live, stepFor(live, command.step), command.then);
  if (command.do === 'attest' || command.do === 'confirm') requireWordOf(live, people, command.step, actor);
  const deed = await deedOf(live, people, command, options);
  const decision = transition(live.fold, deed, actor);
  if (!decision.ok) throw new EngineError('refused', decision.reason, decision.hint === undefined ? {} : { hint: decision.hint });
  live.append(decision.events, actor.id === 'engine' || actor.id === 'unattended' ? actor.id : `person/${actor.id}`);
}

/** The run's operator; what a facilitator does is theirs, by the name in the plan where there is one. */
function actorOf({ fold: { operator, exercise } }: LiveRun, command: RunCommand): Actor {
  const id = operator?.id ?? 'engine';
  const leads = exercise !== null && (command.do === 'exercise' || command.do === 'inject');
  return { id, name: leads ? (exercise.plan?.facilitator ?? operator?.name ?? 'the facilitator') : (operator?.name ?? 'the operator') };
}

/** A step that asks for somebody's word takes it from those whom its check names. */
function requireWordOf(live: LiveRun, people: People, path: string, actor: Actor): void {
  const step = stepFor(live, path);
  const wanted = step.waitingFor === 'attestation' ? attestOf(live.fold.plan, step.plan)?.by : undefined;
  const isOperator = actor.id === live.fold.operator?.id;
  const who = actor.id === 'unattended' || actor.id === 'engine' ? actor.name : actor.id;
  const refusal = attestRefusal(wanted, who, people.all(), isOperator ? ['operator', actor.name] : []);
  if (refusal !== null) throw new EngineError('refused', `Step ${path}: ${refusal}`, { hint: 'Whoever is asked for has to say so themselves; or override the step, with a reason.' });
}

function type(live: LiveRun, step: string, text: string): void {
  if (!live.type(step, text)) throw new EngineError('refused', `Step ${step} takes no keystrokes now.`);
}

function stepFor(live: LiveRun, path: string): StepFold {
  const step = live.fold.steps.get(path);
  if (step === undefined) throw new EngineError('not-found', `This run has no step "${path}".`);
  return step;
}

async function deedOf(live: LiveRun, people: People, command: Exclude<RunCommand, { do: 'input' | 'survivors' }>, { unattended = false, source = 'prompt' }: CommandOptions): Promise<Deed> {
  switch (command.do) {
    case 'approve':
      return { do: 'approve', step: command.step, proof: await prove(live, people, command, unattended) };
    case 'refuse':
      return { do: 'refuse', step: command.step, proof: await prove(live, people, command, unattended), reason: command.reason };
    case 'secret':
      return giveSecret(live, command.step, command.value, source);
    case 'quorum':
      return giveQuorum(live, command);
    case 'confirm':
      return { do: 'confirm', step: command.step, note: command.note, checklist: command.checklist, evidence: (command.evidence ?? []).map((path) => ({ name: basename(path), ...storeFile(live, path) })) };
    case 'attach':
      return { do: 'attach', step: command.step, name: basename(command.path), blob: storeFile(live, command.path) };
    case 'sent':
      return { do: 'sent', step: command.step, channel: command.channel, reached: command.reached, text: live.journal.blobs.put(Buffer.from(live.redactor().text(command.text))), unattended };
    case 'tell':
      return { do: 'tell', audience: command.audience, channel: command.channel, reached: shortened(live, command.reached), text: live.journal.blobs.put(Buffer.from(live.redactor().text(command.text))), unattended };
    case 'not-reached':
      return { ...command, whom: shortened(live, command.whom) };
    case 'handover':
      return signedHandover(live, people, command);
    case 'done':
      return { do: 'done', step: command.step, reason: shortened(live, command.reason), pasted: command.pasted === undefined ? undefined : { output: live.journal.blobs.put(Buffer.from(live.redactor().text(command.pasted.output))), exit_code: command.pasted.exit_code } };
    case 'attest-time':
      return { do: 'attest-time', time: command.time, source: command.source, offset_ms: Math.round(live.clock.now() - Date.parse(command.time)) };
    case 'inject':
      return { do: 'exercise', act: { act: 'fire', inject: command.inject }, now: live.now() };
    case 'exercise':
      return { do: 'exercise', act: settleAct(command.act, live.table), now: live.now() };
    case 'note':
      return { ...command, text: shortened(live, command.text) };
    default:
      return 'reason' in command && command.reason !== undefined ? { ...command, reason: shortened(live, command.reason) } : command;
  }
}

/** What people write goes into an event, masked and short enough for one. */
function shortened(live: LiveRun, text: string): string {
  const masked = live.redactor().text(text);
  return masked.length <= 2000 ? masked : `${masked.slice(0, 2000)}…`;
}

/** The passphrase opens the person's key; the key signs what was approved. */
async function prove(live: LiveRun, people: People, command: Extract<RunCommand, { do: 'approve' | 'refuse' }>, unattended: boolean): Promise<ApprovalProof> {
  const enrolled = people.all();
  const id = enrolled.has(command.person) ? command.person : personId(command.person);
  const signer = await people.unlock(id, command.passphrase);
  const person = enrolled.get(id);
  if (person === undefined) throw new EngineError('not-found', `Nobody is enrolled as "${command.person}".`);
  if (!mayApprove(enrolled, id, live.fold.created.outage_at) && live.fold.mode === 'live') {
    throw new EngineError('refused', `${person.name} was enrolled after the outage began, and nobody who was enrolled before has vouched for them.`, { hint: 'Somebody who was enrolled earlier has to approve or to vouch.' });
  }
  const step = stepFor(live, command.step);
  const role = (approvalOf(step.plan)?.by ?? []).find((name) => person.roles.includes(name)) ?? '-';
  const shown = live.view().steps[step.plan.index]?.commands ?? [];
  const statement = live.journal.blobs.put(Buffer.from(JSON.stringify(shown)));
  const at = new Date(live.clock.now()).toISOString();
  const note = command.do === 'approve' ? signApproval({ run: live.id, step: command.step, person: id, role, shown: shown.length === 0 ? '-' : statement.sha256, at }, signer) : null;
  const signature: BlobName | null = note === null ? null : live.journal.blobs.put(Buffer.from(note));
  return { id, name: person.name, roles: person.roles, unattended, statement, signature };
}

/** The value goes into the store before the event that says so; only its length and source are recorded. */
function giveSecret(live: LiveRun, path: string, value: string | Uint8Array, source: string): Deed {
  const { step, name } = askedSecret(live, path);
  const handle = keepGiven(live, step, name, typeof value === 'string' ? Buffer.from(value, 'utf8') : value, source);
  return { do: 'secret', step: path, name, source, length: handle.length, fingerprint: null };
}

function askedSecret(live: LiveRun, path: string): { step: StepFold; name: string } {
  const step = stepFor(live, path);
  if (step.waitingFor !== 'secret') throw new EngineError('refused', `Step ${path} does not ask for a secret.`);
  return { step, name: step.waitingDetail ?? (step.plan.block.kind === 'secret' ? step.plan.block.secret : '') };
}

async function giveQuorum(live: LiveRun, { step: path, shares, passphrase }: Extract<RunCommand, { do: 'quorum' }>): Promise<Deed> {
  const { step, name } = askedSecret(live, path);
  const { bytes, source } = await obtainByQuorum(live, step, name, { files: shares, passphrase });
  try {
    return giveSecret(live, path, bytes, source);
  } finally {
    bytes.fill(0);
  }
}

function storeFile(live: LiveRun, path: string): BlobName {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined || !state.isFile()) throw new EngineError('not-found', `${path} is no file that can be kept with the run.`);
  if (state.size > ATTACHMENT_BYTES) throw new EngineError('refused', `${path} is larger than 512 MiB; keep it elsewhere and note its digest.`);
  return live.journal.blobs.put(readFileSync(path));
}
