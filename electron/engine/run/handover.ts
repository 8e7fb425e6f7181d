/** The operator changes within a run: what is done, what runs and what worries, signed by whoever leaves and whoever comes. */
import { EngineError } from '../../contract/errors.ts';
import type { RunCommand } from '../../contract/run.ts';
import type { BlobName, HandoverWords } from '../../contract/run/events.ts';
import { personId, signHandover, type People } from '../people/people.ts';
import type { Signer } from '../note/note.ts';
import type { LiveRun } from './live-run.ts';
import { handoverRefusal } from './may-hand-over.ts';

type Handover = Extract<RunCommand, { do: 'handover' }>;

export interface SignedHandover { do: 'handover'; from: { id: string; name: string }; to: { id: string; name: string }; statement: BlobName; note: BlobName }

/** @throws EngineError `refused` for a passphrase that does not fit, somebody revoked, or a handover that may not be; `not-found` for a stranger */
export async function signedHandover(live: LiveRun, people: People, command: Handover): Promise<SignedHandover> {
  const words = wordsOf(live, command);
  const [from, to] = [whoIs(people, command.outgoing.person), whoIs(people, command.incoming.person)];
  const refusal = handoverRefusal(live.fold, from, to);
  if (refusal !== null) throw new EngineError('refused', refusal.reason, refusal.hint === undefined ? {} : { hint: refusal.hint });
  const signers: [Signer, Signer] = [await people.unlock(from.id, command.outgoing.passphrase), await people.unlock(to.id, command.incoming.passphrase)];
  const statement = live.journal.blobs.put(Buffer.from(JSON.stringify(words)));
  const at = new Date(live.clock.now()).toISOString();
  const note = live.journal.blobs.put(Buffer.from(signHandover({ run: live.id, outgoing: from.id, incoming: to.id, statement: statement.sha256, at }, signers)));
  return { do: 'handover', from, to, statement, note };
}

function wordsOf(live: LiveRun, { done, running, worries }: Handover): HandoverWords {
  const masked = (text: string): string => live.redactor().text(text).trim();
  const words = { done: masked(done), running: masked(running), worries: masked(worries) };
  const empty = Object.entries({ 'what is done': words.done, 'what is running': words.running, 'what worries': words.worries }).find(([, text]) => text === '');
  if (empty !== undefined) throw new EngineError('refused', `Say ${empty[0]}: the next operator starts with these words.`, { hint: 'Where there is nothing, write "nothing".' });
  return words;
}

function whoIs(people: People, named: string): { id: string; name: string } {
  const person = people.find(named) ?? people.find(personId(named));
  if (person === null) throw new EngineError('not-found', `Nobody is enrolled as "${named}".`, { hint: '"blackstart people list" shows who is.' });
  return { id: person.id, name: person.name };
}
