/** `backup`: one backup climbs the proof ladder as far as the check asks. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BackupEngine, ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { unsealFile } from '../../escrow/known-answer.ts';
import { ageSeconds } from '../age.ts';
import { aged, judgeRestored, noteRate } from '../backup/judge-restored.ts';
import type { OnLadder } from '../backup/judge-restored.ts';
import { broken, held, Ladder } from '../backup/ladder.ts';
import type { Rung } from '../backup/ladder.ts';
import { mysqldump } from '../backup/mysqldump.ts';
import { probePgBackRest } from '../backup/pgbackrest.ts';
import { findCopies } from '../backup/pick-backup.ts';
import { postgresCustom } from '../backup/postgres-custom.ts';
import { postgresDumpall, postgresPlain } from '../backup/postgres-plain.ts';
import { withRoom } from '../backup/room.ts';
import type { BackupReader, Inspection, Restored } from '../backup/reader.ts';
import { RestoreFailed } from '../backup/reader.ts';
import { sqlite } from '../backup/sqlite.ts';
import { privateFolder } from '../temporary-folder.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { CannotTell, fail, unknown } from '../probe.ts';
import { bareDigest, readSums, sumFor } from '../sums.ts';
import { hashWithProgress } from './file.ts';

type BackupProbe = ProbeOf<'backup'>;

/** Refuses what makes no sense or is not supported before anything is read; everything else is said by the ladder. */
export const probeBackup: ProbeRunner<'backup'> = async (probe, context) => {
  const senseless = senselessLevel(probe);
  if (senseless !== null) return unknown('refused', senseless);
  if (/^[a-z][a-z0-9+.-]+:\/\//iu.test(probe.at)) return unknown('unsupported', `Backups at ${probe.at.split('://')[0] ?? ''}:// addresses are not supported by this version; fetch the backup to this laptop first.`);
  if (probe.engine === 'pgbackrest') return probePgBackRest(probe, context);
  const reader = readerOf(probe.engine);
  if (reader === null) return unknown('unsupported', `Backups of the kind ${probe.engine} are not supported by this version.`);
  return probeFileBackup(probe, reader, context);
};

/** Null for kinds that this version cannot read. */
function readerOf(engine: Exclude<BackupEngine, 'pgbackrest'>): BackupReader | null {
  switch (engine) {
    case 'postgres-custom': return postgresCustom;
    case 'postgres-plain': return postgresPlain;
    case 'postgres-dumpall': return postgresDumpall;
    case 'sqlite': return sqlite;
    case 'mysqldump': return mysqldump;
    case 'mongodump':
    case 'velero':
    case 'restic':
    case 'tar':
      return null;
  }
}

/** Passing a level that nothing was asked for would prove nothing. */
function senselessLevel(probe: BackupProbe): string | null {
  if (probe.level === 'asserted' && probe.assert === undefined) return 'The check asks for the level "asserted" but says nothing that must hold: give `assert`.';
  if (probe.level === 'key-proven' && probe.key === undefined) return 'The check asks for the level "key-proven" but names no key: give `key`.';
  return null;
}

/** Age is judged last: how far an old backup was proven is worth knowing. */
async function probeFileBackup(probe: BackupProbe, reader: BackupReader, context: ProbeContext): Promise<ProbeFinding> {
  const at = context.resolve(probe.at);
  const copies = findCopies(at);
  const newest = copies[0];
  if (newest === undefined) return fail(`There is no backup at ${at}.`, { path: at, level: null, wanted: probe.level, rungs: [] });
  const now = context.clock.now();
  const evidence: Evidence = { path: newest.path, size: newest.size, age_s: ageSeconds(newest.mtimeMs, now) };
  const name = basename(newest.path);
  const ladder = new Ladder(probe.level);
  if (newest.size === 0) {
    ladder.set('seen', broken('size', 'the backup is empty: 0 bytes'));
    return ladder.finding(name, evidence);
  }
  ladder.set('seen', held('size and time', `${newest.size} bytes`));
  evidence['sha256'] = await hashWithProgress(newest.path, context);
  const outside = judgeChecksum(probe, newest.path, evidence['sha256'], context);
  if (outside?.ok === false) {
    ladder.set('intact', outside);
    return ladder.finding(name, evidence);
  }
  await climb({ probe, reader, context, ladder, evidence, path: newest.path, outside });
  const finding = ladder.finding(name, evidence);
  return aged(finding, { probe, name, mtimeMs: newest.mtimeMs, copies: copies.map((copy) => copy.mtimeMs), now });
}

interface Climb extends OnLadder {
  reader: BackupReader;
  path: string;
  outside: Rung | null;
}

/** From the file on disk upwards; a sealed backup is opened first, into a private folder that goes with the climb. */
async function climb(parts: Climb): Promise<void> {
  const { probe, context, ladder } = parts;
  if (!ladder.wants('listed')) return;
  if (probe.cipher === undefined) return climbPlain(parts);
  const folder = privateFolder(context.scratchDir, Number(parts.evidence['size']));
  try {
    const opened = await openSeal(probe.cipher, parts.path, join(folder, 'backup'), context);
    if (opened.ok === false) {
      ladder.set('listed', opened);
      return;
    }
    await climbPlain({ ...parts, path: join(folder, 'backup'), outside: parts.outside ?? sealProves(probe.cipher) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What can be said without restoring, then the restore. */
async function climbPlain(parts: Climb): Promise<void> {
  const { reader, context, ladder, path } = parts;
  const inspection = await reader.inspect(path, context);
  if (!setInspection(ladder, inspection, parts.outside)) return;
  if (!ladder.wants('restored')) return;
  await withRoom(context, Number(parts.evidence['size']), (guarded) => climbRestored({ ...parts, context: guarded }));
}

/** The restored copy is stopped whatever its questions gave. */
async function climbRestored(parts: Climb): Promise<void> {
  const { context, ladder } = parts;
  const start = context.clock.uptime();
  const restored = await restoreOrFault(parts);
  if ('fault' in restored) {
    ladder.set('restored', broken('restore', restored.fault));
    return;
  }
  try {
    noteRate(parts.evidence, context.clock.uptime() - start);
    ladder.set('restored', held('restore', restored.detail));
    await judgeRestored(parts, restored);
  } finally {
    await restored.stop();
  }
}

/** A checksum from outside covers every byte, so it stands before what the format can say of itself. */
function setInspection(ladder: Ladder, inspection: Inspection, outside: Rung | null): boolean {
  if (!ladder.set('listed', inspection.listed)) return false;
  if (ladder.wants('intact') || outside !== null) {
    const inside = inspection.intact;
    ladder.set('intact', outside ?? inside ?? broken('the format', 'its bytes could not be judged'));
  }
  return true;
}

/** What is the laptop's fault is thrown on and ends as unknown. */
async function restoreOrFault({ probe, reader, context, path }: Climb): Promise<Restored | { fault: string }> {
  try {
    return await reader.restore(path, context, { database: probe.database });
  } catch (thrown) {
    if (thrown instanceof RestoreFailed) return { fault: `it does not restore: ${thrown.message}` };
    throw thrown;
  }
}

/** Null when no checksum was given; a file that the sums do not list is a fault, not a gap. */
function judgeChecksum(probe: BackupProbe, path: string, sha256: string, context: ProbeContext): Rung | null {
  if (probe.sha256 !== undefined && bareDigest(probe.sha256) !== sha256) return broken('sha256', 'the backup was changed or is damaged: its SHA-256 is not the recorded one');
  if (probe.sums === undefined) return probe.sha256 === undefined ? null : held('sha256', 'its SHA-256 is the recorded one');
  const listed = sumFor(readSums(context.resolve(probe.sums)), path);
  if (listed === null) return broken(`sums ${basename(probe.sums)}`, `${basename(probe.sums)} has no checksum for ${basename(path)}`);
  return listed === sha256 ? held(`sums ${basename(probe.sums)}`, 'its SHA-256 is the recorded one') : broken(`sums ${basename(probe.sums)}`, `the backup was changed or is damaged: its SHA-256 is not the one in ${basename(probe.sums)}`);
}

/** @param to a path in a private folder; nothing is left there when the seal does not open */
async function openSeal(cipher: NonNullable<BackupProbe['cipher']>, from: string, to: string, context: ProbeContext): Promise<Rung> {
  const secret = context.secrets.get(cipher.secret);
  if (secret === null) throw new CannotTell('secret-missing', `The secret ${cipher.secret} is not at hand, so the sealed backup cannot be opened.`);
  context.progress('opening the sealed backup');
  const fault = await unsealFile({ answer: cipher.answer, secret: secret.bytes(), from, to }, { nodePath: context.nodePath, signal: context.signal });
  return fault === null ? held(cipher.answer.kind, 'opened') : broken(cipher.answer.kind, `${fault} (tried with the secret ${cipher.secret})`);
}

/** age and AEAD authenticate every byte; `openssl enc` proves nothing about the bytes. */
function sealProves(cipher: NonNullable<BackupProbe['cipher']>): Rung | null {
  return cipher.answer.kind === 'age' || cipher.answer.kind === 'aead' ? held(cipher.answer.kind, 'the seal authenticates every byte') : null;
}
