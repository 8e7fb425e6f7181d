/** `contacts.yaml` beside a runbook: read strictly, since a misspelled field would be a number that nobody finds. */
import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { Contacts } from '../../contract/runbook.ts';

export type Contact = Contacts[string][number];

/** Days after which a verification is old where the runbook does not say. */
export const USUAL_DAYS = 90;

/** A number with its middle blotted out helps nobody at 03:00. */
const MASKED = /[xX*•?_]{2,}|\.\.\.|…/u;
/** More than any list of people needs. */
const LARGEST = 1024 * 1024;

/** The contacts, or why they cannot be used. */
export function parseContacts(text: string): Contacts | string {
  const document = parseDocument(text, { uniqueKeys: true, version: '1.2', schema: 'core' });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) return fault.message.split('\n')[0] ?? 'it is no YAML';
  const parsed = Contacts.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has another shape'}`;
}

/** The same from a file. */
export function readContacts(path: string): Contacts | string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return 'it is not there or cannot be read';
  }
  return bytes.length > LARGEST ? 'it is larger than 1 MiB' : parseContacts(bytes.toString('utf8'));
}

/** Why somebody cannot be reached as it stands there; null when they can. */
export function unreachable({ name, phone, email, sms }: Contact): string | null {
  const ways = [phone, email, sms].filter((way): way is string => way !== undefined && way.trim() !== '');
  if (ways.length === 0) return `${name} cannot be reached: no phone, mail or SMS is given`;
  const masked = ways.find((way) => MASKED.test(way));
  return masked === undefined ? null : `${name} cannot be reached: "${masked}" is not a whole number or address`;
}
