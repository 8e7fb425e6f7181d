import { EngineError } from '../../../electron/contract/errors.ts';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { queryDatabase } from '../../../electron/engine/drill/lanterns-database.ts';
import { unpackImage, writeOciLayout } from '../../../electron/engine/drill/oci-layout.ts';
import { openValue, sealValue } from '../../../electron/engine/drill/seal.ts';
import { drillTool, makeMaterial, type Material } from './drill-material.ts';

let material: Material;
let database: string;
beforeAll(async () => {
  material = await makeMaterial();
  database = material.path('work/lanterns.sqlite');
  await drillTool('restore', '--backup', material.path('backup/lanterns-evening.sqlite.age'), '--identity-file', material.path('kit/backup-identity.txt'), '--to', database);
});
afterAll(() => { rmSync(material.dataDir, { recursive: true, force: true }); });

describe('the command line of the drill tools', () => {
  it('names the tools that there are', async () => {
    await expect(drillTool('repair')).rejects.toSatisfy((error) => error instanceof EngineError && error.code === 'usage' && (error.hint ?? '').includes('restore, query'));
  });
  it('says which option is missing', async () => {
    await expect(drillTool('query', '--database', database)).rejects.toMatchObject({ code: 'usage', message: 'drill tool query needs --sql.' });
  });
  it('refuses options that it does not know', async () => {
    await expect(drillTool('query', '--sqll', 'x')).rejects.toMatchObject({ code: 'usage' });
  });
  it('refuses a moment that is none', async () => {
    await expect(drillTool('make-database', '--file', `${database}.new`, '--until', 'dusk', '--master-key-file', material.masterKey)).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('restoring', () => {
  const restore = (backup: string, identity: string) => drillTool('restore', '--backup', backup, '--identity-file', identity, '--to', material.path('work/other.sqlite'));

  it.each([30, 300, 20_000])('refuses a backup with a changed byte at %i and leaves nothing in place', async (at) => {
    const damaged = material.path('work/damaged.age');
    const bytes = readFileSync(material.path('backup/lanterns-evening.sqlite.age'));
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
    writeFileSync(damaged, bytes);
    await expect(restore(damaged, material.path('kit/backup-identity.txt'))).rejects.toSatisfy((error) => error instanceof EngineError && error.code === 'bad' && error.message.startsWith('The backup does not open'));
    expect(readdirSync(material.path('work'))).not.toContain('other.sqlite');
  });
  it('refuses a file without an identity', async () => {
    await expect(restore(material.path('backup/lanterns-evening.sqlite.age'), material.masterKey)).rejects.toMatchObject({ code: 'refused' });
  });
  it('says when there is no backup', async () => {
    await expect(restore(material.path('backup/none.age'), material.path('kit/backup-identity.txt'))).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the master key', () => {
  it('opens the same codes when its file was saved on Windows', async () => {
    const saved = material.path('work/windows.key');
    writeFileSync(saved, `${readFileSync(material.masterKey, 'utf8').trimEnd()}\r\n`);
    const open = (file: string) => drillTool('open-credential', '--database', database, '--warden', 'Ines Marlowe', '--master-key-file', file);
    expect(await open(saved)).toContain('"opened":true');
    expect(await open(saved)).toBe(await open(material.masterKey));
  });
});

describe('reading the restored database', () => {
  it('prints rows as lines, columns with tabs, NULL as \\N', async () => {
    expect(await queryDatabase(database, "SELECT 1, NULL, 'two', x'ff' UNION ALL SELECT 2, 'x', NULL, NULL")).toBe('1\t\\N\ttwo\t\\xff\n2\tx\t\\N\t\\N\n');
  });
  it('cannot be made to change it', async () => {
    await expect(queryDatabase(database, 'DELETE FROM lanterns')).rejects.toMatchObject({ code: 'bad' });
    expect(await queryDatabase(database, 'SELECT count(*) FROM lanterns')).toBe('48\n');
  });
  it('says when there is none', async () => {
    await expect(queryDatabase(`${database}.none`, 'SELECT 1')).rejects.toMatchObject({ code: 'not-found' });
  });
  it('refuses a gate code under another key', async () => {
    const other = material.path('work/other.key');
    writeFileSync(other, 'not the key of that time\n');
    await expect(drillTool('open-credential', '--database', database, '--warden', 'Ines Marlowe', '--master-key-file', other)).rejects.toMatchObject({ code: 'bad', message: 'The master key does not open the stored value.' });
  });
  it('says when a warden has no gate code', async () => {
    await expect(drillTool('open-credential', '--database', database, '--warden', 'Nobody', '--master-key-file', material.masterKey)).rejects.toMatchObject({ code: 'not-found' });
  });
  it('opens what was sealed, and refuses a text that is not sealed', () => {
    const key = Buffer.from('a key of some length');
    expect(openValue(sealValue('gate-1', key), key).toString()).toBe('gate-1');
    expect(() => openValue('plain text', key)).toThrow('not a sealed one');
  });
});

describe('unpacking an image', () => {
  it('refuses a layer with a changed byte before anything is written', async () => {
    const damaged = material.path('work/damaged-image');
    cpSync(material.path('image'), damaged, { recursive: true });
    for (const name of readdirSync(join(damaged, 'blobs/sha256'))) {
      const blob = join(damaged, 'blobs/sha256', name);
      const bytes = readFileSync(blob);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
      writeFileSync(blob, bytes);
      await expect(unpackImage(damaged, material.path('work/unpacked-damaged'))).rejects.toMatchObject({ code: 'bad' });
      cpSync(join(material.path('image'), 'blobs/sha256', name), blob);
    }
    expect(readdirSync(material.path('work'))).not.toContain('unpacked-damaged');
  });
  it('refuses a path that leads outside', async () => {
    const evil = material.path('work/evil-image');
    mkdirSync(evil);
    await writeOciLayout(evil, { tag: 'v1', files: { '../outside': 'x' }, entrypoint: [] });
    await expect(unpackImage(evil, material.path('work/unpacked-evil'))).rejects.toMatchObject({ code: 'refused' });
  });
});

const MAIN = `import { runDrillTool } from ${JSON.stringify(join(import.meta.dirname, '..', '..', '..', 'electron/engine/drill/drill-tool.ts'))};
await runDrillTool(process.argv.slice(2), (text) => process.stdout.write(text));`;

describe('the service', () => {
  const Where = z.object({ port: z.int(), pid: z.int() });

  interface Running {
    /** Its first line, which it prints once it listens; '' when it ended before. */
    first: string;
    ended: Promise<number | null>;
  }
  async function serve(change: { masterKey?: string; program?: string } = {}): Promise<Running> {
    const main = material.path('work/main.ts');
    writeFileSync(main, MAIN);
    const options = ['--program', change.program ?? material.path('work/image/app/lanterns.mjs'), '--database', database, '--certificate', material.path('tls/server.crt'),
      '--key', material.path('tls/server.key'), '--master-key-file', change.masterKey ?? material.masterKey, '--state', state];
    const child = spawn(process.execPath, [main, 'serve', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const line = new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => { resolve(bytes.toString('utf8')); }));
    return { first: await Promise.race([line, ended.then(() => '')]), ended };
  }
  const stop = () => drillTool('stop', '--state', state, '--ca', material.path('tls/ca.crt'));
  let state: string;

  async function get(port: number, path: string): Promise<{ status: number | undefined; body: string }> {
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, ca: readFileSync(material.path('tls/ca.crt')), agent: false }, (response) => {
        let body = '';
        response.on('data', (bytes: Buffer) => { body += bytes.toString('utf8'); }).once('end', () => { resolve({ status: response.statusCode, body }); });
      });
      call.once('error', reject).end();
    });
  }

  beforeAll(async () => {
    state = material.path('work/service.json');
    await drillTool('unpack', '--image', material.path('image'), '--to', material.path('work/image'));
  });

  it('answers over HTTPS from the restored database, and is gone after stop', async () => {
    const running = await serve();
    const { port } = Where.parse(JSON.parse(running.first));
    expect(await drillTool('where', '--state', state)).toBe(running.first);
    const ready = await get(port, '/health/ready');
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toEqual({ ready: true, lanterns: 48, gate_codes: 6, subsystems: { database: 'ok', key: 'ok' } });
    expect((await get(port, '/')).body).toContain('The harbour is lit');
    expect((await get(port, '/elsewhere')).status).toBe(404);
    expect(await stop()).toBe('{"service":"stopped"}\n');
    expect(await running.ended).toBe(0);
    await expect(get(port, '/health/live')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await stop()).toBe('{"service":"not running"}\n');
    await expect(drillTool('where', '--state', state)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is not stopped by anybody who does not hold its token', async () => {
    const running = await serve();
    const { port } = Where.parse(JSON.parse(running.first));
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/stop', method: 'POST', ca: readFileSync(material.path('tls/ca.crt')), headers: { authorization: 'Bearer guess' } }, (response) => { response.resume(); resolve(response.statusCode); }).once('error', reject).end();
    });
    expect(status).toBe(404);
    expect((await get(port, '/health/live')).status).toBe(200);
    await stop();
  });

  it('does not call itself ready under another key', async () => {
    const other = material.path('work/other.key');
    writeFileSync(other, 'not the key of that time\n');
    const { port } = Where.parse(JSON.parse((await serve({ masterKey: other })).first));
    const ready = await get(port, '/health/ready');
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body)).toMatchObject({ ready: false, subsystems: { key: 'wrong key' } });
    await stop();
  });

  it('fails to start without its program, and says so by its exit code', async () => {
    const running = await serve({ program: material.path('work/none.mjs') });
    expect(running.first).toBe('');
    expect(await running.ended).not.toBe(0);
  });

  it('counts as not running when its state was left behind by a crash', async () => {
    writeFileSync(state, JSON.stringify({ port: 1, pid: 1, token: 'none' }));
    expect(await stop()).toBe('{"service":"not running"}\n');
  });
});
