/** The window's side of the register: its methods, and the one ceremony that may be under way. */
import type { CeremonyView, EscrowView } from '../../../contract/escrow-register.ts';
import { KeyFormat, ShareScheme, type EscrowFormat } from '../../../contract/escrow.ts';
import { EngineError } from '../../../contract/errors.ts';
import { METHODS } from '../../../contract/methods.ts';
import { writeDurably } from '../../journal/durable-file.ts';
import { answer, type Answer } from '../../serve-page.ts';
import { custodianCards } from './card.ts';
import { dueCalendar } from './calendar.ts';
import { Ceremony } from './ceremony.ts';
import { commitmentsText } from './commitments-file.ts';
import { defineSet, markAway, recordDestroyed, removeSet, retireVersion, revokeCustodian, setCustody } from './custodians.ts';
import { enrollFromShares, enrollWhole } from './enroll.ts';
import { verificationReport, type VerificationFormat } from './escrow-report.ts';
import { inForce } from './fold-register.ts';
import { parseKnownAnswer } from './known-answer-file.ts';
import { lookAtNetwork } from './network.ts';
import { findKey, recordOf, versionOf, viewOf, type RegisterHost } from './register.ts';
import { shareCharacters } from './sheet.ts';
import { samplesOf } from './trials.ts';
import { keyView } from './view-register.ts';

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

interface Which {
  key?: string | undefined;
  version?: number | undefined;
  x?: number | undefined;
  id?: string | undefined;
  /** Of a report; default html. */
  format?: VerificationFormat | undefined;
}

/** The text of something to take along. EngineError `not-found`, or `usage` when it does not say of what. */
export function paperOf(host: RegisterHost, what: 'card' | 'calendar' | 'commitments' | 'record' | 'report', which: Which): string {
  switch (what) {
    case 'card':
      return cardsOf(host, { ...which, key: needed(which.key, 'a key') });
    case 'calendar':
      return calendarOf(host, which.key);
    case 'commitments': {
      const key = findKey(host.fold(), needed(which.key, 'a key'));
      return host.journal.sign(commitmentsText(key, versionOf(key, which.version), host.clock.now()));
    }
    case 'record':
      return `${JSON.stringify(recordOf(host.fold(), host.journal, needed(which.id, 'a verification')), null, 2)}\n`;
    case 'report':
      return reportOf(host, needed(which.id, 'a verification'), which.format ?? 'html');
  }
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new EngineError('usage', `It does not say of ${what}.`);
  return value;
}

function reportOf(host: RegisterHost, id: string, format: VerificationFormat): string {
  const record = recordOf(host.fold(), host.journal, id);
  const row = viewOf(host.fold(), host.journal, host.clock.now()).history.find((one) => one.id === record.id);
  return verificationReport(record, row?.signatures ?? [], format);
}

function calendarOf(host: RegisterHost, only: string | undefined): string {
  const now = host.clock.now();
  const fold = host.fold();
  const keys = only === undefined ? [...fold.keys.values()] : [findKey(fold, only)];
  return dueCalendar(keys.flatMap((key) => keyView(fold, key, now).due), now);
}

/** Of one share, or of every share that has a commitment. */
function cardsOf(host: RegisterHost, { key: id, version: number, x }: { key: string; version?: number | undefined; x?: number | undefined }): string {
  const fold = host.fold();
  const key = findKey(fold, id);
  const version = versionOf(key, number);
  const view = keyView(fold, key, host.clock.now());
  const shown = view.versions.find((one) => one.version === version.version);
  const shares = (shown?.shares ?? []).filter((share) => x === undefined || share.x === x);
  if (shown === undefined || shares.length === 0) throw new EngineError('not-found', x === undefined ? `The key ${id} has no shares to make cards for.` : `The key ${id} has no share ${x}.`);
  const { enrolled } = inForce(version);
  const characters = shareCharacters(enrolled.scheme, enrolled.secret_bytes);
  return custodianCards(view, shown, shares, characters === null ? null : Math.ceil(characters / 4));
}
