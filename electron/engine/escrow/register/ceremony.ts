/**
 * One verification ceremony, custodian by custodian: who is here, the seal, the share, the verdict, a new bag, the signatures.
 * Shares that are needed for a quorum lie in memory handles until the ceremony ends; for L1 alone none is kept. A key that is
 * held whole is one item: it is compared and tried as soon as it is entered, and never kept.
 */
import type { CeremonyShare, CeremonyView, NetworkLook, SealState, VerificationPurpose, VerifiedShare } from '../../../contract/escrow-register.ts';
import { EngineError } from '../../../contract/errors.ts';
import { createSecretStore } from '../../secrets/secret-store.ts';
import type { SecretStore } from '../../secrets/secret.ts';
import { obtainKey } from '../quorum/ask-quorum.ts';
import type { ShareInput } from '../quorum/quorum.ts';
import { nextWords, sharesWords } from './ceremony-words.ts';
import { escrowId } from './enroll.ts';
import { inForce, isWhole, type FoldedKey, type FoldedVersion } from './fold-register.ts';
import { lookAtNetwork } from './network.ts';
import { shareRows } from './quorum-view.ts';
import { requirePeople } from './require-people.ts';
import { recordVerification, signVerification, type Findings } from './record-verification.ts';
import { escrowEvent, findKey, versionOf, type RegisterHost } from './register.ts';
import { encodingsOf, shareCharacters } from './sheet.ts';
import { trialsOfSet, type SampleTrial } from './trials.ts';
import { findOut, requireOffline, setFor, wholeResult } from './verify.ts';

export interface CeremonyRequest {
  key: string;
  version?: number | undefined;
  purpose: VerificationPurpose;
  goal: 'L1' | 'L3' | 'L4';
  operator: string | null;
  witnesses: readonly string[];
}

type ShareStep = Pick<CeremonyShare, 'state' | 'bag_found' | 'seal' | 'photo' | 'result' | 'detail' | 'tries' | 'new_bag' | 'new_seal' | 'out_at' | 'in_at'>;
const UNTOUCHED: ShareStep = { state: 'waiting', bag_found: null, seal: null, photo: null, result: null, detail: null, tries: 0, new_bag: null, new_seal: null, out_at: null, in_at: null };

/** Shares that nobody touches for so long are overwritten. */
const IDLE_MS = 60 * 60_000;
const PHOTO_BYTES = 20 * 1024 * 1024;

export class Ceremony {
  readonly id: string;
  readonly #host: RegisterHost;
  readonly #request: CeremonyRequest;
  readonly #version: FoldedVersion;
  readonly #key: FoldedKey;
  /** Held in one piece. */
  readonly #whole: boolean;
  readonly #look: () => NetworkLook;
  readonly #network: NetworkLook;
  readonly #beganAt: string;
  readonly #steps = new Map<number, ShareStep>();
  readonly #kept: SecretStore = createSecretStore();
  #passphrase: Uint8Array | null = null;
  readonly #deviations: string[] = [];
  readonly #delivered: string[] = [];
  #findings: Findings | null = null;
  #state: CeremonyView['state'] = 'open';
  #idle = new AbortController();
  #busy = false;

