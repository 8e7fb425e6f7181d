/**
 * The people enrolled on this laptop. Each has a signing key that only their passphrase opens, so that an approval can be
 * given at this laptop with every identity provider gone, and checked by anybody afterwards. All of it is in the journal.
 */
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import { Person } from '../../contract/record.ts';
import type { Journal, JournalEvent, JournalReader } from '../journal/journal.ts';
import { generateSeed, openNote, parseVerifier, signerFromSeed, signNote, type Signer } from '../note/note.ts';
import { openSealedKey, sealKey, SealedKey } from './sealed-key.ts';

/** `seal` is the scrypt-sealed Ed25519 seed. */
const Enrolled = z.object({ id: z.string(), name: z.string(), roles: z.array(z.string()), vkey: z.string(), seal: SealedKey });
const Revoked = z.object({ id: z.string() });
const Endorsed = z.object({ id: z.string(), by: z.string(), note: z.string() });

const TYPES = ['person.enrolled', 'person.revoked', 'person.endorsed'] as const;
const SHORTEST_PASSPHRASE = 8;
const ROLE = /^[a-z][a-z0-9-]{0,63}$/u;

/** A person with what only the engine needs. */
export interface EnrolledPerson extends Person {
  seal: SealedKey;
  /** Ids of earlier people who vouched for the enrolment. */
  endorsedBy: string[];
}

export interface Enrolment {
  name: string;
  roles: readonly string[];
  passphrase: string;
}

export interface People {
  list(): Person[];
  /** By id, the revoked ones included. */
  all(): ReadonlyMap<string, EnrolledPerson>;
  find(id: string): EnrolledPerson | null;
  /** EngineError `refused` for a weak passphrase, a name or role that cannot be, or somebody who is enrolled already. */
  enroll(enrolment: Enrolment): Promise<Person>;
  /** EngineError `not-found` for nobody of that id. Revoked people stay in the record and lose every right. */
  revoke(id: string): Promise<void>;
  /**
   * The person's signer. EngineError `not-found` for nobody of that id, `refused` when revoked or when the passphrase does
   * not open the key.
   */
  unlock(id: string, passphrase: string): Promise<Signer>;
  /** An earlier approver vouches for somebody who was enrolled after the outage. */
  endorse(id: string, by: string, passphrase: string): Promise<void>;
}

/** @param people is continued, so that a second look costs only the new events */
export function foldPeople(events: Iterable<JournalEvent>, people = new Map<string, EnrolledPerson>()): Map<string, EnrolledPerson> {
  for (const event of events) {
    if (event.type === 'person.enrolled') {
      const { seal, ...person } = Enrolled.parse(event.data);
      people.set(person.id, { ...person, seal, enrolled_at: event.wall, revoked_at: null, endorsedBy: [] });
    }
    if (event.type === 'person.revoked') {
      const person = people.get(Revoked.parse(event.data).id);
      if (person !== undefined) person.revoked_at = event.wall;
    }
    if (event.type === 'person.endorsed') {
      const { id, by, note } = Endorsed.parse(event.data);
      const [person, endorser] = [people.get(id), people.get(by)];
      if (person !== undefined && endorser?.revoked_at === null && noteSays(note, endorsementText(person), endorser.vkey)) person.endorsedBy.push(by);
    }
  }
  return people;
}

export function readPeople(journal: Pick<JournalReader, 'events'>): Map<string, EnrolledPerson> {
  return foldPeople(journal.events({ types: TYPES }));
}

/** Without keys: what the page and the command line show. */
export function publicPeople(people: ReadonlyMap<string, EnrolledPerson>): Person[] {
  return [...people.values()].map((person) => Person.parse(person)).sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Whether somebody may approve in a run whose outage began at `outageAt`: who was enrolled before it may; who was enrolled
 * after it may only when an earlier person vouched for them.
 */
export function mayApprove(people: ReadonlyMap<string, EnrolledPerson>, id: string, outageAt: string | null): boolean {
  const person = people.get(id);
  if (person === undefined || person.revoked_at !== null) return false;
  if (outageAt === null || !enrolledAfter(person, outageAt)) return true;
  return person.endorsedBy.some((by) => {
    const endorser = people.get(by);
    return endorser !== undefined && endorser.revoked_at === null && !enrolledAfter(endorser, outageAt);
  });
}

export function enrolledAfter(person: Person, outageAt: string): boolean {
  return Date.parse(person.enrolled_at) > Date.parse(outageAt);
}

export function createPeople(journal: Journal): People {
  return new EnrolledPeople(journal);
}

class EnrolledPeople implements People {
  readonly #journal: Journal;
  readonly #folded = new Map<string, EnrolledPerson>();
  #seen = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  list(): Person[] {
    return publicPeople(this.all());
  }

  all(): ReadonlyMap<string, EnrolledPerson> {
    const { size } = this.#journal.head;
    if (size > this.#seen) foldPeople(this.#journal.events({ after: this.#seen, types: TYPES }), this.#folded);
    this.#seen = size;
    return this.#folded;
  }

  find(id: string): EnrolledPerson | null {
    return this.all().get(id) ?? null;
  }

  async enroll({ name, roles, passphrase }: Enrolment): Promise<Person> {
    const id = personId(name);
    checkRoles(roles);
    if (this.find(id)?.revoked_at === null) throw new EngineError('refused', `${name} is enrolled already, as ${id}.`, { hint: 'Revoke that enrolment first, or add a word to the name.' });
    if (passphrase.length < SHORTEST_PASSPHRASE) throw new EngineError('refused', `A passphrase needs at least ${SHORTEST_PASSPHRASE} characters; this one has ${passphrase.length}.`, { hint: 'Four words that nobody would guess are good and can be typed at 03:00.' });
    const seed = generateSeed();
    const signer = signerFromSeed(`person/${id}`, seed);
    const seal = await sealKey(seed, passphrase, id);
    seed.fill(0);
    this.#journal.append({ type: 'person.enrolled', run: null, actor: `person/${id}`, data: { id, name: name.trim(), roles: [...roles], vkey: signer.vkey, seal } });
    return Person.parse(this.find(id));
  }

  async revoke(id: string): Promise<void> {
    this.#living(id);
    this.#journal.append({ type: 'person.revoked', run: null, actor: 'device', data: { id } });
    return Promise.resolve();
  }

  async unlock(id: string, passphrase: string): Promise<Signer> {
    const person = this.#living(id);
    const seed = await openSealedKey(person.seal, passphrase, id);
    if (seed === null) throw new EngineError('refused', `That is not the passphrase of ${person.name}.`, { hint: 'Look at Caps Lock and the keyboard layout, then try again.' });
    return signerFromSeed(`person/${id}`, seed);
  }

  async endorse(id: string, by: string, passphrase: string): Promise<void> {
    const person = this.#living(id);
    if (id === by) throw new EngineError('refused', 'Nobody can vouch for themselves.');
    const signer = await this.unlock(by, passphrase);
    const note = signNote(endorsementText(person), [signer]);
    this.#journal.append({ type: 'person.endorsed', run: null, actor: `person/${by}`, data: { id, by, note } });
  }

  #living(id: string): EnrolledPerson {
    const person = this.find(id);
    if (person === null) throw new EngineError('not-found', `Nobody is enrolled as "${id}".`, { hint: '"blackstart people list" shows who is.' });
    if (person.revoked_at !== null) throw new EngineError('refused', `The enrolment of ${person.name} was revoked at ${person.revoked_at}.`);
    return person;
  }
}

