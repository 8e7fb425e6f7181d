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
  /** @returns the value of an expression in the page; a promise is awaited */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Reads on for as long as the window lives: a closed pipe would be one more thing that no user has. */
async function debuggingPort(child: ChildProcess, stderr: Readable): Promise<string> {
  let text = '';
  stderr.on('data', (chunk) => { text = (text + String(chunk)).slice(-8_000); });
  return vi.waitUntil(() => {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the window ended before it could be reached: ${text.slice(-2000)}`);
    return /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
  }, { timeout: 60_000, interval: 50 });
}

async function pageAddress(port: string): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
    return Targets.parse(await answer.json()).find(({ type, url }) => type === 'page' && url.startsWith('app://'))?.webSocketDebuggerUrl;
  };
  return vi.waitUntil(find, { timeout: 20_000, interval: 100 });
}

/** @param words the executable's arguments @param env its whole environment */
export async function openPackagedWindow(executable: string, words: string[], env: NodeJS.ProcessEnv): Promise<PackagedWindow> {
  const child = spawn(executable, ['--remote-debugging-port=0', ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const socket = new WebSocket(await pageAddress(await debuggingPort(child, child.stderr)));
  await once(socket, 'open');
  const waiting = new Map<number, (reply: z.infer<typeof Reply>) => void>();
  socket.addEventListener('message', (event) => {
    const reply = Reply.safeParse(JSON.parse(String(event.data)));
    if (reply.success) waiting.get(reply.data.id)?.(reply.data);
  });
  let last = 0;
  const evaluate = async (expression: string): Promise<unknown> => {
    const id = ++last;
    const answered = new Promise<z.infer<typeof Reply>>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, awaitPromise: true, returnByValue: true } }));
    const { result } = await answered;
    if (result?.exceptionDetails !== undefined) throw new Error(`the page threw: ${JSON.stringify(result.exceptionDetails)}`);
    return result?.result?.value;
  };
  return {
    process: child,
    evaluate,
    close: async () => {
      socket.close();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
