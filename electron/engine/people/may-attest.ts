/** Whose word an `attest` check takes: of people with one of the roles that it names, or of whom it names themselves. */
import type { EnrolledPerson } from './people.ts';

/**
 * Why a word is not taken; null when it is.
 * @param wanted the check's `by`; without it everybody's word is taken
 * @param who id or name
 * @param also roles that they hold besides the enrolled ones, such as that of a run's operator
 */
export function attestRefusal(wanted: readonly string[] | undefined, who: string, people: ReadonlyMap<string, EnrolledPerson>, also: readonly string[] = []): string | null {
  if (wanted === undefined || wanted.includes(who)) return null;
  const person = people.get(who) ?? [...people.values()].find(({ name }) => name === who);
  const isHere = person?.revoked_at === null;
  const roles = [...(isHere ? person.roles : []), ...also];
  if (wanted.some((one) => roles.includes(one) || (isHere && (one === person.id || one === person.name)))) return null;
  const asked = `This may be attested by ${wanted.join(' or ')}`;
  if (person === undefined) return `${asked}; ${who} is not enrolled on this laptop.`;
  return isHere ? `${asked}; ${person.name} is ${person.roles.join(', ')}.` : `${asked}; the enrolment of ${person.name} was revoked.`;
}
