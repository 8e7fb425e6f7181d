/** `backup`: one backup climbs the proof ladder as far as the check asks. */
import type { BackupEngine, ProbeOf } from '../../../contract/check.ts';
import type { ProbeFinding } from '../../../contract/readiness.ts';
import { climbFile } from '../backup/climb-file.ts';
import { findHere } from '../backup/found-backup.ts';
import { findInS3 } from '../backup/found-in-s3.ts';
import { withFault } from '../backup/name-fault.ts';
import { mongodump } from '../backup/mongodump.ts';
import { mysqldump } from '../backup/mysqldump.ts';
import { probePgBackRest } from '../backup/pgbackrest.ts';
import { postgresCustom } from '../backup/postgres-custom.ts';
import { postgresDumpall, postgresPlain } from '../backup/postgres-plain.ts';
import type { BackupReader } from '../backup/reader.ts';
import { probeRestic } from '../backup/restic.ts';
import { sqlite } from '../backup/sqlite.ts';
import { tar } from '../backup/tar.ts';
import { velero } from '../backup/velero.ts';
import { onMirror } from '../backup/on-mirror.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, unknown } from '../probe.ts';
import { isS3 } from '../s3/s3-address.ts';

type BackupProbe = ProbeOf<'backup'>;

/** Refuses what makes no sense or is not supported before anything is read; everything else is said by the ladder. */
export const probeBackup: ProbeRunner<'backup'> = async (probe, context) => withFault(await probeEngine(probe, context));

const probeEngine: ProbeRunner<'backup'> = async (probe, context) => {
  const senseless = senselessLevel(probe);
  if (senseless !== null) return unknown('refused', senseless);
  // restic has an S3 client of its own, and speaks to other places as well
  if (probe.engine === 'restic') return probeRestic(probe, context);
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//iu.exec(probe.at)?.[1];
  if (scheme !== undefined && !isS3(probe.at)) return unknown('unsupported', `Backups at ${scheme}:// addresses are not supported by this version; fetch the backup to this laptop first.`);
  if (probe.engine === 'pgbackrest') return isS3(probe.at) ? onMirror(probe, context, probePgBackRest) : probePgBackRest(probe, context);
  return probeFileBackup(probe, readerOf(probe.engine), context);
};

function readerOf(engine: Exclude<BackupEngine, 'pgbackrest' | 'restic'>): BackupReader {
  switch (engine) {
    case 'postgres-custom': return postgresCustom;
    case 'postgres-plain': return postgresPlain;
    case 'postgres-dumpall': return postgresDumpall;
    case 'sqlite': return sqlite;
    case 'mysqldump': return mysqldump;
    case 'mongodump': return mongodump;
    case 'tar': return tar;
    case 'velero': return velero;
  }
}

/** Passing a level that nothing was asked for would prove nothing. */
function senselessLevel(probe: BackupProbe): string | null {
  if (probe.level === 'asserted' && probe.assert === undefined) return 'The check asks for the level "asserted" but says nothing that must hold: give `assert`.';
  if (probe.level === 'key-proven' && probe.key === undefined) return 'The check asks for the level "key-proven" but names no key: give `key`.';
  return null;
}

async function probeFileBackup(probe: BackupProbe, reader: BackupReader, context: ProbeContext): Promise<ProbeFinding> {
  if (isS3(probe.at)) return findInS3(probe, reader, context, (found) => climbFile(probe, found, reader, context));
  const at = context.resolve(probe.at);
  const found = findHere(at, reader, context.clock.now());
  return found === null ? fail(`There is no backup at ${at}.`, { path: at, level: null, wanted: probe.level, rungs: [] }) : climbFile(probe, found, reader, context);
}
