/**
 * The server of the endpoints: a stand-in for applications that the lab does not have. It answers as they document it, and judges what was
 * restored by asking the real database. Usage: endpoints-server.ts ENDPOINTS_FILE PORTS_FILE PORT…; port 0 takes any. Once it listens, the
 * second file holds the ports, one a line, in the order of the words; endpoints of port 0 are those of the file's key "0".
 */
import { execFile } from 'node:child_process';
import { globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { z } from 'zod';
import { openValue } from '../../electron/engine/drill/seal.ts';
import { Endpoints, type Endpoint, type Probe } from './endpoints.ts';

const run = promisify(execFile);
const [endpointsFile = '', portsFile = '', ...ports] = process.argv.slice(2);

async function holds(probe: Probe): Promise<boolean> {
  const paths = probe.each === undefined ? [''] : globSync(probe.each);
  const answers = await Promise.allSettled(paths.map(async (path) => judge(probe, await lineOf(probe, path))));
  return answers.some((answer) => answer.status === 'fulfilled' && answer.value);
}

async function lineOf({ argv, env }: Probe, path: string): Promise<string> {
  const [program = '', ...rest] = argv.map((word) => word.replaceAll('{}', path));
  const { stdout } = await run(program, rest, { timeout: 20_000, env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8', ...env } });
  return stdout.trim();
}

function judge(probe: Probe, line: string): boolean {
  switch (probe.kind) {
    case 'number': return line !== '' && Number(line) >= probe.min;
    case 'opens': return openValue(line, Buffer.from(readFileSync(probe.keyFile, 'utf8').trim())).length > 0;
  }
}

async function answer(endpoint: Endpoint, response: ServerResponse): Promise<void> {
  const judged = await Promise.all(Object.entries(endpoint.probes).map(async ([name, probe]) => [name, await holds(probe)] as const));
  const { status, body } = judged.every(([, good]) => good) ? endpoint.good : endpoint.bad;
  const subsystems = endpoint.subsystems ? { subsystems: Object.fromEntries(judged.map(([name, good]) => [name, good ? 'healthy' : 'unhealthy'])) } : {};
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ ...body, ...subsystems }));
}

function listen(named: string): Promise<number> {
  const server = createServer((request, response) => {
    const endpoint = Endpoints.parse(JSON.parse(readFileSync(endpointsFile, 'utf8')))[named]?.find(({ path }) => path === request.url);
    if (endpoint === undefined) response.writeHead(404).end();
    else answer(endpoint, response).catch((error: unknown) => { response.writeHead(500).end(String(error)); });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(Number(named), '127.0.0.1', () => { resolve(z.object({ port: z.int() }).parse(server.address()).port); });
  });
}

const taken = await Promise.all(ports.map(listen));
writeFileSync(`${portsFile}.part`, taken.join('\n'));
renameSync(`${portsFile}.part`, portsFile);
