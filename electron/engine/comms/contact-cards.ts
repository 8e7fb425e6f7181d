/** Cards of the people behind an audience, with how old their verification is. */
import { isAbsolute, join } from 'node:path';
import { type AudienceContacts, type ContactBook, ContactCard } from '../../contract/comms.ts';
import type { Audience, Contacts, Runbook } from '../../contract/runbook.ts';
import { cadenceWords } from '../../contract/run/audiences.ts';
import { durationSeconds } from '../../contract/scalars.ts';
import { MASKED_CONTACT } from '../../contract/tabletop/mask-contacts.ts';
import { inOrder } from '../../contract/order.ts';
import { type Contact, readContacts, unreachable, USUAL_DAYS } from './read-contacts.ts';

const DAY_MS = 86_400_000;

/** `contacts.yaml#executives` in the folder of its runbook. */
function placeOf(people: string, folder: string): { path: string; group: string | null } {
  const [file = '', group] = people.split('#');
  return { path: isAbsolute(file) ? file : join(folder, file), group: group ?? null };
}

/** Days that a verification holds: what the runbook's own check of its contacts allows. */
export function allowedDays({ checks }: Pick<Runbook, 'checks'>): number {
  const ages = checks.flatMap(({ block }) => (block.kind === 'contacts' && block.max_age !== undefined ? [durationSeconds(block.max_age) / 86_400] : []));
  return ages.length === 0 ? USUAL_DAYS : Math.floor(Math.min(...ages));
}

/** @param folder of the runbook @param now milliseconds since 1970 */
export function contactsOf(runbook: Pick<Runbook, 'checks'>, folder: string, audience: Audience, now: number): AudienceContacts {
  const days = allowedDays(runbook);
  const none = (problem: string): AudienceContacts => ({ people: [], max_age_days: days, problem });
  if (audience.people === undefined) return none('The runbook names nobody for this audience.');
  const { path, group } = placeOf(audience.people, folder);
  const read = readContacts(path);
  if (typeof read === 'string') return none(`${path} cannot be used: ${read}.`);
  if (group !== null && read[group] === undefined) return none(`${path} has no group "${group}".`);
  const people = (group === null ? Object.values(read).flat() : read[group]) ?? [];
  return { people: people.map((person) => cardOf(person, days, now)), max_age_days: days, problem: people.length === 0 ? `${path} names nobody here.` : null };
}

export function cardOf(person: Contact, days: number, now: number): ContactCard {
  const age = person.verified === undefined ? null : Math.floor((now - Date.parse(`${person.verified}T00:00:00Z`)) / DAY_MS);
  return ContactCard.parse({
    name: person.name, role: person.role ?? null, organisation: person.organisation ?? null, phone: way(person.phone), email: way(person.email), sms: way(person.sms),
    verified: person.verified ?? null, age_days: age, stale: age === null || age > days || age < 0, problem: unreachable(person),
  });
}

function way(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

/** The same people without a way to reach them: nobody dials a real number because an exercise showed it. */
export function blotted(contacts: AudienceContacts): AudienceContacts {
  const blot = (text: string | null): string | null => (text === null ? null : MASKED_CONTACT);
  return { ...contacts, people: contacts.people.map((card) => ({ ...card, phone: blot(card.phone), email: blot(card.email), sms: blot(card.sms), problem: null })) };
}

/** A runbook with the folder that its file lies in. */
export interface Shelved { runbook: Runbook; folder: string }

/** Every contacts file of the runbooks once, in order of system and path. */
export function contactBooks(runbooks: readonly Shelved[], now: number): ContactBook[] {
  const users = new Map<string, Shelved[]>();
  for (const one of runbooks) {
    const paths = new Set(one.runbook.audiences.flatMap(({ people }) => (people === undefined ? [] : [placeOf(people, one.folder).path])));
    for (const path of paths) users.set(path, [...(users.get(path) ?? []), one]);
  }
  return [...users].map(([path, of]) => bookOf(path, of, now)).sort((a, b) => inOrder(a.system.toLowerCase(), b.system.toLowerCase()) || inOrder(a.path, b.path));
}

function bookOf(path: string, users: readonly Shelved[], now: number): ContactBook {
  const days = Math.min(...users.map(({ runbook }) => allowedDays(runbook)));
  const read = readContacts(path);
  const head = { path, system: users[0]?.runbook.front.system ?? '', runbooks: users.map(({ runbook: { front } }) => ({ id: front.id, title: front.title })), max_age_days: days };
  if (typeof read === 'string') return { ...head, problem: `It cannot be used: ${read}.`, groups: [] };
  return { ...head, problem: null, groups: groupsOf(read, path, users).map(({ id, audiences, people }) => ({ id, audiences, people: people.map((person) => cardOf(person, days, now)) })) };
}

type Group = Pick<ContactBook['groups'][number], 'id' | 'audiences'> & { people: Contact[] };

function groupsOf(contacts: Contacts, path: string, users: readonly Shelved[]): Group[] {
  return Object.entries(contacts).map(([id, people]) => {
    const told = users.flatMap(({ runbook, folder }) => runbook.audiences.filter((audience) => {
      const place = audience.people === undefined ? null : placeOf(audience.people, folder);
      return place?.path === path && (place.group === null || place.group === id);
    }));
    const audiences = new Map(told.map((audience) => {
      const row = { title: audience.title ?? audience.id, cadence: cadenceWords(audience), channels: audience.channels.map((channel) => (typeof channel === 'string' ? { kind: channel, address: null } : { kind: channel.kind, address: channel.address ?? null })) };
      return [JSON.stringify(row), row];
    }));
    return { id, audiences: [...audiences.values()], people };
  });
}
