/** Where the PostgreSQL programs lie; distributions keep them off PATH, one folder a major version. */
import { readdirSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { findProgram } from '../find-program.ts';

export interface PostgresPrograms {
  folder: string;
  major: number;
}

const VERSIONED = [
  { root: '/usr/lib/postgresql', bin: 'bin' }, // Debian, Ubuntu
  { root: '/usr', bin: 'bin', prefix: 'pgsql-' }, // PGDG on Red Hat
  { root: '/opt/homebrew/opt', bin: 'bin', prefix: 'postgresql@' },
  { root: '/usr/local/opt', bin: 'bin', prefix: 'postgresql@' },
  { root: '/Applications/Postgres.app/Contents/Versions', bin: 'bin' },
  { root: 'C:\\Program Files\\PostgreSQL', bin: 'bin' },
];

/**
 * The folder that holds server and client programs together.
 * @param major wanted major version; without it the newest wins, since a newer pg_restore reads older dumps
 */
export function findPostgres(env: Readonly<Record<string, string>>, major?: number): PostgresPrograms | null {
  const found = [...onPath(env), ...versioned()].filter((programs) => complete(programs.folder));
  const fitting = major === undefined ? found : found.filter((programs) => programs.major === major || programs.major === 0);
  return fitting.toSorted((a, b) => b.major - a.major)[0] ?? null;
}

/** Major versions at hand, newest first, for messages. */
export function postgresVersions(env: Readonly<Record<string, string>>): number[] {
  const majors = [...onPath(env), ...versioned()].filter((programs) => complete(programs.folder)).map((programs) => programs.major);
  return [...new Set(majors)].toSorted((a, b) => b - a);
}

function complete(folder: string): boolean {
  return ['postgres', 'initdb', 'psql', 'pg_restore', 'pg_controldata'].every((name) => findProgram(name, { PATH: folder }) !== null);
}

function versioned(): PostgresPrograms[] {
  return VERSIONED.flatMap(({ root, bin, prefix = '' }) =>
    entries(root)
      .filter((name) => name.startsWith(prefix) && /^\d+$/u.test(name.slice(prefix.length)))
      .map((name) => ({ folder: join(root, name, bin), major: Number(name.slice(prefix.length)) })),
  );
}

function onPath(env: Readonly<Record<string, string>>): PostgresPrograms[] {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && findProgram('initdb', { PATH: folder }) !== null)
    .map((folder) => ({ folder, major: majorOf(folder) }));
}

/** From `…/16/bin` or the catalogue file beside it; 0 where nothing tells, so that a folder that tells wins. */
function majorOf(folder: string): number {
  const inPath = /(?:^|[\\/@-])(\d{1,2})(?=[\\/]|$)/u.exec(dirname(folder));
  if (inPath?.[1] !== undefined) return Number(inPath[1]);
  const library = entries(join(dirname(folder), 'share', 'postgresql'));
  return library.map((name) => Number(/^(\d+)$/u.exec(name)?.[1] ?? 0)).find((value) => value > 0) ?? 0;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
