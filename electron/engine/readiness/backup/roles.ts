/** Roles that a dump speaks of but does not make: a scratch server has to know them, or its restore fails. */
import type { ScratchPostgres } from '../postgres/scratch-postgres.ts';

const NAME = String.raw`("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_$]*)`;
const PATTERNS = [
  new RegExp(String.raw`\bOWNER TO ${NAME};\s*$`, 'u'),
  new RegExp(String.raw`^(?:GRANT|REVOKE) .* (?:TO|FROM) ${NAME}(?: WITH GRANT OPTION)?;\s*$`, 'u'),
  new RegExp(String.raw`^ALTER DEFAULT PRIVILEGES FOR ROLE ${NAME} `, 'u'),
  new RegExp(String.raw`^SET SESSION AUTHORIZATION ${NAME};\s*$`, 'u'),
  new RegExp(String.raw`^CREATE POLICY .* TO ${NAME}(?:, [^;]*)?(?: USING| WITH CHECK|;)`, 'u'),
];
const BUILT_IN = new Set(['public', 'postgres', 'current_user', 'session_user', 'current_role', 'default']);

/** One statement a line, as pg_dump writes them. Names come as written, quoted or not. */
export function rolesIn(lines: Iterable<string>): string[] {
  const roles = new Set<string>();
  for (const line of lines) {
    for (const role of rolesOfLine(line)) roles.add(role);
  }
  return [...roles];
}

export function rolesOfLine(line: string): string[] {
  if (!/\b(?:TO|FROM|ROLE|AUTHORIZATION)\b/u.test(line)) return [];
  return PATTERNS.flatMap((pattern) => pattern.exec(line)?.[1] ?? []).filter((name) => !BUILT_IN.has(name.toLowerCase()) && !name.startsWith('pg_'));
}

export async function createRoles(scratch: ScratchPostgres, roles: readonly string[]): Promise<void> {
  if (roles.length > 0) await scratch.query(roles.map((role) => `CREATE ROLE ${role};`).join('\n'));
}
