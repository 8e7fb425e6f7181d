/** One backup that is a file or a folder climbs the proof ladder, from where it lies upwards. */
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { unsealFile } from '../../escrow/proof/known-answer.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { hashWithProgress } from '../probes/file.ts';
import { bareDigest, readSums, sumFor } from '../sums.ts';
import { privateFolder, temporaryFolder } from '../temporary-folder.ts';
import type { Brought, FoundBackup } from './found-backup.ts';
import { judgeFolderSums } from './folder-sums.ts';
import { withoutXz } from './open-xz.ts';
import { aged, judgeRestored, noteRate } from './judge-restored.ts';
import type { OnLadder } from './judge-restored.ts';
import { broken, held, Ladder, unprovable } from './ladder.ts';
import type { Rung } from './ladder.ts';
import type { BackupReader, Inspection, Restored } from './reader.ts';
import { RestoreFailed } from './reader.ts';
import { withRoom } from './room.ts';

type BackupProbe = ProbeOf<'backup'>;

/** Age is judged last: how far an old backup was proven is worth knowing. */
export async function climbFile(probe: BackupProbe, found: FoundBackup, reader: BackupReader, context: ProbeContext): Promise<ProbeFinding> {
  const { name, evidence, mtimeMs, copies } = found;
  const ladder = new Ladder(probe.level, context.clock);
  if (found.size === 0) {
    ladder.set('seen', broken('size', 'the backup is empty: 0 bytes'));
    return ladder.finding(name, evidence);
  }
  ladder.set('seen', held('size and time', `${found.size} bytes`));
  const digest = probe.sha256 !== undefined || probe.sums !== undefined;
  if (ladder.wants('listed') || digest || found.toFetch === 0) await climbFound({ probe, context, ladder, evidence, reader, found });
  return aged(ladder.finding(name, evidence), { probe, name, mtimeMs, copies, now: context.clock.now() });
}

