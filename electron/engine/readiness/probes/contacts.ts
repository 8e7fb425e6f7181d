/** `contacts`: people can be reached: the file reads, nobody is without a way to be reached, and it was verified lately. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { counted } from '../../../contract/wording.ts';
import { type Contact, parseContacts, unreachable } from '../../comms/read-contacts.ts';
import { judgeAge } from '../age.ts';
import type { ProbeRunner } from '../probe.ts';
import { fail, pass } from '../probe.ts';

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
  const contacts = parseContacts(text);
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

/** Null when the person can be reached. */
function faultOf(person: Contact, now: number, maxAge: string | undefined): string | null {
  const fault = unreachable(person);
  if (fault !== null || maxAge === undefined) return fault;
  if (person.verified === undefined) return `${person.name} was never verified`;
  const age = judgeAge(`The verification of ${person.name}`, Date.parse(`${person.verified}T00:00:00Z`), now, maxAge);
  return age.ok ? null : age.summary.replace(/\.$/u, '');
}
