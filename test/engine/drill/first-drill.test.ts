import { createHash, X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDrillDataDir, prepareFirstDrill } from '../../../electron/engine/drill/first-drill.ts';
import { openValue } from '../../../electron/engine/drill/seal.ts';
import { filesWith } from '../../support/secret-traces.ts';
import { drillHost, drillTool, makeMaterial, rebuiltKey, NOW, RUNBOOK_DIR, type Material } from './drill-material.ts';

let material: Material;
beforeAll(async () => { material = await makeMaterial(); });
afterAll(() => { rmSync(material.dataDir, { recursive: true, force: true }); });

const HOUR_MS = 3_600_000;

function digestOfTree(folder: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).sort((a, b) => join(a.parentPath, a.name).localeCompare(join(b.parentPath, b.name)))) {
    if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest('hex');
}

describe('the material of the First drill', () => {
  it('lies in a data folder of its own', () => {
    expect(firstDrillDataDir('/data')).toBe(join('/data', 'first-drill'));
  });

  it('restores to a database of 48 lanterns whose gate codes the master key opens', async () => {
    const to = material.path('restored.sqlite');
    const restored: unknown = JSON.parse(await drillTool('restore', '--backup', material.path('backup/lanterns-evening.sqlite.age'), '--identity-file', material.path('kit/backup-identity.txt'), '--to', to));
    expect(restored).toMatchObject({ tables: 3, integrity: 'ok' });
    expect(await drillTool('query', '--database', to, '--sql', 'SELECT count(*) FROM lanterns')).toBe('48\n');
    expect(await drillTool('query', '--database', to, '--sql', 'SELECT max(at) FROM readings')).toBe('2026-11-20T17:58:00.000Z\n');
    expect(JSON.parse(await drillTool('open-credential', '--database', to, '--warden', 'Ines Marlowe', '--master-key-file', material.masterKey))).toEqual({ warden: 'Ines Marlowe', opened: true, bytes: 17 });
    rmSync(to);
  });

  it('holds a backup of the day before as well', async () => {
    const to = material.path('restored.sqlite');
    await drillTool('restore', '--backup', material.path('backup/lanterns-yesterday.sqlite.age'), '--identity-file', material.path('kit/backup-identity.txt'), '--to', to);
    expect(await drillTool('query', '--database', to, '--sql', 'SELECT max(at) FROM readings')).toBe('2026-11-19T17:58:00.000Z\n');
    rmSync(to);
  });

  it('has sums that match its files', () => {
    for (const line of material.text('backup/SHA256SUMS').trim().split('\n')) {
      const [digest, name = ''] = line.split('  ');
      expect(createHash('sha256').update(readFileSync(material.path(`backup/${name}`))).digest('hex')).toBe(digest);
    }
  });

  it('has a canary that the master key opens', () => {
    expect(openValue(material.text('kit/canary.txt'), Buffer.from(readFileSync(material.masterKey, 'utf8').trim())).toString()).toBe('The lamps are lit.');
  });

  it('has a certificate for lanterns.example and 127.0.0.1 that its CA signed and its key fits', () => {
    const certificate = new X509Certificate(material.text('tls/server.crt'));
    expect(certificate.checkHost('lanterns.example')).toBe('lanterns.example');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.verify(new X509Certificate(material.text('tls/ca.crt')).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(material.text('tls/server.key')))).toBe(true);
  });

  it('keeps keys readable by their owner only', () => {
    for (const part of ['custodians/1-ines-marlowe.share', 'kit/backup-identity.txt', 'tls/server.key']) expect(statSync(material.path(part)).mode & 0o777).toBe(0o600);
  });
});

describe('the master key of the First drill', () => {
  it('lies nowhere in one piece, and any three of five shares make it', async () => {
    const key = readFileSync(material.masterKey, 'utf8').trim();
    expect(await rebuiltKey(material.path('custodians'))).toBe(key);
    expect(filesWith(material.path('.'), key)).toEqual([]);
  });
});

describe('preparing the First drill again', () => {
  it('makes nothing when the material is there', async () => {
    const before = digestOfTree(material.path('.'));
    expect(await prepareFirstDrill(drillHost(material.dataDir, { now: NOW + HOUR_MS }))).toBe(false);
    expect(digestOfTree(material.path('.'))).toBe(before);
  });

  it('leaves damaged material as it is, however old, so that readiness can say so', async () => {
    const damaged = await makeMaterial();
    const backup = damaged.path('backup/lanterns-evening.sqlite.age');
    const bytes = readFileSync(backup);
    bytes.writeUInt8(bytes.readUInt8(400) ^ 1, 400);
    writeFileSync(backup, bytes);
    utimesSync(damaged.path('SHA256SUMS'), new Date(NOW), new Date(NOW));
    expect(await prepareFirstDrill(drillHost(damaged.dataDir, { now: NOW + 48 * HOUR_MS }))).toBe(false);
    expect(readFileSync(backup).equals(bytes)).toBe(true);
    rmSync(damaged.dataDir, { recursive: true });
  });

  it('makes a whole but old set anew, since the service has gone on running', async () => {
    const old = await makeMaterial();
    utimesSync(old.path('SHA256SUMS'), new Date(NOW), new Date(NOW));
    expect(await prepareFirstDrill(drillHost(old.dataDir, { now: NOW + 13 * HOUR_MS }))).toBe(true);
    expect(readdirSync(old.dataDir)).toEqual(['lanterns']);
    rmSync(old.dataDir, { recursive: true });
  });

  it('makes everything anew when asked to', async () => {
    const some = await makeMaterial();
    const key = await rebuiltKey(some.path('custodians'));
    expect(await prepareFirstDrill(drillHost(some.dataDir, { fresh: true }))).toBe(true);
    expect(await rebuiltKey(some.path('custodians'))).not.toBe(key);
    rmSync(some.dataDir, { recursive: true });
  });

  it('clears away what an interrupted attempt left, and begins again', async () => {
    const some = await makeMaterial();
    rmSync(some.path('.'), { recursive: true });
    mkdirSync(join(some.dataDir, 'lanterns.new-0123456789ab', 'kit'), { recursive: true });
    mkdirSync(join(some.dataDir, 'lanterns.old-0123456789ab'));
    expect(await prepareFirstDrill(drillHost(some.dataDir))).toBe(true);
    expect(readdirSync(some.dataDir)).toEqual(['lanterns']);
    rmSync(some.dataDir, { recursive: true });
  });

  it('leaves no half-made material when the maker fails', async () => {
    const some = await makeMaterial();
    const failing = drillHost(some.dataDir, { fresh: true, makeDatabase: () => Promise.reject(new Error('the disk is full')) });
    await expect(prepareFirstDrill(failing)).rejects.toThrow('the disk is full');
    expect(existsSync(some.path('SHA256SUMS'))).toBe(true);
    expect(await prepareFirstDrill(drillHost(some.dataDir))).toBe(false);
    expect(readdirSync(some.dataDir)).toEqual(['lanterns']);
    rmSync(some.dataDir, { recursive: true });
  });

  it('says so when the shipped program is missing', async () => {
    const some = await makeMaterial();
    await expect(prepareFirstDrill(drillHost(some.dataDir, { fresh: true, runbookDir: join(RUNBOOK_DIR, 'nowhere') }))).rejects.toMatchObject({ code: 'not-found' });
    rmSync(some.dataDir, { recursive: true });
  });
});
