/** What a signer of a report signs, as a C2SP signed note: this revision, by its digest, in this role, at this time. */
import { createHash } from 'node:crypto';
import type { Approved } from '../../contract/report-signature.ts';

export interface Statement extends Pick<Approved, 'person' | 'name' | 'role' | 'at' | 'enrolled_at'> {
  run: string;
  revision: number;
  sha256: string; // of the report's canonical bytes
  /** The note that was signed before this one under the same revision; null for the first. */
  before: string | null;
}

/** One `name value` line a field; a name holds no line break. */
export function statementText({ run, revision, sha256, person, name, role, at, enrolled_at, before }: Statement): string {
  const previous = before === null ? '-' : createHash('sha256').update(before).digest('hex');
  return `blackstart/report/v1\nrun ${run}\nrevision ${revision}\nsha256 ${sha256}\nperson ${person}\nname ${name}\nrole ${role}\nenrolled ${enrolled_at}\nat ${at}\nbefore ${previous}\n`;
}

/** A name as it can stand in a note. */
export function onOneLine(name: string): string {
  return name.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim();
}