/** What was fetched goes with the climb. */
async function climbFound(parts: OnLadder & { reader: BackupReader; found: FoundBackup }): Promise<void> {
  const { found, context } = parts;
  if (found.toFetch === 0) return climbBrought(parts, await found.bring('', context));
  const folder = temporaryFolder(context.scratchDir);
  try {
    const brought = await withRoom(context, found.toFetch, (guarded) => found.bring(folder, guarded));
    await climbBrought(parts, brought);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function climbBrought(parts: OnLadder & { reader: BackupReader }, brought: Brought): Promise<void> {
  const { probe, context, ladder, evidence } = parts;
  const outside = brought.folder ? await judgeFolderSums(probe, brought.path, context) : await judgeFileSums(probe, brought, evidence, context);
  const proof = outside ?? brought.proof;
  if (outside?.ok === false || brought.proof?.ok === false) {
    ladder.set('intact', outside?.ok === false ? outside : (brought.proof ?? broken('the place', 'its bytes are not what was stored')));
    return;
  }
  if (brought.folder && probe.cipher !== undefined) throw new CannotTell('refused', 'A `cipher` is around one file, and this backup is a folder of many: pack it before it is sealed.');
  await climb({ ...parts, path: brought.path, outside: proof?.ok === true ? proof : null });
}

async function judgeFileSums(probe: BackupProbe, brought: Brought, evidence: Evidence, context: ProbeContext): Promise<Rung | null> {
  const sha256 = brought.sha256 ?? (await hashWithProgress(brought.path, context));
  evidence['sha256'] = sha256;
  return judgeChecksum(probe, brought.path, sha256, context);
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

/** The wrapping that Node cannot open goes first. */
async function climbPlain(parts: Climb): Promise<void> {
  const fault = await withoutXz(parts.path, parts.context, ({ path, proof }) => climbOpened({ ...parts, path, outside: parts.outside ?? proof }));
  if (fault !== null) parts.ladder.set('listed', fault);
}

/** What can be said without restoring, then the restore. */
async function climbOpened(parts: Climb): Promise<void> {
  const { reader, context, ladder, path } = parts;
  const inspection = await reader.inspect(path, context);
  if (inspection.evidence !== undefined) Object.assign(parts.evidence, inspection.evidence);
  if (!setInspection(ladder, inspection, parts.outside)) return;
  if (!ladder.wants('restored')) return;
  const bytes = inspection.restoredSize ?? Number(parts.evidence['size']);
  await withRoom(context, Math.max(Number(parts.evidence['size']), bytes), (guarded) => climbRestored({ ...parts, bytes, context: guarded }));
}

/** The restored copy is stopped whatever its questions gave. */
async function climbRestored(parts: Climb & { bytes: number }): Promise<void> {
  const { context, ladder, bytes } = parts;
  const start = context.clock.uptime();
  const restored = await restoreOrFault(parts);
  if ('fault' in restored) {
    ladder.set('restored', broken('restore', restored.fault));
    return;
  }
  try {
    if (restored.unproven === undefined) noteRate(parts.evidence, { milliseconds: context.clock.uptime() - start, bytes, full: parts.probe.full_size });
    const { unproven } = restored;
    ladder.set('restored', unproven === undefined ? held('restore', restored.detail) : unprovable('restore', restored.detail));
    await judgeRestored(parts, restored);
    if (unproven !== undefined && !ladder.isBroken) throw new CannotTell(unproven.reason, unproven.message, soFar(parts));
  } finally {
    await restored.stop();
  }
}

/** A checksum from outside covers every byte, so it stands before what the format can say of itself. */
function setInspection(ladder: Ladder, inspection: Inspection, outside: Rung | null): boolean {
  if (!ladder.set('listed', inspection.listed)) return false;
  if (inspection.intact?.ok === false) return ladder.set('intact', inspection.intact);
  if (ladder.wants('intact') || outside !== null) {
    const inside = inspection.intact;
    ladder.set('intact', outside ?? inside ?? broken('the format', 'its bytes could not be judged'));
  }
  return true;
}

/** What is the laptop's fault is thrown on and ends as unknown; how far the climb came stays in the evidence. */
async function restoreOrFault({ probe, reader, context, path, ladder, evidence }: Climb): Promise<Restored | { fault: string }> {
  try {
    return await reader.restore(path, context, { database: probe.database });
  } catch (thrown) {
    if (thrown instanceof RestoreFailed) return { fault: `it does not restore: ${thrown.message}` };
    if (thrown instanceof CannotTell) throw new CannotTell(thrown.reason, thrown.message, { ...soFar({ ladder, evidence }), ...thrown.evidence });
    throw thrown;
  }
}

function soFar({ ladder, evidence }: Pick<Climb, 'ladder' | 'evidence'>): Evidence {
  return { ...evidence, level: ladder.level, wanted: ladder.wanted, rungs: ladder.rungs };
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
  const { secret: name, answer } = cipher;
  if (answer === undefined) throw new CannotTell('refused', `The check names the secret ${name} of a sealed backup, but not how it is sealed: give \`cipher.answer\`.`);
  const secret = context.secrets.get(name);
  if (secret === null) throw new CannotTell('secret-missing', `The secret ${name} is not at hand, so the sealed backup cannot be opened.`);
  context.progress('opening the sealed backup');
  const fault = await unsealFile({ answer, secret: secret.bytes(), from, to }, { nodePath: context.nodePath, signal: context.signal });
  return fault === null ? held(answer.kind, 'opened') : broken(answer.kind, `${fault} (tried with the secret ${name})`);
}

/** age and AEAD authenticate every byte; `openssl enc` proves nothing about the bytes. */
function sealProves({ answer }: NonNullable<BackupProbe['cipher']>): Rung | null {
  return answer?.kind === 'age' || answer?.kind === 'aead' ? held(answer.kind, 'the seal authenticates every byte') : null;
}
