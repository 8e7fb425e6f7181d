import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearUnfinished, openBlobStore } from '../../../electron/engine/journal/blobs.ts';
import type { BlobStore } from '../../../electron/engine/journal/journal.ts';

let dir: string;
let blobs: BlobStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blackstart-blobs-'));
  blobs = openBlobStore(join(dir, 'blobs'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a blob', () => {
  it('lies under its digest and is read back whole or in part', () => {
    const bytes = Buffer.from('restored 31 tables\n');
    const stored = blobs.put(bytes);
    expect(stored).toEqual({ sha256: sha256(bytes), size: 19 });
    expect(readFileSync(join(dir, 'blobs', stored.sha256.slice(0, 2), stored.sha256))).toEqual(bytes);
    expect(Buffer.from(blobs.read(stored.sha256, 9, 2)).toString()).toBe('31');
    expect(Buffer.from(blobs.read(stored.sha256, 15, 100)).toString()).toBe('les\n');
    expect(blobs.read(stored.sha256, 100)).toHaveLength(0);
    expect(blobs.size(stored.sha256)).toBe(19);
  });

  it('that was cut short is written anew', () => {
    const stored = blobs.put(Buffer.from('whole'));
    writeFileSync(blobs.path(stored.sha256), 'who');
    blobs.put(Buffer.from('whole'));
    expect(Buffer.from(blobs.read(stored.sha256)).toString()).toBe('whole');
  });

  it('that is missing is not found, and a name that is no digest is never a path', () => {
    expect(() => blobs.read('0'.repeat(64))).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => blobs.size('0'.repeat(64))).toThrow(expect.objectContaining({ code: 'not-found' }));
    for (const name of ['../../etc/passwd', 'A'.repeat(64), '']) expect(() => blobs.read(name)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('a sink', () => {
  it('stores what came, in order, whatever the sizes of the pieces', async () => {
    const sink = blobs.sink();
    const pieces = Array.from({ length: 400 }, (_, index) => Buffer.alloc((index * 7919) % 40_000, index));
    const reused = Buffer.alloc(40_000);
    for (const piece of pieces) {
      piece.copy(reused);
      sink.write(reused.subarray(0, piece.length));
      await sink.ready();
    }
    const whole = Buffer.concat(pieces);
    expect(await sink.finish()).toEqual({ sha256: sha256(whole), size: whole.length });
    expect(Buffer.from(blobs.read(sha256(whole))).equals(whole)).toBe(true);
    expect(readdirSync(join(dir, 'blobs/tmp'))).toEqual([]);
  });

  it('of nothing is the empty blob', async () => {
    expect(await blobs.sink().finish()).toEqual({ sha256: sha256(Buffer.alloc(0)), size: 0 });
  });

  it('holds a flood back until the disk has caught up', async () => {
    const sink = blobs.sink();
    for (let megabyte = 0; megabyte < 40; megabyte += 1) sink.write(Buffer.alloc(1024 * 1024, megabyte));
    let isReady = false;
    const ready = sink.ready().then(() => {
      isReady = true;
    });
    await Promise.resolve();
    expect(isReady).toBe(false);
    await ready;
    expect((await sink.finish()).size).toBe(40 * 1024 * 1024);
  });

  it('says at its end that the disk failed, and leaves nothing half-written', async () => {
    const sink = blobs.sink();
    sink.write(Buffer.from('x'));
    mkdirSync(join(dir, 'blobs', sha256(Buffer.from('x')).slice(0, 2)), { recursive: true });
    mkdirSync(join(dir, 'blobs', sha256(Buffer.from('x')).slice(0, 2), sha256(Buffer.from('x'))));
    await expect(sink.finish()).rejects.toMatchObject({ code: 'disk' });
    expect(readdirSync(join(dir, 'blobs/tmp'))).toEqual([]);
  });

  it('that a crash left behind is cleared', () => {
    blobs.sink().write(Buffer.from('x'));
    expect(readdirSync(join(dir, 'blobs/tmp'))).toHaveLength(1);
    clearUnfinished(join(dir, 'blobs'));
    expect(existsSync(join(dir, 'blobs/tmp'))).toBe(false);
  });
});
