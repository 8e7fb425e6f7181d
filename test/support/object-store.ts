/** A real object store with Object Lock on loopback: Ceph's gateway over one monitor and one store in memory. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { CEPH_PROGRAMS, cephEnvironment, startCeph } from './ceph-store.ts';

export const KEYS = { id: 'drillkey', secret: 'drillsecret1234' } as const;
const PROGRAMS = [...CEPH_PROGRAMS, 'openssl'];

/** Programs that are not here; a test that needs them says so and is left out. */
export function missingForObjectStore(): string[] {
  const missing = PROGRAMS.filter((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0);
  if (missing.length > 0) process.stderr.write(`Tests against a real object store are left out, this machine lacks ${missing.join(', ')} (Debian: radosgw, ceph-mon, ceph-osd)\n`);
  return missing;
}

export interface ObjectStore {
  endpoint: string;
  tlsEndpoint: string;
  /** Of the certificate at `tlsEndpoint`. */
  authority: string;
  port: number;
  /** What a probe finds as its environment. */
  env: Record<string, string>;
  /** For tests to put things there; the engine has its own. */
  client: S3Client;
  stop(): Promise<void>;
}

/** A start that stands still this long will not come: a port was taken meanwhile, or the monitor met another one's. */
const STILL_MS = 40_000;
const STARTS = 3;

/** Starts it, with other ports when a start does not come. */
export async function startObjectStore(): Promise<ObjectStore> {
  for (let start = 1; ; start += 1) {
    try {
      return await startOnce();
    } catch (thrown) {
      if (start === STARTS) throw thrown;
    }
  }
}

/** Ceph names files of thousands of parts; all lie in one folder that goes with the store. */
async function startOnce(): Promise<ObjectStore> {
  const folder = mkdtempSync(join(tmpdir(), 'rgw-'));
  const [monitor, gateway, tls] = [await freePort(), await freePort(), await freePort()];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'], { cwd: folder, stdio: 'pipe' });
  const children: ChildProcess[] = [];
  const start = (name: string, [program = '', ...args]: readonly string[]): void => {
    const log = openSync(join(folder, `${name}.out`), 'a');
    children.push(spawn(program, args, { cwd: folder, env: cephEnvironment(folder), stdio: ['ignore', log, log] }));
    closeSync(log);
  };
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const doors = { monitor, gateway, binds: [27_500, 27_999] as const, tls: { port: tls, certificate: join(folder, 'ca.pem'), key: join(folder, 'key.pem') } };
    await startCeph({ folder, ...doors, start, answers: (url) => answers(url, folder) }, [{ uid: 'drill', key: KEYS.id, secret: KEYS.secret }]);
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  const endpoint = `http://127.0.0.1:${gateway}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId: KEYS.id, secretAccessKey: KEYS.secret }, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' });
  const whole = async (): Promise<void> => {
    client.destroy();
    await stop();
  };
  return { endpoint, tlsEndpoint: `https://127.0.0.1:${tls}`, authority: join(folder, 'ca.pem'), port: gateway, env: { PATH: process.env['PATH'] ?? '', HOME: folder, AWS_ACCESS_KEY_ID: KEYS.id, AWS_SECRET_ACCESS_KEY: KEYS.secret }, client, stop: whole };
}

/** A real process has no event for "I answer now". */
async function answers(url: string, folder: string): Promise<void> {
  for (const deadline = Date.now() + STILL_MS; ; await pause(100)) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // not yet
    }
    if (Date.now() > deadline) throw new Error(`the object store does not answer: ${readdirSync(folder).filter((name) => name.endsWith('.out')).map((name) => readFileSync(join(folder, name), 'utf8').slice(-500)).join('\n')}`);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL'); // a store in memory has nothing to keep
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  return z.object({ port: z.number() }).parse(server.address()).port;
}

export interface BreakingLine {
  endpoint: string;
  /** Connections so far. */
  connections(): number;
  /** Ends each further connection once so many bytes of answers came through it; Infinity to let all through. */
  breakAfter(bytes: number): void;
  /** Turns a bit over wherever the store's answer holds these bytes; null to let all through. */
  spoil(bytes: Buffer | null): void;
  stop(): Promise<void>;
}

/** A network that breaks: passes bytes to the store and back, up to a limit. */
export async function breakingLine(port: number): Promise<BreakingLine> {
  let [limit, count] = [Infinity, 0];
  let spoilt: Buffer | null = null;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    count += 1;
    let passed = 0;
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => [near, far].forEach((one) => one.destroy()));
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      const place = spoilt === null ? -1 : chunk.indexOf(spoilt);
      if (place >= 0) chunk[place] = (chunk[place] ?? 0) ^ 0x01;
      const room = limit - passed;
      passed += chunk.length;
      if (chunk.length <= room) near.write(chunk);
      else near.end(chunk.subarray(0, Math.max(0, room)), () => near.destroy());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${portOf(server)}`,
    connections: () => count,
    breakAfter: (bytes) => { limit = bytes; },
    spoil: (bytes) => { spoilt = bytes; },
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

