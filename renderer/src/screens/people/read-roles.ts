import { Id } from '../../../../electron/contract/scalars.ts';

/** `operator, dba` as roles, each once; a problem when a word cannot be one. */
export function readRoles(text: string): { roles: string[]; problem: string | null } {
  const words = [...new Set(text.split(/[\s,;]+/u).filter((word) => word !== ''))];
  const wrong = words.find((word) => !Id.safeParse(word).success);
  return { roles: words, problem: wrong === undefined ? null : `“${wrong}” cannot be a role: a-z, 0-9 and “-”, beginning with a letter.` };
}
