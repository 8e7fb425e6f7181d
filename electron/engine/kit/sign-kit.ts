/** Makes a folder a kit: the signed list of everything below it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { KitFile } from '../../contract/kit.ts';
import { presentVersion, before, MANIFEST, refuseCollisions, replaceFile } from '../runbook/manifest.ts';
import { signNote, type Signer } from '../note/note.ts';
import { VERSION } from '../version.ts';
import { kitPaths, readKitFile, type OnBytes } from './kit-files.ts';
import { kindOf, kitText, MAX_KIT_FILES, openKit, presentNumber, refuse, type SignedKit } from './kit-manifest.ts';
import { parseVerifier } from '../note/note.ts';

export interface SignRequest {
  signer: Signer;
  number: number;
  /** Milliseconds since 1970. */
  now: number;
  onBytes?: OnBytes;
  signal?: AbortSignal;
}

/** @throws EngineError `refused` when the folder holds what cannot be signed, or `number` is not above the present one */
export async function signKit(folder: string, request: SignRequest): Promise<SignedKit> {
  const { signer, number, now, onBytes, signal } = request;
  const present = presentNumber(folder);
  if (!Number.isSafeInteger(number) || number < 1 || number > 999_999_999) refuse('The number of a kit is a whole number from 1.');
  if (present !== null && number <= present) refuse(`The number ${number} is not above the present one, ${present}.`, `Sign it as number ${present + 1}.`);
  const paths = kitPaths(folder).sort((a, b) => (before(a, b) ? -1 : 1));
  if (paths.length === 0) refuse(`${folder} holds no files to sign.`);
  if (paths.length > MAX_KIT_FILES) refuse(`${folder} holds ${paths.length} files; a kit has at most ${MAX_KIT_FILES}.`);
  refuseCollisions(paths);
  const files: KitFile[] = [];
  for (const path of paths) {
    const modified = Math.max(0, Math.floor(statSync(join(folder, path)).mtimeMs / 1000));
    files.push({ ...(await readKitFile(folder, path, { onBytes, signal })), modified, kind: kindOf(path), path });
  }
  const made_at = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const note = signNote(kitText({ number, made_at, made_with: VERSION, runbooks: runbooksVersion(folder, paths), files }), [signer]);
  const signed = openKit(note, [parseVerifier(signer.vkey)]);
  replaceFile(join(folder, MANIFEST), note);
  return signed;
}

function runbooksVersion(folder: string, paths: readonly string[]): number | null {
  return paths.includes(`runbooks/${MANIFEST}`) ? presentVersion(join(folder, 'runbooks')) : null;
}
