/** Which credentials were set on this laptop, and where they are kept: from the journal, which holds names only. */
import { z } from 'zod';
import { CredentialName, CredentialPlace, CredentialSetting, type Credential } from '../../contract/credentials.ts';
import { inOrder } from '../../contract/order.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';

export const CREDENTIAL_CHANGING = 'credential.changing';
export const CREDENTIAL_CHANGED = 'credential.changed';
export const CREDENTIALS_PLACED = 'credentials.placed';

/** The intent: durable before the keyring or the vault is touched. */
export const Changing = z.object({ name: CredentialName, action: z.enum(['set', 'remove']), place: CredentialPlace });
/** Its result; one without a result was cut off. */
export const Changed = Changing.extend({ outcome: z.enum(['done', 'nothing', 'failed']), why: z.string().nullable() });
const Placed = z.object({ setting: CredentialSetting });

export interface CredentialsFold {
  setting: CredentialSetting | null;
  credentials: Credential[];
}

export function readCredentials(journal: Pick<JournalReader, 'events'>): CredentialsFold {
  const known = new Map<string, Credential>();
  /** What was there when a change began. */
  const before = new Map<string, Credential | undefined>();
  let setting: CredentialSetting | null = null;
  for (const event of journal.events({ types: [CREDENTIAL_CHANGING, CREDENTIAL_CHANGED, CREDENTIALS_PLACED] })) {
    if (event.type === CREDENTIALS_PLACED) setting = Placed.parse(event.data).setting;
    if (event.type === CREDENTIAL_CHANGING) takeIntent(known, before, event);
    if (event.type === CREDENTIAL_CHANGED) takeResult(known, before, event);
  }
  return { setting, credentials: [...known.values()].sort((one, other) => inOrder(one.name, other.name)) };
}

type Known = Map<string, Credential>;

/** Until its result nobody knows which of the two values is there. */
function takeIntent(known: Known, before: Map<string, Credential | undefined>, event: JournalEvent): void {
  const { name, place, action } = Changing.parse(event.data);
  const key = keyOf(name, place);
  const there = known.get(key);
  before.set(key, there);
  if (there !== undefined || action === 'set') known.set(key, { ...(there ?? { name, place, at: event.wall, by: personOf(event) }), state: 'unknown' });
}

function takeResult(known: Known, before: ReadonlyMap<string, Credential | undefined>, event: JournalEvent): void {
  const { name, place, action, outcome } = Changed.parse(event.data);
  const key = keyOf(name, place);
  const there = before.get(key);
  if (outcome === 'failed' && there !== undefined) known.set(key, there);
  else if (outcome === 'failed' || action === 'remove') known.delete(key);
  else known.set(key, { name, place, at: event.wall, by: personOf(event), state: 'kept' });
}

/** One name can be kept in both places, when somebody changed the place between. */
function keyOf(name: string, place: CredentialPlace): string {
  return `${place === 'vault' ? 'vault' : 'keyring'} ${name}`;
}

function personOf({ actor }: JournalEvent): string | null {
  return actor.startsWith('person/') ? actor.slice('person/'.length) : null;
}