  /** Journals that it begins. EngineError `not-found`, or `refused` when the rule of the key is not met. */
  constructor(host: RegisterHost, request: CeremonyRequest, look: () => NetworkLook = () => lookAtNetwork(host.clock.now())) {
    this.#host = host;
    this.#request = request;
    this.#look = look;
    this.#key = findKey(host.fold(), request.key);
    this.#version = versionOf(this.#key, request.version);
    requirePeople(host, request, this.#key, this.#version);
    const generation = inForce(this.#version);
    requireOffline(request.key, this.#version);
    this.#whole = isWhole(generation.enrolled.scheme);
    if (this.#whole && request.goal === 'L1') throw new EngineError('refused', `The key ${request.key} is held whole, as ${generation.enrolled.scheme}: it has no shares that could be looked at by themselves.`, { hint: 'Compare it with its commitment (L3), or try it on the backups as well (L4).' });
    this.id = escrowId(host.clock.now());
    this.#network = look();
    this.#beganAt = new Date(host.clock.now()).toISOString();
    const interrupted = [...host.fold().openCeremonies.keys()].map((id) => escrowEvent('escrow.ceremony-ended', { id, how: 'interrupted', reason: 'Blackstart ended before the ceremony did' }));
    host.journal.appendAll([...interrupted, escrowEvent('escrow.ceremony', {
      id: this.id, key: request.key, version: this.#version.version, generation: generation.generation, purpose: request.purpose, goal: request.goal,
      witnesses: [...request.witnesses], by: request.operator ?? 'nobody named', network: { off: this.#network.off, words: this.#network.words.slice(0, 2000) },
    })]);
    for (const x of [...generation.shares.keys()].sort((a, b) => a - b)) this.#steps.set(x, { ...UNTOUCHED });
    this.#watchIdle();
  }

  get isOver(): boolean {
    return this.#state === 'finished' || this.#state === 'aborted';
  }

  bag(x: number, found: { bag: string | null; seal: SealState; photo: Uint8Array | null }): void {
    const step = this.#open(x);
    if (found.photo !== null && found.photo.length > PHOTO_BYTES) throw new EngineError('refused', 'The photo is larger than 20 MiB.', { hint: 'Take a smaller one; the seal’s number has to be readable.' });
    const stored = found.photo === null ? null : this.#host.journal.blobs.put(found.photo);
    const photo = stored === null ? step.photo : { sha256: stored.sha256, size: stored.size };
    this.#journal(x, 'bag', `bag ${found.bag ?? 'not named'}, seal ${found.seal}`, { seal: found.seal, bag: found.bag, photo });
    Object.assign(step, { state: 'bag', bag_found: found.bag, seal: found.seal, photo, out_at: step.out_at ?? this.#now() });
    const expected = inForce(this.#version).shares.get(x)?.custody?.bag ?? null;
    if (found.seal === 'broken' || found.seal === 'missing') this.#deviate(`The seal of ${this.#slot(x)} was ${found.seal}`);
    if (expected !== null && found.bag !== null && expected !== found.bag) this.#deviate(`${this.#slot(x)} was in bag ${found.bag}, and the register says ${expected}`);
  }

  /** L1 of a share; L3 and, where it is the goal, L4 of a whole key. The bytes are overwritten in any case. */
  async share(x: number, bytes: Uint8Array, passphrase: Uint8Array | undefined): Promise<void> {
    try {
      await this.#alone(async () => (this.#whole ? this.#takeKey(x, bytes, passphrase) : this.#takeShare(x, bytes, passphrase)));
    } finally {
      bytes.fill(0);
      passphrase?.fill(0);
    }
  }

  async #takeShare(x: number, bytes: Uint8Array, passphrase: Uint8Array | undefined): Promise<void> {
    const step = this.#open(x);
    const { findings } = await findOut(this.#host, { ...this.#asked(), sharesOnly: true, brought: { shares: [{ label: this.#slot(x), bytes }] }, ...(passphrase === undefined ? {} : { passphrase }) });
    const [found] = findings.shares;
    const isOther = found?.result === 'match' && found.x !== x;
    const result = found === undefined ? 'unreadable' : isOther ? 'no-match' : found.result;
    const detail = isOther ? `This is ${found.slot ?? 'another share'}, not ${this.#slot(x)}.` : (found?.detail ?? '');
    this.#journal(x, 'share', detail, { result });
    Object.assign(step, { state: 'verdict', result, detail, tries: step.tries + 1, out_at: step.out_at ?? this.#now() });
    if (result === 'match' && this.#request.goal !== 'L1') this.#keep(x, bytes, passphrase);
    else this.#kept.forget(String(x));
    this.#findings = null;
    this.#state = 'open';
  }

  async #takeKey(x: number, bytes: Uint8Array, passphrase: Uint8Array | undefined): Promise<void> {
    const step = this.#open(x);
    const { trials, lacks } = this.#trials();
    const { findings } = await findOut(this.#host, { ...this.#asked(), brought: { whole: bytes }, trials, ...(passphrase === undefined ? {} : { passphrase }) });
    const { result, detail } = wholeResult(findings.quorum);
    this.#journal(x, 'share', detail, { result });
    this.#journal(null, 'combined', findings.result, {});
    Object.assign(step, { state: 'verdict', result, detail, tries: step.tries + 1, out_at: step.out_at ?? this.#now() });
    this.#findings = { ...findings, deviations: [...findings.deviations, ...lacks] };
    this.#state = 'proven';
  }

  #keep(x: number, bytes: Uint8Array, passphrase: Uint8Array | undefined): void {
    this.#kept.put(String(x), Buffer.from(bytes), 'ceremony');
    if (passphrase !== undefined) this.#passphrase = Uint8Array.from(passphrase);
  }

  newBag(x: number, bag: string, seal: string | null): void {
    const step = this.#open(x);
    this.#journal(x, 'new-bag', `new bag ${bag}${seal === null ? '' : `, seal ${seal}`}`, { bag });
    Object.assign(step, { state: 'sealed', new_bag: bag, new_seal: seal, in_at: this.#now() });
  }

  leaveOut(x: number, reason: string): void {
    const step = this.#open(x);
    this.#journal(x, 'left-out', reason, {});
    Object.assign(step, { state: 'left-out', result: 'not-entered', detail: reason });
    this.#kept.forget(String(x));
    this.#deviate(`${this.#slot(x)} was left out: ${reason}`);
  }

  deviation(text: string): void {
    this.#requireOpen();
    this.#journal(null, 'deviation', text, {});
    this.#deviate(text);
  }

  /** L2 to L4. EngineError `refused` while too few shares were entered. */
  async prove(): Promise<void> {
    await this.#alone(async () => {
      this.#requireOpen();
      if (this.#whole) throw new EngineError('refused', 'The key is held whole: it is compared and tried when it is entered.');
      const { threshold } = inForce(this.#version).enrolled;
      const inputs = this.#inputs();
      if (this.#request.goal === 'L1') throw new EngineError('refused', 'This ceremony looks at each share by itself; no key comes into being.');
      if (inputs.length < threshold) throw new EngineError('refused', `${inputs.length} of the ${threshold} shares that make the key were entered.`, { hint: 'Go on with the next custodian.' });
      const { trials, lacks } = this.#trials();
      const { findings } = await findOut(this.#host, { ...this.#asked(), brought: { shares: inputs }, trials, ...(this.#passphrase === null ? {} : { passphrase: this.#passphrase }) });
      this.#journal(null, 'combined', findings.result, {});
      this.#findings = { ...findings, deviations: [...findings.deviations, ...lacks] };
      this.#state = 'proven';
    });
  }

  #trials(): { trials: SampleTrial[]; lacks: string[] } {
    if (this.#request.goal !== 'L4') return { trials: [], lacks: [] };
    const found = [...this.#key.sets.values()].map(trialsOfSet);
    return { trials: found.flatMap(({ trials }) => trials), lacks: [...found.flatMap(({ lacks }) => lacks), ...(this.#key.sets.size === 0 ? ['No set of backups is defined for this key, so no backup was opened with it'] : [])] };
  }

  /** Writes the record. EngineError `refused` when nothing was looked at yet, or a quorum was promised and not proven. */
  finish(): void {
    this.#requireOpen();
    if (this.#request.goal !== 'L1' && this.#state !== 'proven') throw new EngineError('refused', this.#whole ? 'The key was not entered yet.' : 'The key was not rebuilt yet.', { hint: `${this.#whole ? 'Enter it' : 'Prove it'} first, or end the ceremony with its reason.` });
    const touched = [...this.#steps.values()].filter(({ state }) => state !== 'waiting');
    if (touched.length === 0) throw new EngineError('refused', 'No share was looked at yet, so there is nothing to record.');
    const after = this.#look();
    if (this.#network.off !== after.off) this.#deviate(`The network was ${this.#network.off ? 'off' : 'on'} at the beginning and ${after.off ? 'off' : 'on'} at the end`);
    if (!this.#network.off) this.#deviate('The network was not off');
    recordVerification(this.#host, this.#everything(), [escrowEvent('escrow.ceremony-ended', { id: this.id, how: 'finished', reason: 'recorded' })]);
    this.#state = 'signing';
    this.#settle();
  }

  /** Findings of the quorum, if there was one, with what was seen of every share. */
  #everything(): Findings {
    const seen = [...this.#steps].map(([x, step]) => this.#verified(x, step));
    const given = seen.filter(({ result }) => result !== 'not-entered');
    const found = this.#findings;
    const allMatch = given.length > 0 && given.every(({ result }) => result === 'match');
    const base: Findings = found ?? {
      ...this.#asked(), id: this.id, version: this.#version.version, generation: inForce(this.#version).generation, shares: [], agreement: null, quorum: null, proofs: [],
      level: allMatch ? 'L1' : given.length > 0 ? null : 'L0', ok: allMatch, result: sharesWords(`${this.#key.key} version ${this.#version.version}`, given), deviations: [], network: this.#network, witnesses: this.#witnesses(), run: null, beganAt: this.#beganAt, operator: this.#request.operator,
    };
    return { ...base, id: this.id, ok: base.ok && allMatch, shares: seen, deviations: [...base.deviations, ...this.#deviations] };
  }

  #verified(x: number, step: ShareStep): VerifiedShare {
    const share = inForce(this.#version).shares.get(x);
    const { bag_found, photo, new_bag, new_seal, out_at, in_at } = step;
    return {
      x, slot: share?.slot ?? null, label: share?.custody?.custodian ?? this.#slot(x), generation: inForce(this.#version).generation, commitment: share?.commitment?.digest ?? null,
      result: step.result ?? 'not-entered', level: step.result === 'match' ? (this.#whole ? 'L3' : 'L1') : step.seal === null ? null : 'L0', detail: step.detail ?? '', custody: share?.custody ?? null,
      bag_found, seal: step.seal ?? 'not-looked', photo, new_bag, new_seal, out_at, in_at,
    };
  }

  /** EngineError `refused` for somebody who is not one of the ceremony's witnesses, or its operator. */
  async sign(person: string, passphrase: string, role: 'operator' | 'witness'): Promise<void> {
    if (this.#state !== 'signing') throw new EngineError('refused', this.#state === 'finished' ? 'Everybody has signed already.' : 'There is no record to sign yet.', { hint: 'Finish the ceremony first.' });
    const may = role === 'operator' ? this.#request.operator === person : this.#request.witnesses.includes(person);
    if (!may) throw new EngineError('refused', `${person} is not ${role === 'operator' ? 'the operator' : 'a witness'} of this ceremony.`);
    await signVerification(this.#host, this.id, { person, passphrase, role });
    this.#settle();
  }

  #settle(): void {
    if (this.#state !== 'signing') return;
    const signed = this.#signatures();
    const open = [...this.#request.witnesses, ...(this.#request.operator === null ? [] : [this.#request.operator])].filter((person) => !signed.has(person));
    if (open.length === 0) this.#state = 'finished';
    if (this.#state === 'finished' && this.#request.goal === 'L1') this.#wipe();
  }

  #signatures(): Map<string, string> {
    return new Map(this.#host.fold().verifications.find(({ id }) => id === this.id)?.signatures.map(({ person, at }) => [person, at]) ?? []);
  }

  /**
   * The key's bytes for a run or checks; the caller zeroes them.
   * @throws EngineError `refused` before everybody who has to has signed, or when no quorum was proven
   */
  async release(secret: string, to: string, run: string | null): Promise<{ key: Uint8Array; source: string }> {
    return this.#alone(async () => {
      if (this.#whole) throw new EngineError('refused', 'A key that is held whole is not kept by its ceremony.', { hint: 'Hand it over as a file or at the prompt.' });
      const proven = this.#findings?.quorum?.state;
      if (this.#state !== 'finished' || (proven !== 'match' && proven !== 'self-proven')) {
        throw new EngineError('refused', this.#state === 'finished' ? 'No quorum was proven in this ceremony.' : 'The key is given out when the ceremony is recorded and signed.', { hint: 'Prove the quorum, finish, and let everybody sign.' });
      }
      const { enrolled, generation } = inForce(this.#version);
      const { key, verdict } = await obtainKey(setFor(this.#version, this.#inputs(), this.#passphrase ?? undefined), { keyCommitment: enrolled.commitment }, {}, { nodePath: this.#host.nodePath });
      if (key === null) throw new EngineError('bad', verdict.detail);
      const used = this.#findings?.quorum?.used ?? [];
      try {
        this.#host.journal.append(escrowEvent('escrow.obtained', { id: this.id, key: this.#key.key, version: this.#version.version, generation, secret, for: to, used }, 'engine', run));
      } catch (thrown) {
        key.fill(0);
        throw thrown;
      }
      this.#delivered.push(to);
      return { key, source: `escrow ${this.#key.key}, shares ${used.join(', ')}` };
    });
  }

  /** Ends it; every share is overwritten. A ceremony that was recorded stays recorded. */
  abort(reason: string): void {
    if (this.#state !== 'finished' && this.#state !== 'signing' && this.#state !== 'aborted') {
      this.#host.journal.append(escrowEvent('escrow.ceremony-ended', { id: this.id, how: 'aborted', reason: reason.slice(0, 500) }));
    }
    this.#wipe();
    this.#state = this.#state === 'signing' || this.#state === 'finished' ? 'finished' : 'aborted';
  }

  #wipe(): void {
    this.#idle.abort();
    this.#kept.forgetAll();
    this.#passphrase?.fill(0);
    this.#passphrase = null;
  }

  view(): CeremonyView {
    const { enrolled, generation } = inForce(this.#version);
    const rows = new Map(shareRows(this.#host.fold(), this.#version, this.#host.clock.now()).map((row) => [row.x, row]));
    const recorded = this.#state === 'signing' || this.#state === 'finished';
    const signed = this.#signatures();
    return {
      id: this.id, key: this.#key.key, title: this.#key.title, version: this.#version.version, generation, purpose: this.#request.purpose, goal: this.#request.goal,
      scheme: enrolled.scheme, threshold: enrolled.threshold, total: enrolled.total, share_characters: shareCharacters(enrolled.scheme, enrolled.secret_bytes), encodings: encodingsOf(enrolled.scheme),
      began_at: this.#beganAt, operator: this.#request.operator,
      witnesses: this.#witnesses().map((witness) => ({ ...witness, signed_at: signed.get(witness.id) ?? null })), witnesses_needed: this.#key.witnesses,
      network: this.#network, entered: this.#kept.all().length,
      shares: [...this.#steps].map(([x, step]) => ({ x, slot: this.#slot(x), custody: rows.get(x)?.custody ?? null, ...step, last: lastOf(rows.get(x)?.last ?? null), next_due: rows.get(x)?.next_due ?? null })),
      agreement: this.#findings?.agreement ?? null, quorum: this.#findings?.quorum ?? null, proofs: this.#findings?.proofs ?? [], deviations: [...(this.#findings?.deviations ?? []), ...this.#deviations],
      state: this.#state, next: this.#next(), verification: recorded ? this.id : null, delivered: [...this.#delivered],
    };
  }

  #next(): string | null {
    const untouched = [...this.#steps].find(([, { state }]) => state === 'waiting')?.[0];
    return nextWords({
      state: this.#state, goal: this.#request.goal, whole: this.#whole, threshold: inForce(this.#version).enrolled.threshold, entered: this.#kept.all().length,
      untouched: untouched === undefined ? null : this.#slot(untouched), holds: this.#findings?.ok === true,
    });
  }

  #witnesses(): { id: string; name: string }[] {
    return this.#request.witnesses.map((id) => ({ id, name: this.#host.people.find(id)?.name ?? id }));
  }

  #asked() {
    return { key: this.#key.key, version: this.#version.version, purpose: this.#request.purpose, operator: this.#request.operator, witnesses: this.#witnesses(), network: this.#network, trials: [], id: this.id, beganAt: this.#beganAt };
  }

  #inputs(): ShareInput[] {
    return this.#kept.all().map((handle) => ({ label: this.#slot(Number(handle.name)), bytes: handle.bytes() }));
  }

  #slot(x: number): string {
    return inForce(this.#version).shares.get(x)?.slot ?? `share ${x}`;
  }

  #open(x: number): ShareStep {
    this.#requireOpen();
    const step = this.#steps.get(x);
    if (step === undefined) throw new EngineError('not-found', `This ceremony has no share ${x}.`, { hint: `It has ${[...this.#steps.keys()].join(', ')}.` });
    this.#watchIdle();
    return step;
  }

  #requireOpen(): void {
    if (this.#state !== 'open' && this.#state !== 'proven') throw new EngineError('refused', 'This ceremony is over.', { hint: 'Start another one.' });
  }

  #deviate(text: string): void {
    if (!this.#deviations.includes(text)) this.#deviations.push(text);
  }

  #now(): string {
    return new Date(this.#host.clock.now()).toISOString();
  }

  #journal(x: number | null, did: 'bag' | 'share' | 'new-bag' | 'left-out' | 'combined' | 'deviation', detail: string, { result, seal, bag, photo }: Partial<Pick<ShareStep, 'result' | 'seal' | 'photo'>> & { bag?: string | null }): void {
    this.#host.journal.append(escrowEvent('escrow.ceremony-step', { id: this.id, x, did, detail: detail.slice(0, 500), result: result ?? null, seal: seal ?? null, bag: bag ?? null, photo: photo ?? null }));
  }

  /** Two calls at once would speak of different shares. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) throw new EngineError('refused', 'A check is under way already.', { hint: 'Wait for its verdict.' });
    this.#busy = true;
    try {
      return await work();
    } finally {
      this.#busy = false;
    }
  }

  /** A ceremony that everybody left does not keep shares in memory. */
  #watchIdle(): void {
    this.#idle.abort();
    const idle = new AbortController();
    this.#idle = idle;
    void this.#host.clock.sleep(IDLE_MS, idle.signal).then(() => {
      if (!idle.signal.aborted) this.abort('Nobody touched it for an hour; what was entered was overwritten');
    });
  }
}

function lastOf(last: { at: string; ok: boolean } | null): CeremonyShare['last'] {
  return last === null ? null : { at: last.at, ok: last.ok };
}
