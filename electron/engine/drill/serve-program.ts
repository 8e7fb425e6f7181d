/** Runs the drill's service in this process, and ends it from another one without touching any process by number. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import { withoutFinalNewline } from '../secrets/final-newline.ts';

export interface ServiceFiles {
  program: string;
  database: string;
  certificate: string;
  key: string;
  masterKey: string;
  /** Where the running service says how it is reached; it is gone when the service is. */
  state: string;
}

const ServiceState = z.object({ port: z.int(), pid: z.int(), token: z.string() });
const Program = z.object({ startLanterns: z.custom<(service: Record<string, unknown>) => Promise<unknown>>((value) => typeof value === 'function') });

const STOP_WITHIN_MS = 10_000;

/** The service itself: runs until it is told to stop, and prints one line of JSON when it listens. */
export async function serveProgram(files: ServiceFiles, print: (line: string) => void): Promise<void> {
  const token = randomBytes(24).toString('hex');
  const loaded: unknown = await import(pathToFileURL(files.program).href);
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => { stop = resolve; });
  const started = await Program.parse(loaded).startLanterns({
    database: files.database, certificate: readFileSync(files.certificate), key: readFileSync(files.key),
    masterKey: withoutFinalNewline(readFileSync(files.masterKey)), stopToken: token, onStop: stop,
  });
  const state = { port: z.int().parse(started), pid: process.pid, token };
  writeFileSync(`${files.state}.part`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${files.state}.part`, files.state);
  print(`${JSON.stringify({ port: state.port, pid: state.pid })}\n`);
  await stopped;
  rmSync(files.state, { force: true });
  process.exit(0); // open connections and the listening socket go with the process
}

/** Where a running service is reached; EngineError `not-found` while it is not there yet. */
export function whereIs(stateFile: string): { port: number; pid: number } {
  if (!existsSync(stateFile)) throw new EngineError('not-found', 'The service is not running.', { hint: `It would have written ${stateFile}.` });
  const { port, pid } = ServiceState.parse(JSON.parse(readFileSync(stateFile, 'utf8')));
  return { port, pid };
}

/** Tells the service to end, by the token of its state file, and resolves when its connection has closed. */
export async function stopService(stateFile: string, ca: string): Promise<'stopped' | 'not running'> {
  if (!existsSync(stateFile)) return 'not running';
  const state = ServiceState.parse(JSON.parse(readFileSync(stateFile, 'utf8')));
  const answered = await new Promise<boolean>((resolve, reject) => {
    const call = request({
      host: '127.0.0.1', port: state.port, path: '/stop', method: 'POST', ca: readFileSync(ca), timeout: STOP_WITHIN_MS,
      headers: { authorization: `Bearer ${state.token}`, connection: 'close' },
    });
    call.once('response', (response) => response.resume().once('close', () => { resolve(response.statusCode === 200); }));
    call.once('timeout', () => call.destroy(new EngineError('bad', 'The service does not answer and could not be stopped.', { hint: `End process ${state.pid} by hand.` })));
    call.once('error', (error: NodeJS.ErrnoException) => { if (error.code === 'ECONNREFUSED') resolve(false); else reject(error); });
    call.end();
  });
  rmSync(stateFile, { force: true });
  return answered ? 'stopped' : 'not running';
}
