/** What the fictional service of the First drill holds: the lights of a small harbour and who tends them. */
import { randomBytes } from 'node:crypto';
import { sealValue } from './seal.ts';

const QUAYS = ['North quay', 'Fish quay', 'Mole', 'Customs steps', 'Old dock', 'Ferry pier'] as const;
const WARDENS = ['Ines Marlowe', 'Otto Brandvik', 'Sefa Adeyemi', 'Pilar Quint', 'Juno Ferreira', 'Mats Holloway'] as const;
const LANTERNS_PER_QUAY = 8;
const READING_EVERY_MS = 5 * 60_000;
const READINGS_PER_LANTERN = 12;

export interface LanternsRows {
  lanterns: { id: number; quay: string; name: string; watts: number }[];
  /** `secret` is sealed under the master key. */
  credentials: { id: number; warden: string; secret: string }[];
  /** `at` is RFC 3339 UTC with milliseconds; the newest is two minutes before `until`. */
  readings: { lantern: number; at: string; lumens: number }[];
}

export const SCHEMA = `
CREATE TABLE lanterns(id INTEGER PRIMARY KEY, quay TEXT NOT NULL, name TEXT NOT NULL, watts INTEGER NOT NULL) STRICT;
CREATE TABLE credentials(id INTEGER PRIMARY KEY, warden TEXT NOT NULL, secret TEXT NOT NULL) STRICT;
CREATE TABLE readings(id INTEGER PRIMARY KEY, lantern INTEGER NOT NULL REFERENCES lanterns(id), at TEXT NOT NULL, lumens INTEGER NOT NULL) STRICT;
CREATE INDEX readings_at ON readings(at);
`;

function lanterns(): LanternsRows['lanterns'] {
  return QUAYS.flatMap((quay, q) =>
    Array.from({ length: LANTERNS_PER_QUAY }, (_, i) => ({ id: q * LANTERNS_PER_QUAY + i + 1, quay, name: `${quay} ${i + 1}`, watts: 30 + ((q * 7 + i * 5) % 40) })),
  );
}

/** The rows as they stood at `until` (milliseconds since 1970). */
export function lanternsRows(until: number, masterKey: Uint8Array): LanternsRows {
  const posts = lanterns();
  const credentials = WARDENS.map((warden, index) => ({ id: index + 1, warden, secret: sealValue(`gate-${randomBytes(9).toString('base64url')}`, masterKey) }));
  const newest = until - 2 * 60_000;
  const readings = posts.flatMap(({ id, watts }) =>
    Array.from({ length: READINGS_PER_LANTERN }, (_, back) => ({ lantern: id, at: new Date(newest - back * READING_EVERY_MS).toISOString(), lumens: watts * 90 - back })),
  );
  return { lanterns: posts, credentials, readings };
}
