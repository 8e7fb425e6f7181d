/**
 * Ampora's health endpoints for a rehearsal: a small HTTP server that judges the restored database through psql, and tries the
 * master key on a stored value. Usage: health-server.ts PORT_FILE; the database comes from PGHOST, PGPORT, PGPASSWORD, the key from
 * the file named by AMPORA_MASTER_KEY_FILE.
 */
import { execFile } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { z } from 'zod';
import { openValue } from '../../../electron/engine/drill/seal.ts';

const run = promisify(execFile);

async function query(sql: string): Promise<string> {
  const { stdout } = await run('psql', ['--no-psqlrc', '--username=ampora', '--dbname=ampora', '-v', 'ON_ERROR_STOP=1', '-At', '-c', sql], { timeout: 20_000 });
  return stdout.trim();
}

async function judge(probe: () => Promise<boolean>): Promise<'healthy' | 'unhealthy'> {
  return probe().then((good) => (good ? 'healthy' : 'unhealthy'), () => 'unhealthy');
}

async function keyOpensNewestValue(): Promise<boolean> {
  const sealed = await query('SELECT secret FROM agent_credentials ORDER BY id DESC LIMIT 1');
  const key = readFileSync(z.string().parse(process.env['AMPORA_MASTER_KEY_FILE']), 'utf8').trim();
  return openValue(sealed, Buffer.from(key)).length > 0;
}

async function readiness(response: ServerResponse): Promise<void> {
  const database = await judge(async () => Number(await query('SELECT count(*) FROM tenants')) > 0);
  const keyProtection = await judge(keyOpensNewestValue);
  const status = database === 'healthy' && keyProtection === 'healthy' ? 'healthy' : 'unhealthy';
  response.writeHead(status === 'healthy' ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ status, subsystems: { database, keyProtection } }));
}

const server = createServer((request, response) => {
  if (request.url === '/health/live') response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"alive"}');
  else if (request.url === '/health/ready') void readiness(response);
  else response.writeHead(404).end();
});
server.listen(0, '127.0.0.1', () => {
  const { port } = z.object({ port: z.int() }).parse(server.address());
  const portFile = z.string().parse(process.argv[2]);
  writeFileSync(`${portFile}.part`, String(port));
  renameSync(`${portFile}.part`, portFile);
});
