/** The page's calls about messages and contacts: cards, files to take along, the call tree on paper. Nothing here sends anything. */
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AudienceContacts, ContactBook, OutgoingMessage } from '../../contract/comms.ts';
import { EngineError } from '../../contract/errors.ts';
import { METHODS } from '../../contract/methods.ts';
import { runbookOf } from '../../contract/run/plan.ts';
import type { RunFold } from '../../contract/run/state.ts';
import type { Audience, Runbook } from '../../contract/runbook.ts';
import { leaving } from '../../contract/tabletop/mask-contacts.ts';
import { callTreeHtml } from '../comms/call-tree.ts';
import { blotted, contactBooks, contactsOf } from '../comms/contact-cards.ts';
import { composeMail, plainMessage, recipientsOf } from '../comms/mail.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Clock } from '../deps.ts';
import { frozenOf } from '../run/names.ts';
import type { Runs } from '../run/runs.ts';
import { answer } from './serve-page.ts';

export interface CommsHost {
  clock: Clock;
  library: Pick<DataFolder['library'], 'list'>;
  /** EngineError `not-found` for a run of no folder. */
  runsOf(run: string): Pick<Runs, 'folded'>;
}

export function commsAnswers(host: CommsHost) {
  return {
    'comms.contacts': answer(METHODS['comms.contacts'], ({ run, audience, step }) => peopleOf(host, host.runsOf(run).folded(run), audience, step ?? null)),
    'comms.write': answer(METHODS['comms.write'], async (message) => writeMessage(host, message)),
    'contacts.view': answer(METHODS['contacts.view'], () => ({ books: books(host) })),
    'contacts.tree': answer(METHODS['contacts.tree'], ({ path }) => {
      const wanted = books(host).filter((book) => path === undefined || book.path === path);
      if (wanted.length === 0) throw new EngineError('not-found', path === undefined ? 'No runbook names a contacts file.' : `No runbook names the contacts file ${path}.`);
      return { html: callTreeHtml(wanted, new Date(host.clock.now())) };
    }),
  };
}

function books({ library, clock }: CommsHost): ContactBook[] {
  const shelved = library.list().flatMap(({ runbook, path }): { runbook: Runbook; folder: string }[] => (runbook === null ? [] : [{ runbook, folder: dirname(path) }]));
  return contactBooks(shelved, clock.now());
}

function audienceOf(fold: RunFold, id: string, step: string | null): { audience: Audience; runbook: Runbook; folder: string } {
  const scope = step === null ? '' : fold.steps.get(step)?.plan.scope;
  if (scope === undefined) throw new EngineError('not-found', `This run has no step "${step ?? ''}".`);
  const runbook = runbookOf(fold.plan, scope);
  const audience = runbook.audiences.find((one) => one.id === id);
  if (audience === undefined) throw new EngineError('not-found', `The runbook ${runbook.front.id} has no audience "${id}".`);
  return { audience, runbook, folder: frozenOf(fold, scope).folder };
}

function peopleOf({ clock }: CommsHost, fold: RunFold, id: string, step: string | null): AudienceContacts {
  const { audience, runbook, folder } = audienceOf(fold, id, step);
  const contacts = contactsOf(runbook, folder, audience, clock.now());
  return fold.mode === 'tabletop' ? blotted(contacts) : contacts;
}

/** What leaves in a drill is marked as one, whatever was done to the draft, and in a tabletop nobody is addressed. */
async function writeMessage(host: CommsHost, { run, audience: id, step, format, subject, text, path }: OutgoingMessage): Promise<{ path: string; left: string[] }> {
  const fold = host.runsOf(run).folded(run);
  const { audience } = audienceOf(fold, id, step);
  const { people } = peopleOf(host, fold, id, step);
  const words = leaving(fold.mode, subject, text);
  const nobody = fold.mode === 'tabletop';
  const mail = { run: fold.id, from: fold.operator, to: people, ...words, exercise: nobody, at: new Date(host.clock.now()) };
  const ways = people.flatMap(({ name, phone, sms, email }) => [phone, sms, email].some((way) => way !== null) ? [`${name} ${[...new Set([phone, sms, email])].filter((way) => way !== null).join(', ')}`] : []);
  const bytes = format === 'eml' ? await composeMail(mail) : Buffer.from(plainMessage(mail, audience.title ?? audience.id, ways));
  try {
    writeFileSync(path, bytes);
  } catch (cause) {
    throw new EngineError('disk', `The message could not be written to ${path}.`, { hint: cause instanceof Error ? cause.message : String(cause), cause });
  }
  return { path, left: format === 'eml' && !nobody ? recipientsOf(people).left : [] };
}
