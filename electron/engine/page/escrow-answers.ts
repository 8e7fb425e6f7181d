/** The window's side of the register: its methods, and the one ceremony that may be under way. */
import type { CeremonyView, EscrowView } from '../../contract/escrow-register.ts';
import { KeyFormat, ShareScheme, type EscrowFormat } from '../../contract/escrow.ts';
import { EngineError } from '../../contract/errors.ts';
import { METHODS } from '../../contract/methods.ts';
import { Ceremony } from '../escrow/register/ceremony.ts';
import { defineSet, markAway, recordDestroyed, removeSet, retireVersion, revokeCustodian, setCustody } from '../escrow/register/custodians.ts';
import { enrollFromShares, enrollWhole } from '../escrow/register/enroll.ts';
import { parseKnownAnswer } from '../escrow/register/known-answer-file.ts';
import { lookAtNetwork } from '../escrow/register/network.ts';
import { cardsOf, paperOf, reportOf } from '../escrow/register/paper.ts';
import { recordOf, viewOf, type RegisterHost } from '../escrow/register/register.ts';
import { samplesOf } from '../escrow/register/trials.ts';
import { writeDurably } from '../journal/durable-file.ts';
import { answer, type Answer } from './serve-page.ts';

export type KeyTarget = { run: string; step: string } | { runbook: string; secret: string };

/** Where a key that a ceremony released goes. */
export interface KeyTaker {
  /** Name of the secret that a run's step waits for. */
  secretOf(run: string, step: string): string;
  take(to: KeyTarget, key: Uint8Array, source: string): Promise<void>;
}

export interface EscrowPage {
  readonly answers: Record<EscrowMethod, Answer>;
  view(): EscrowView;
  close(): void;
}

type EscrowMethod = Extract<keyof typeof METHODS, `escrow.${string}`>;

/** @param changed is called after every change, with the view that pages get */
export function escrowPage(host: RegisterHost, taker: KeyTaker, changed: (view: EscrowView) => void): EscrowPage {
  return new Page(host, taker, changed);
}

class Page implements EscrowPage {
  readonly answers: Record<EscrowMethod, Answer>;
  readonly #host: RegisterHost;
  readonly #taker: KeyTaker;
  readonly #changed: (view: EscrowView) => void;
  #ceremony: Ceremony | null = null;

