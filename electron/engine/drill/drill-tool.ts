/**
 * `blackstart drill tool …`: the real tools that the First drill runs, so that it needs nothing from outside.
 * Each prints one JSON document or the rows of a query, and fails with an `EngineError`.
 */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineError } from '../../contract/errors.ts';
import { makeDatabase, placeDatabase, queryDatabase } from './lanterns-database.ts';
import { unpackImage } from './oci-layout.ts';
import { openValue } from './seal.ts';
import { withoutFinalNewline } from '../secrets/final-newline.ts';
import { serveProgram, stopService, whereIs, type ServiceFiles } from './serve-program.ts';

type Options = (name: string) => string;
interface Tool {
  /** Names of the options, all of them needed. */
  needs: readonly string[];
  does: string;
  run: (option: Options, print: (text: string) => void) => Promise<void>;
}

const SERVICE = ['program', 'database', 'certificate', 'key', 'master-key-file', 'state'] as const;

export const DRILL_TOOLS: Readonly<Record<string, Tool>> = {
  'make-database': { needs: ['file', 'until', 'master-key-file'], does: 'writes the fictional service\'s database as it stood at a moment', run: makeDatabaseFile },
  restore: { needs: ['backup', 'identity-file', 'to'], does: 'opens an encrypted backup and puts the database in place', run: restoreBackup },
  query: { needs: ['database', 'sql'], does: 'answers one query from a database, read only', run: async (option, print) => { print(await queryDatabase(option('database'), option('sql'))); } },
  'open-credential': { needs: ['database', 'warden', 'master-key-file'], does: 'opens one stored gate code with the master key, without showing it', run: openCredential },
  unpack: { needs: ['image', 'to'], does: 'checks an OCI image layout blob by blob and unpacks it', run: unpack },
  serve: { needs: SERVICE, does: 'runs the service until it is stopped', run: async (option, print) => serveProgram(serviceFiles(option), print) },
  where: { needs: ['state'], does: 'says where the running service listens', run: async (option, print) => { print(json(whereIs(option('state')))); } },
  stop: { needs: ['state', 'ca'], does: 'stops the service', run: async (option, print) => { print(json({ service: await stopService(option('state'), option('ca')) })); } },
};

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** @param argv what follows `drill tool`: the tool's name and its options */
export async function runDrillTool(argv: readonly string[], print: (text: string) => void): Promise<void> {
  const [name = '', ...rest] = argv;
  const tool = DRILL_TOOLS[name];
  if (tool === undefined) throw new EngineError('usage', `There is no drill tool "${name}".`, { hint: `There are: ${Object.keys(DRILL_TOOLS).join(', ')}.` });
  const values = readOptions(name, tool, rest);
  await tool.run((option) => values[option] ?? '', print);
}

function readOptions(name: string, tool: Tool, rest: readonly string[]): Partial<Record<string, string>> {
  const options = Object.fromEntries(tool.needs.map((option) => [option, { type: 'string' as const }]));
  const usage = { hint: `drill tool ${name} ${tool.needs.map((option) => `--${option} …`).join(' ')}` };
  try {
    const { values } = parseArgs({ args: [...rest], options, strict: true, allowPositionals: false });
    const missing = tool.needs.filter((option) => values[option] === undefined);
    if (missing.length > 0) throw new EngineError('usage', `drill tool ${name} needs --${missing.join(', --')}.`, usage);
    return values;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError('usage', cause instanceof Error ? cause.message : String(cause), { ...usage, cause });
  }
}

function readInput(path: string, what: string): Buffer {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new EngineError('not-found', `There is no ${what} at ${path}.`, { hint: 'blackstart drill prepare makes the drill\'s material.' });
  return readFileSync(path);
}

function readKey(path: string): Uint8Array {
  return withoutFinalNewline(readInput(path, 'master key'));
}

async function makeDatabaseFile(option: Options, print: (text: string) => void): Promise<void> {
  const until = Date.parse(option('until'));
  if (Number.isNaN(until)) throw new EngineError('usage', `--until is not a time: ${option('until')}.`, { hint: 'A time reads 2026-04-25T14:30:00Z.' });
  await makeDatabase({ file: option('file'), until, masterKey: readKey(option('master-key-file')) });
  print(json({ file: option('file') }));
}

async function restoreBackup(option: Options, print: (text: string) => void): Promise<void> {
  const { Decrypter } = await import('age-encryption'); // a large library, for one tool
  const decrypter = new Decrypter();
  const identity = readInput(option('identity-file'), 'identity').toString('utf8').split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-'));
  if (identity === undefined) throw new EngineError('refused', `${option('identity-file')} holds no age identity.`, { hint: 'It has a line that begins with AGE-SECRET-KEY-.' });
  decrypter.addIdentity(identity.trim());
  const sealed = readInput(option('backup'), 'backup');
  const content = await decrypter.decrypt(sealed).catch((cause: unknown) => {
    throw new EngineError('bad', `The backup does not open: ${cause instanceof Error ? cause.message : String(cause)}.`, { hint: 'It is damaged, or it was made for another identity.', cause });
  });
  mkdirSync(dirname(option('to')), { recursive: true });
  const restored = await placeDatabase(option('to'), content);
  print(json(restored));
}

async function openCredential(option: Options, print: (text: string) => void): Promise<void> {
  const rows = await queryDatabase(option('database'), 'SELECT warden, secret FROM credentials');
  const found = rows.split('\n').map((row) => row.split('\t')).find(([warden]) => warden === option('warden'));
  const sealed = found?.[1];
  if (sealed === undefined) throw new EngineError('not-found', `${option('warden')} has no stored gate code in this database.`);
  const plain = openValue(sealed, readKey(option('master-key-file')));
  const length = plain.length;
  plain.fill(0);
  print(json({ warden: option('warden'), opened: true, bytes: length }));
}

async function unpack(option: Options, print: (text: string) => void): Promise<void> {
  mkdirSync(option('to'), { recursive: true });
  print(json(await unpackImage(option('image'), option('to'))));
}

function serviceFiles(option: Options): ServiceFiles {
  return { program: option('program'), database: option('database'), certificate: option('certificate'), key: option('key'), masterKey: option('master-key-file'), state: option('state') };
}
