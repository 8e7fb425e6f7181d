/** `contacts`: people can be reached: the file reads, nobody is without a way to be reached, and it was verified lately. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseDocument } from 'yaml';
import type { Evidence } from '../../../contract/readiness.ts';
import { Contacts } from '../../../contract/runbook.ts';
import { counted } from '../../../contract/wording.ts';
import { judgeAge } from '../age.ts';
import type { ProbeRunner } from '../probe.ts';
import { fail, pass } from '../probe.ts';

type Person = Contacts[string][number];

/** A number with its middle blotted out helps nobody at 03:00. */
const MASKED = /[xX*•?_]{2,}|\.\.\.|…/u;

/** The path may name one group: `contacts.yaml#executives`. */
export const probeContacts: ProbeRunner<'contacts'> = async (probe, context) => {
  const [file = '', group] = probe.path.split('#');
  const path = context.resolve(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return fail(`${path} is not there or cannot be read.`, { path });
  }
  const contacts = readContacts(text);
  if (typeof contacts === 'string') return fail(`${basename(path)} cannot be used: ${contacts}.`, { path });
  if (group !== undefined && contacts[group] === undefined) return fail(`${basename(path)} has no group "${group}".`, { path });
  const people = (group === undefined ? Object.values(contacts).flat() : contacts[group]) ?? [];
  const empty = Object.entries(contacts).find(([name, members]) => members.length === 0 && (group === undefined || group === name));
  const evidence: Evidence = { path, people: people.length, groups: Object.keys(contacts).length };
  if (people.length === 0) return fail(`${basename(path)} names nobody.`, evidence);
  if (empty !== undefined) return fail(`The group "${empty[0]}" in ${basename(path)} is empty.`, evidence);
  const fault = people.map((person) => faultOf(person, context.clock.now(), probe.max_age)).find((one) => one !== null);
  if (fault !== undefined) return fail(`${fault}.`, evidence);
  return pass(`${counted(people.length, 'person', 'people')} can be reached${probe.max_age === undefined ? '' : ', all verified lately'}.`, evidence);
};

/** The contacts, or why they cannot be used. Strict: a misspelled field would be a number that nobody finds. */
function readContacts(text: string): Contacts | string {
  const document = parseDocument(text, { uniqueKeys: true, version: '1.2', schema: 'core' });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) return fault.message.split('\n')[0] ?? 'it is no YAML';
  const parsed = Contacts.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has another shape'}`;
}

/** Null when the person can be reached. */
function faultOf(person: Person, now: number, maxAge: string | undefined): string | null {
  const ways = [person.phone, person.email, person.sms].filter((way) => way !== undefined && way.trim() !== '');
  if (ways.length === 0) return `${person.name} cannot be reached: no phone, mail or SMS is given`;
  const masked = ways.find((way) => way !== undefined && MASKED.test(way));
  if (masked !== undefined) return `${person.name} cannot be reached: "${masked}" is not a whole number or address`;
  if (maxAge === undefined) return null;
  if (person.verified === undefined) return `${person.name} was never verified`;
  const age = judgeAge(`The verification of ${person.name}`, Date.parse(`${person.verified}T00:00:00Z`), now, maxAge);
  return age.ok ? null : age.summary.replace(/\.$/u, '');
}
