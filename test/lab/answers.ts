/** The answers file of an unattended run. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from './lab-account.ts';
import type { RehearsalPlace } from './rehearsal.ts';

export interface Answers {
  decisions?: Readonly<Record<string, string>>;
  confirmations?: Readonly<Record<string, { note?: string; evidence?: readonly string[]; checklist?: readonly boolean[] }>>;
  approvals?: Readonly<Record<string, readonly { by: string; credential_env: string }[]>>;
  /** What is typed to go on, by step. */
  point_of_no_return?: Readonly<Record<string, string>>;
  failures?: Readonly<Record<string, readonly object[]>>;
  attestations?: Readonly<Record<string, { by: string; note: string }>>;
}

/** Writes it where the lab's account can read it, and returns its path. */
export function writeAnswers(place: RehearsalPlace, answers: Answers): string {
  const path = join(place.folder, 'answers.yaml');
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(answers, null, 2));
  giveToLab(path);
  return path;
}

/** So many points of a checklist, all ticked. */
export function ticked(count: number): boolean[] {
  return Array.from({ length: count }, () => true);
}

/** Each of these steps is typed as it asks: with its own id. */
export function typed(...ids: string[]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, id]));
}
