/** `pgbackrest info --output=json`, read for what a check needs. */
import { z } from 'zod';

const Status = z.object({ code: z.int(), message: z.string() });
const Backup = z.object({
  label: z.string(), type: z.string(), error: z.boolean().optional(),
  timestamp: z.object({ stop: z.int() }), info: z.object({ size: z.int() }), database: z.object({ id: z.int() }),
});
const Info = z.array(
  z.object({
    name: z.string(), status: Status, repo: z.array(z.object({ status: Status })).default([]), backup: z.array(Backup).default([]),
    db: z.array(z.object({ id: z.int(), version: z.string() })).default([]),
    archive: z.array(z.object({ max: z.string().nullable().optional() })).default([]),
  }),
);

export interface RepositoryInfo {
  stanza: string;
  label: string; // of the backup that is judged
  type: string; // full, diff, incr
  version: string; // of PostgreSQL
  major: number;
  size: number; // bytes of the database
  backups: number;
  stopMs: number; // when the judged backup ended, milliseconds since 1970
  stopsMs: number[]; // of all backups
  walMax: string | null;
}

const UNREADABLE = 'its index cannot be read: the passphrase is wrong or missing, or the index is damaged';

/** Null when it is no JSON: a message in it can quote bytes that JSON does not allow. */
function parseInfo(text: string): z.infer<typeof Info> | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return Info.parse(value);
}

/** @param set label of the wanted backup, default the newest; @returns why there is none, in words */
export function readInfo(text: string, stanza: string | undefined, set: string | undefined): RepositoryInfo | string {
  const stanzas = parseInfo(text);
  if (stanzas === null) return UNREADABLE;
  const names = stanzas.map((one) => one.name).join(', ');
  const found = stanza === undefined ? (stanzas.length === 1 ? stanzas[0] : undefined) : stanzas.find((one) => one.name === stanza);
  if (found === undefined) return stanzas.length > 1 ? `the repository has several stanzas (${names}): say which one, with \`stanza\`` : 'the repository holds no stanza';
  // with a wrong passphrase the index decrypts to noise, which the message then quotes
  if (found.repo.some((one) => /FormatError|CryptoError|unable to flush|cipher/iu.test(one.status.message))) return UNREADABLE;
  if (found.backup.length === 0) return `the stanza ${found.name} holds no backup that can be read (${found.status.message})`;
  if (found.status.code !== 0) return `the stanza ${found.name} is not in order: ${found.status.message}`;
  const backup = set === undefined ? found.backup.at(-1) : found.backup.find((one) => one.label === set);
  if (backup === undefined) return `the repository holds no backup ${set ?? ''}`;
  if (backup.error === true) return `the backup ${backup.label} was taken with page checksum errors`;
  const version = found.db.find((one) => one.id === backup.database.id)?.version ?? '';
  return {
    stanza: found.name, label: backup.label, type: backup.type, version, major: Number.parseInt(version, 10), size: backup.info.size, backups: found.backup.length,
    stopMs: backup.timestamp.stop * 1000, stopsMs: found.backup.map((one) => one.timestamp.stop * 1000),
    walMax: found.archive.map((one) => one.max).findLast((max) => max !== null && max !== undefined) ?? null,
  };
}