/** `Priya Raman` → `priya-raman`; accents are dropped. Key names hold ids, never display names. */
export function personId(name: string): string {
  const id = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/gu, '-').replace(/^-+|-+$/gu, '').slice(0, 64);
  if (!/^[a-z]/u.test(id)) throw new EngineError('refused', `"${name}" gives no id: a name needs a Latin letter to begin with.`, { hint: 'Write it in Latin letters, for example as in the passport.' });
  return id;
}

/** Who an event is journaled for: the person of that name, or the engine where nobody was named. */
export function actorOf(name: string | undefined): string {
  return name === undefined || name.trim() === '' ? 'engine' : `person/${personId(name)}`;
}

function checkRoles(roles: readonly string[]): void {
  const bad = roles.find((role) => !ROLE.test(role));
  if (bad !== undefined) throw new EngineError('refused', `"${bad}" is not a role.`, { hint: 'A role reads like vp-engineering: a-z, 0-9 and "-".' });
  if (roles.length === 0) throw new EngineError('refused', 'A person needs at least one role.');
}

/** What an approver signs: which step of which run, in which role, having seen what. Each value is one line. */
export interface ApprovalStatement {
  run: string;
  step: string;
  person: string;
  role: string;
  /** SHA-256 of the resolved, masked command that was shown; `-` where nothing runs. */
  shown: string;
  at: string; // RFC 3339 UTC
}

/** A signed note: `blackstart/approval/v1`, then one `name value` line a field. */
export function signApproval(statement: ApprovalStatement, signer: Signer): string {
  return signNote(approvalText(statement), [signer]);
}

function approvalText({ run, step, person, role, shown, at }: ApprovalStatement): string {
  return `blackstart/approval/v1\nrun ${run}\nstep ${step}\nperson ${person}\nrole ${role}\nshown ${shown}\nat ${at}\n`;
}

/** True when the note says exactly this and carries the person's signature. */
export function approvalHolds(note: string, statement: ApprovalStatement, vkey: string): boolean {
  return noteSays(note, approvalText(statement), vkey);
}

/** What both operators of a handover sign: who hands which run to whom, with which words. */
export interface HandoverStatement {
  run: string;
  outgoing: string;
  incoming: string;
  /** SHA-256 of what one told the other. */
  statement: string;
  at: string; // RFC 3339 UTC
}

/** A signed note of `blackstart/handover/v1` with two signatures. */
export function signHandover(statement: HandoverStatement, signers: readonly [Signer, Signer]): string {
  return signNote(handoverText(statement), signers);
}

function handoverText({ run, outgoing, incoming, statement, at }: HandoverStatement): string {
  return `blackstart/handover/v1\nrun ${run}\noutgoing ${outgoing}\nincoming ${incoming}\nstatement ${statement}\nat ${at}\n`;
}

/** True when the note says exactly this and carries the signatures of both. */
export function handoverHolds(note: string, statement: HandoverStatement, vkeys: readonly [string, string]): boolean {
  return vkeys.every((vkey) => noteSays(note, handoverText(statement), vkey));
}

/** Who vouches signs the key of the one they vouch for: a later enrolment under the same name is not vouched for. */
function endorsementText({ id, vkey }: Person): string {
  return `blackstart/endorsement/v1\nperson ${id}\nvkey ${vkey}\n`;
}

function noteSays(note: string, text: string, vkey: string): boolean {
  try {
    return openNote(note, [parseVerifier(vkey)]).text === text;
  } catch (thrown) {
    if (thrown instanceof EngineError) return false;
    throw thrown;
  }
}
