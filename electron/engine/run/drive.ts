/** Runs a run with nobody there: answers what the answers file answers, and leaves the run where a person is needed. */
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import type { RunCommand } from '../../contract/run.ts';
import type { StepFold } from '../../contract/run/state.ts';
import type { RunState } from '../../contract/vocabulary.ts';
import type { People } from '../people/people.ts';
import type { Answers } from './answers.ts';
import { checkAnswers } from './answers.ts';
import { doCommand } from './commands.ts';
import type { LiveRun } from './live-run.ts';
import { UnattendedTable } from '../tabletop/lead-unattended.ts';
import { settleSurvivors, survivorsOf } from './resume.ts';
import type { Actor } from './transition.ts';

export interface DriveHost {
  people: People;
  /** Where `credential_env` and `secrets.X.env` are looked up. */
  env: Readonly<Record<string, string | undefined>>;
  /** Folder that files named in the answers are relative to. */
  folder: string;
  /** Leaves the run at the next chance, for example on an interrupt. */
  signal?: AbortSignal;
}

export interface Driven {
  state: RunState;
  exit: 0 | 1 | 5;
  /** What is needed, or why it failed; one sentence. */
  why: string;
}

interface Answer {
  command: RunCommand;
  actor: Actor;
}

/** @throws EngineError `refused` when the answers do not fit the runbook; the run is parked then */
export async function driveRun(live: LiveRun, answers: Answers, host: DriveHost): Promise<Driven> {
  const table = tableOf(live, answers);
  try {
    checkAnswers(answers, live.fold.plan);
    table?.begin();
  } catch (thrown) {
    await live.park('waiting', 'Its answers file does not fit');
    throw thrown;
  }
  const left = new Remaining(answers, host);
  const refusals: string[] = [];
  const stopped = aborted(host.signal);
  while (live.alive) {
    const change = live.changed();
    if (host.signal?.aborted === true) {
      await live.halt();
      return leave(live, 'It was interrupted', refusals);
    }
    if (table?.afterStep() === true || (await answerOne(live, left, host, { refusals, table }))) continue;
    if (!live.alive) break;
    if (!live.busy && table?.finish() === true) continue;
    if (!live.busy) return leave(live, null, refusals);
    await Promise.race([change, stopped]);
  }
  return howItEnded(live);
}

function howItEnded(live: LiveRun): Driven {
  const state = live.state();
  const left = live.view().left_behind;
  if (state !== 'succeeded') return { state, exit: 1, why: `It was aborted: ${live.fold.aborted ?? ''}` };
  return left === undefined ? { state, exit: 0, why: 'It succeeded' } : { state, exit: 1, why: `It came to its end, but left something behind: ${left.join('; ')}` };
}

/** Never resolves without a signal. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}

/** A failed step comes first: what waits elsewhere does not hide it. */
async function leave(live: LiveRun, why: string | null, refusals: readonly string[]): Promise<Driven> {
  const reason = why ?? refusals.at(-1) ?? whatIsNeeded(live);
  await live.park(live.state() === 'failed' ? 'failed' : 'waiting', reason);
  const state = live.state();
  return { state, exit: state === 'failed' || state === 'aborted' ? 1 : state === 'succeeded' ? 0 : 5, why: reason };
}

function whatIsNeeded(live: LiveRun): string {
  const failed = live.fold.order.find(({ state, left }) => state === 'failed' && !left);
  if (failed !== undefined) return `Step ${failed.plan.path} failed: ${failed.reason ?? 'no reason given'}`;
  const asking = live.fold.order.find(({ state, left }) => (state === 'waiting' || state === 'unknown') && !left);
  if (asking?.waitingFor === 'third-party') return `Step ${asking.plan.path} is blocked: ${asking.waitingDetail ?? 'it waits for a third party'}`;
  return asking === undefined ? 'Nothing can go on' : `Step ${asking.plan.path} waits for a person: ${asking.waitingFor ?? asking.reason ?? 'its outcome is unknown'}`;
}

function tableOf(live: LiveRun, { exercise = {} }: Answers): UnattendedTable | null {
  return live.fold.exercise === null ? null : new UnattendedTable(live, live.fold.exercise, exercise);
}

