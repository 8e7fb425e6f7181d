/**
 * Drives a packaged window over Chromium's own protocol. Playwright needs the inspector of Electron's main process, which
 * a package has fused off.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { vi } from 'vitest';
import { z } from 'zod';

const Targets = z.array(z.looseObject({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string().optional() }));
const Reply = z.looseObject({ id: z.int(), result: z.looseObject({ result: z.looseObject({ value: z.unknown() }).optional(), exceptionDetails: z.unknown().optional() }).optional() });

export interface PackagedWindow {
  process: ChildProcess;
  /** What it wrote to its standard error. */
  said(): string;
  /** @returns the value of an expression in the page; a promise is awaited; null when no reply came */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Reads on for as long as the window lives: a closed pipe would be one more thing that no user has. */
function keepErrors(stderr: Readable): () => string {
  let text = '';
  stderr.on('data', (chunk) => { text = (text + String(chunk)).slice(-8_000); });
  return () => text;
}

async function debuggingPort(child: ChildProcess, said: () => string): Promise<string> {
  return vi.waitUntil(() => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the window ended before it could be reached: ${said().slice(-2000)}`);
    return /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said())?.[1];
  }, { timeout: 60_000, interval: 50 });
}

async function pageAddress(port: string): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    return Targets.parse(await answer.json()).find(({ type, url }) => type === 'page' && url.startsWith('app://'))?.webSocketDebuggerUrl;
  };
  return vi.waitUntil(find, { timeout: 20_000, interval: 100 });
}

/** A reply that a page's navigation swallowed never comes; the question is put again. */
const REPLY_MS = 5_000;

/** @param words the executable's arguments @param env its whole environment */
export async function openPackagedWindow(executable: string, words: string[], env: NodeJS.ProcessEnv): Promise<PackagedWindow> {
  const child = spawn(executable, ['--remote-debugging-port=0', ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = keepErrors(child.stderr);
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  };
  try {
    const socket = new WebSocket(await pageAddress(await debuggingPort(child, said)));
    await once(socket, 'open');
    return { process: child, said, evaluate: evaluator(socket), close: async () => { socket.close(); await close(); } };
  } catch (error) {
    // A window left behind would hold the data folder, and the next one would leave at once.
    await close();
    throw error;
  }
}

function evaluator(socket: WebSocket): PackagedWindow['evaluate'] {
  const waiting = new Map<number, (reply: z.infer<typeof Reply> | null) => void>();
  socket.addEventListener('message', (event) => {
    const reply = Reply.safeParse(JSON.parse(String(event.data)));
    if (reply.success) waiting.get(reply.data.id)?.(reply.data);
  });
  let last = 0;
  return async (expression) => {
    const id = ++last;
    const answered = new Promise<z.infer<typeof Reply> | null>((resolve) => {
      waiting.set(id, resolve);
      setTimeout(() => resolve(null), REPLY_MS).unref();
    });
    socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } }));
    const reply = await answered;
    if (reply === null) return null;
    if (reply.result?.exceptionDetails !== undefined) throw new Error(`the page threw: ${JSON.stringify(reply.result.exceptionDetails)}`);
    return reply.result?.result?.value;
  };
}
