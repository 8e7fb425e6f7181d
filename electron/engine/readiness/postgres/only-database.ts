/** Which database of a restored server the check means. */
import { CannotTell } from '../probe.ts';
import type { ScratchPostgres } from './scratch-postgres.ts';

/** @param wanted the check's `database`; without it the one of the application, if there is only one */
export async function chooseDatabase(scratch: ScratchPostgres, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return wanted;
  const rows = await scratch.query("SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1", 'postgres');
  const names = rows.split('\n').filter((name) => name !== '' && name !== scratch.ownDatabase);
  if (names.length > 1) throw new CannotTell('refused', `The restored server has several databases (${names.join(', ')}): say in the check which one, with \`database\`.`);
  return names[0] ?? 'postgres';
}