/** True when something was answered. */
async function answerOne(live: LiveRun, left: Remaining, host: DriveHost, { refusals, table }: { refusals: string[]; table: UnattendedTable | null }): Promise<boolean> {
  for (const step of table?.order(live.fold.order) ?? live.fold.order) {
    const answer = left.next(live, step);
    if (answer === null) continue;
    try {
      if (answer.command.do === 'retry' || (step.state === 'waiting' && answer.command.do !== 'note')) table?.passTime(step);
      if (answer.command.do === 'retry') await outlive(live, step);
      await live.whenDiskLets(() => doCommand(live, host.people, answer.command, { actor: answer.actor, unattended: true }));
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown;
      refusals.push(`Step ${step.plan.path}: ${thrown.message}`);
    }
    return true;
  }
  return false;
}

/** How long a live run waits for what a crash left behind to end by itself. */
const OUTLIVE_MS = 10 * 60_000;

/** A retry starts beside nothing: in a drill what is left of the step is ended, in a live run it is waited for. */
async function outlive(live: LiveRun, step: StepFold): Promise<void> {
  if (step.survivors.length > 0 && live.fold.mode !== 'live') await settleSurvivors(live, step, 'kill');
  const end = live.clock.uptime() + OUTLIVE_MS;
  while (step.survivors.length > 0 && live.clock.uptime() < end) {
    await live.clock.sleep(1000);
    if (survivorsOf(live, step).length === 0) await settleSurvivors(live, step, 'look');
  }
}

/** The answers that have not been used; each is used once. */
class Remaining {
  readonly #answers: Answers;
  readonly #host: DriveHost;
  readonly #used = new Set<string>();

  constructor(answers: Answers, host: DriveHost) {
    this.#answers = answers;
    this.#host = host;
  }

  next(live: LiveRun, step: StepFold): Answer | null {
    const note = step.state === 'pending' ? null : this.#note(step);
    if (note !== null) return note;
    if (step.left) return null;
    if (step.state === 'failed' || step.state === 'unknown') return this.#failure(step);
    return step.state === 'waiting' ? this.#waiting(live, step) : null;
  }