  constructor(host: RegisterHost, taker: KeyTaker, changed: (view: EscrowView) => void) {
    this.#host = host;
    this.#taker = taker;
    this.#changed = changed;
    this.answers = { ...this.#registerAnswers(), ...this.#ceremonyAnswers(), ...this.#paperAnswers() };
  }

  view(): EscrowView {
    return { ...viewOf(this.#host.fold(), this.#host.journal, this.#host.clock.now()), ceremony: this.#ceremony?.view() ?? null };
  }

  close(): void {
    this.#ceremony?.abort('Blackstart was closed');
    this.#ceremony = null;
  }

  #told(): EscrowView {
    const view = this.view();
    this.#changed(view);
    return view;
  }

  #registerAnswers() {
    const host = this.#host;
    const after = <P>(act: (params: P) => void) => (params: P): EscrowView => {
      act(params);
      return this.#told();
    };
    return {
      'escrow.view': answer(METHODS['escrow.view'], () => this.view()),
      'escrow.record': answer(METHODS['escrow.record'], ({ id }) => recordOf(host.fold(), host.journal, id)),
      'escrow.network': answer(METHODS['escrow.network'], () => lookAtNetwork(host.clock.now())),
      'escrow.enroll': answer(METHODS['escrow.enroll'], async ({ scheme, threshold, total, shares, no_diffusion, generated, passphrase, ...said }) => {
        const split = ShareScheme.safeParse(scheme);
        const unlocked = passphrase === undefined ? {} : { passphrase };
        try {
          if (split.success) await enrollFromShares(host, said, { set: { scheme: split.data, shares, threshold, diffusion: no_diffusion !== true, ...unlocked }, total, method: generated === true ? 'sha256' : null });
          else await enrollWhole(host, said, { ...wholeKeyOf(scheme, shares), ...unlocked });
        } finally {
          for (const { bytes } of shares) bytes.fill(0);
          passphrase?.fill(0);
        }
        return this.#told();
      }),
      'escrow.custody': answer(METHODS['escrow.custody'], after(({ key, version, x, custody, by }) => void setCustody(host, { key, version, x }, custody, by))),
      'escrow.away': answer(METHODS['escrow.away'], after(({ custodian, ...word }) => markAway(host, custodian, word))),
      'escrow.revoke': answer(METHODS['escrow.revoke'], after(({ custodian, reason, by }) => void revokeCustodian(host, custodian, reason, by))),
      'escrow.destroyed': answer(METHODS['escrow.destroyed'], after(({ how, by, witness, ...which }) => recordDestroyed(host, which, { how, by, witness }))),
      'escrow.set': answer(METHODS['escrow.set'], after(({ key, set, title, answer: text, file, by, ...samples }) => void defineSet(host, key, { id: set, title: title ?? set, answer: parseKnownAnswer(text, file ?? null), ...samples }, by))),
      'escrow.set-remove': answer(METHODS['escrow.set-remove'], after(({ key, set, reason, by }) => removeSet(host, key, set, reason, by))),
      'escrow.samples': answer(METHODS['escrow.samples'], (set) => samplesOf(set)),
      'escrow.retire': answer(METHODS['escrow.retire'], after(({ key, version, reason, by }) => retireVersion(host, key, version, reason, by))),
    };
  }

  #ceremonyAnswers() {
    const act = <P extends { ceremony: string }>(deed: (ceremony: Ceremony, params: P) => void | Promise<void>) => async (params: P): Promise<CeremonyView> => {
      const ceremony = this.#current(params.ceremony);
      try {
        await deed(ceremony, params);
      } finally {
        this.#told();
      }
      return ceremony.view();
    };
    return {
      'escrow.ceremony.start': answer(METHODS['escrow.ceremony.start'], (request) => this.#start(request)),
      'escrow.ceremony.bag': answer(METHODS['escrow.ceremony.bag'], act((ceremony, { x, bag, seal, photo }) => ceremony.bag(x, { bag, seal, photo }))),
      'escrow.ceremony.share': answer(METHODS['escrow.ceremony.share'], act((ceremony, { x, bytes, passphrase }) => ceremony.share(x, bytes, passphrase))),
      'escrow.ceremony.new-bag': answer(METHODS['escrow.ceremony.new-bag'], act((ceremony, { x, bag, seal }) => ceremony.newBag(x, bag, seal))),
      'escrow.ceremony.leave-out': answer(METHODS['escrow.ceremony.leave-out'], act((ceremony, { x, reason }) => ceremony.leaveOut(x, reason))),
      'escrow.ceremony.deviation': answer(METHODS['escrow.ceremony.deviation'], act((ceremony, { text }) => ceremony.deviation(text))),
      'escrow.ceremony.prove': answer(METHODS['escrow.ceremony.prove'], act((ceremony) => ceremony.prove())),
      'escrow.ceremony.finish': answer(METHODS['escrow.ceremony.finish'], act((ceremony) => ceremony.finish())),
      'escrow.ceremony.sign': answer(METHODS['escrow.ceremony.sign'], act((ceremony, { person, passphrase, role }) => ceremony.sign(person, passphrase, role))),
      'escrow.ceremony.deliver': answer(METHODS['escrow.ceremony.deliver'], act(async (ceremony, { to }) => this.#release(ceremony, to))),
      'escrow.ceremony.abort': answer(METHODS['escrow.ceremony.abort'], ({ ceremony, reason }) => {
        this.#current(ceremony).abort(reason);
        this.#ceremony = null;
        return this.#told();
      }),
    };
  }

  #start(request: ConstructorParameters<typeof Ceremony>[1]): CeremonyView {
    if (this.#ceremony !== null && !this.#ceremony.isOver) throw new EngineError('refused', 'A ceremony is under way already.', { hint: 'Finish it, or end it with its reason.' });
    this.#ceremony?.abort('another ceremony began');
    this.#ceremony = new Ceremony(this.#host, request);
    this.#told();
    return this.#ceremony.view();
  }

  #current(id: string): Ceremony {
    if (this.#ceremony?.id !== id) throw new EngineError('not-found', `There is no ceremony ${id} under way.`, { hint: 'Start one.' });
    return this.#ceremony;
  }

  async #release(ceremony: Ceremony, to: KeyTarget): Promise<void> {
    const [secret, what, run] = 'run' in to ? [this.#taker.secretOf(to.run, to.step), `run ${to.run}, step ${to.step}`, to.run] : [to.secret, `checks of ${to.runbook}`, null];
    const { key, source } = await ceremony.release(secret, what, run);
    try {
      await this.#taker.take(to, key, source);
    } finally {
      key.fill(0);
    }
  }

  #paperAnswers() {
    const host = this.#host;
    return {
      'escrow.card': answer(METHODS['escrow.card'], (which) => ({ html: cardsOf(host, which) })),
      'escrow.report': answer(METHODS['escrow.report'], ({ id }) => ({ html: reportOf(host, id, 'html') })),
      'escrow.write': answer(METHODS['escrow.write'], ({ what, path, key, id, ...which }) => {
        writeDurably(path, paperOf(host, what, { ...which, key, id }), 0o644);
        return { path };
      }),
    };
  }
}

/** EngineError `refused` for a format that has no bytes to read here, `usage` for several files */
function wholeKeyOf(scheme: EscrowFormat, files: readonly { bytes: Uint8Array }[]): { format: KeyFormat; bytes: Uint8Array } {
  const format = KeyFormat.safeParse(scheme);
  if (!format.success || format.data === 'kms-wrapped') throw new EngineError('refused', `A key held as ${scheme} is enrolled on the command line.`, { hint: 'blackstart escrow enroll --help' });
  const [file] = files;
  if (file === undefined || files.length > 1) throw new EngineError('usage', `A key held as ${scheme} is one file; ${files.length} were given.`, { hint: 'Choose the file of the key.' });
  return { format: format.data, bytes: file.bytes };
}
