/** Who may run and watch a verification. */
import { EngineError } from '../../../contract/errors.ts';
import { counted } from '../../../contract/wording.ts';
import { inForce, type FoldedKey, type FoldedVersion } from './fold-register.ts';
import type { RegisterHost } from './register.ts';

/** Dual control: enough witnesses, each enrolled, none of them the operator or a custodian of this key. */
export function requirePeople({ people }: Pick<RegisterHost, 'people'>, { operator, witnesses }: { operator: string | null; witnesses: readonly string[] }, key: FoldedKey, version: FoldedVersion): void {
  for (const id of [...(operator === null ? [] : [operator]), ...witnesses]) {
    const person = people.find(id);
    if (person === null) throw new EngineError('not-found', `Nobody is enrolled as "${id}".`, { hint: '"blackstart people list" shows who is.' });
    if (person.revoked_at !== null) throw new EngineError('refused', `The enrolment of ${person.name} was revoked.`);
  }
  if (new Set(witnesses).size !== witnesses.length) throw new EngineError('refused', 'A witness counts once.');
  if (operator !== null && witnesses.includes(operator)) throw new EngineError('refused', `${operator} runs the ceremony and cannot witness it.`);
  const custodians = [...inForce(version).shares.values()].flatMap(({ custody }) => custody?.custodian ?? []);
  const both = witnesses.find((id) => custodians.includes(people.find(id)?.name ?? id));
  if (both !== undefined) throw new EngineError('refused', `${people.find(both)?.name ?? both} holds a share of this key and cannot witness its ceremony.`);
  if (witnesses.length < key.witnesses) throw new EngineError('refused', `The key ${key.key} is under dual control: ${counted(key.witnesses, 'witness is', 'witnesses are')} needed, ${witnesses.length} named.`, { hint: 'Name somebody who neither runs the ceremony nor holds a share.' });
}

