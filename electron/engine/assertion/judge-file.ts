/** Judges a file on disk. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Stats } from 'node:fs';
import { durationSeconds, sizeBytes } from '../../contract/scalars.ts';
import type { FileAssertion } from './describe.ts';
import { fails, holds } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/**
 * @param folder relative paths are relative to it
 * @param now milliseconds since 1970
 */
export async function judgeFile(assertion: FileAssertion, folder: string, now: number): Promise<Verdict> {
  const path = resolve(folder, assertion.file);
  const found = await look(path);
  if (typeof found === 'string') return fails(found);
  if (found === null) return assertion.exists === false ? holds('it is not there') : fails('it is not there');
  if (assertion.exists === false) return fails(`it is there, ${found.size} bytes`);
  const age = Math.round((now - found.mtimeMs) / 1000);
  if (assertion.min_size !== undefined && found.size < sizeBytes(assertion.min_size)) return fails(`it has ${found.size} bytes`);
  if (assertion.max_age !== undefined && age > durationSeconds(assertion.max_age)) return fails(`it was last changed ${age} s ago, at ${found.mtime.toISOString()}`);
  if (assertion.sha256 === undefined) return holds(`it is there, ${found.size} bytes`);
  if (!found.isFile()) return fails('it is not a file, so it has no SHA-256');
  return judgeDigest(path, assertion.sha256);
}

async function judgeDigest(path: string, expected: string): Promise<Verdict> {
  try {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
    const actual = hash.digest('hex');
    return { ok: actual === expected.replace(/^sha256:/u, '').toLowerCase(), actual: `its SHA-256 is ${actual}` };
  } catch (error) {
    return fails(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Null when there is nothing; a text when it cannot be known, which is not the same. */
async function look(path: string): Promise<Stats | string | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return `it cannot be looked at: ${error instanceof Error ? error.message : String(error)}`;
  }
}