  #waiting(live: LiveRun, step: StepFold): Answer | null {
    const path = step.plan.path;
    switch (step.waitingFor) {
      case 'start':
        return this.#once(`start ${path} ${step.attempts}`, { do: 'start', step: path });
      case 'point-of-no-return': {
        const typed = this.#answers.point_of_no_return?.[path];
        return typed === undefined ? null : this.#once(`typed ${path}`, { do: 'start', step: path, typed_id: typed });
      }
      case 'approval':
        return this.#approval(live, step);
      case 'decision': {
        const option = this.#answers.decisions?.[path];
        return option === undefined ? null : this.#once(`decision ${path}`, { do: 'decide', step: path, option });
      }
      case 'confirmation':
        return this.#confirmation(step);
      case 'message':
        return this.#message(live, step);
      case 'attestation':
        return this.#attestation(step);
      case 'secret':
        return this.#secret(step);
      case 'answer':
      case 'outcome':
        return this.#failure(step);
      case 'third-party':
        return step.lacks.length > 0 ? this.#failure(step) : null;
      case null:
        return null;
    }
  }

  #once(key: string, command: RunCommand, by = 'unattended'): Answer | null {
    if (this.#used.has(key)) return null;
    this.#used.add(key);
    return { command, actor: { id: 'unattended', name: by } };
  }

  #note({ plan: { path } }: StepFold): Answer | null {
    const text = this.#answers.notes?.[path];
    return text === undefined ? null : this.#once(`note ${path}`, { do: 'note', step: path, text });
  }

  #approval({ fold }: LiveRun, step: StepFold): Answer | null {
    const path = step.plan.path;
    for (const [index, { by, credential_env }] of (this.#answers.approvals?.[path] ?? []).entries()) {
      const key = `approval ${path} ${index}`;
      if (this.#used.has(key)) continue;
      if (fold.exercise !== null) return this.#once(key, { do: 'exercise', act: { act: 'approve', step: path, person: by } }, by);
      return this.#once(key, { do: 'approve', step: path, person: by, passphrase: this.#environment(credential_env ?? '') }, by);
    }
    return null;
  }

  #environment(name: string): string {
    return this.#host.env[name] ?? '';
  }

  #confirmation(step: StepFold): Answer | null {
    const { path, block } = step.plan;
    const given = this.#answers.confirmations?.[path];
    if (given === undefined) return null;
    const wanted = block.kind === 'manual' ? (block.checklist ?? []).length : 0;
    const checklist = typeof given.checklist === 'boolean' ? Array.from({ length: wanted }, () => given.checklist === true) : given.checklist;
    const evidence = typeof given.evidence === 'string' ? [given.evidence] : (given.evidence ?? []);
    return this.#once(`confirmation ${path} ${step.attempts}`, {
      do: 'confirm', step: path, evidence: evidence.map((file) => this.#file(file)),
      ...(given.note === undefined ? {} : { note: given.note }), ...(checklist === undefined ? {} : { checklist }),
    });
  }

  #file(path: string): string {
    return isAbsolute(path) ? path : resolve(this.#host.folder, path);
  }

  #message(live: LiveRun, step: StepFold): Answer | null {
    const { path, block } = step.plan;
    const given = this.#answers.confirmations?.[path];
    if (given === undefined || block.kind !== 'notify') return null;
    const asks = live.view().steps[step.plan.index]?.asks;
    const [channel = 'phone'] = asks?.kind === 'notify' ? asks.channels : [];
    return this.#once(`message ${path}`, { do: 'sent', step: path, channel, reached: given.note ?? 'said so in the answers file', text: asks?.kind === 'notify' ? asks.draft : '' });
  }

  #attestation(step: StepFold): Answer | null {
    const given = this.#answers.attestations?.[step.plan.path] ?? this.#answers.attestations?.[step.plan.block.id];
    return given === undefined ? null : this.#once(`attestation ${step.plan.path}`, { do: 'attest', step: step.plan.path, note: given.note }, given.by);
  }

  #secret(step: StepFold): Answer | null {
    const name = step.waitingDetail ?? '';
    const source = this.#answers.secrets?.[name];
    if (source === undefined) return null;
    if ('shares' in source) return this.#quorum(step, name, source);
    const value = 'env' in source ? this.#host.env[source.env] : readFileSync(this.#file(source.file));
    return value === undefined ? null : this.#once(`secret ${step.plan.path} ${name}`, { do: 'secret', step: step.plan.path, value });
  }

  #quorum(step: StepFold, name: string, { shares, passphrase_env }: { shares: readonly string[]; passphrase_env?: string | undefined }): Answer | null {
    const passphrase = passphrase_env === undefined ? undefined : this.#host.env[passphrase_env];
    return this.#once(`secret ${step.plan.path} ${name}`, { do: 'quorum', step: step.plan.path, shares: shares.map((path) => this.#file(path)), ...(passphrase === undefined ? {} : { passphrase: Buffer.from(passphrase, 'utf8') }) });
  }

  /** The next answer in the list of this step; a check's override counts as one. */
  #failure(step: StepFold): Answer | null {
    const path = step.plan.path;
    for (const [index, given] of (this.#answers.failures?.[path] ?? []).entries()) {
      const answer = this.#once(`failure ${path} ${index}`, failureCommand(path, given), given.by);
      if (answer !== null) return answer;
    }
    const { block } = step.plan;
    const check = block.kind === 'check' && typeof block.check === 'string' ? block.check : null;
    const override = this.#answers.overrides?.[path] ?? (check === null ? undefined : this.#answers.overrides?.[check]);
    if (override === undefined || block.kind !== 'check') return null;
    return this.#once(`override ${path}`, { do: 'override', step: path, reason: override.reason }, override.by);
  }
}

function failureCommand(step: string, { do: what, reason, to, pasted }: NonNullable<Answers['failures']>[string][number]): RunCommand {
  switch (what) {
    case 'abort':
      return { do: 'abort', reason };
    case 'goto':
      return { do: 'goto', step, to: to ?? step, reason };
    case 'retry':
    case 'skip':
    case 'defer':
    case 'override':
      return { do: what, step, reason };
    case 'done':
      return { do: 'done', step, reason, ...(pasted === undefined ? {} : { pasted }) };
  }
}
