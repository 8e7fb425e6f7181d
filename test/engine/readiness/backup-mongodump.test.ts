import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BsonFault, DocumentStream, readDocument } from '../../../electron/engine/readiness/backup/bson.ts';
import { flipped } from '../../support/damage.ts';
import type { Collections } from '../../support/mongo-dump.ts';
import { bson, crc64, mongoArchive, writeMongoFolder } from '../../support/mongo-dump.ts';
import { clockAhead, makeBench } from '../../support/probe.ts';
import type { Bench } from '../../support/probe.ts';

const collections: Collections = {
  'kredete.users': Array.from({ length: 40 }, (_, index) => ({ _id: index, name: `keeper ${index}`, at: new Date(1_700_000_000_000), share: 0.5, big: 2n ** 40n, tags: ['a', { deep: [null, true] }], seal: Buffer.from('00ff', 'hex') })),
  'kredete.notes': [{ _id: 1, text: 'the lantern burns' }],
  'audit.empty': [],
};
const probe = { kind: 'backup', engine: 'mongodump' } as const;

let bench: Bench;
const at = (...names: string[]): string => join(bench.folder, ...names);
const write = (name: string, bytes: Buffer | string): string => {
  writeFileSync(at(name), bytes);
  return name;
};
const archive = mongoArchive(collections);

beforeAll(() => {
  bench = makeBench();
  write('a.archive', archive);
  write('a.archive.gz', gzipSync(archive));
  writeMongoFolder(at('plain'), collections, false);
  writeMongoFolder(at('packed'), collections, true);
});
afterAll(() => { bench.remove(); });

describe('a dump of MongoDB', () => {
  it('is intact by the CRC-64 in its archive, checked against another implementation', async () => {
    expect(crc64(Buffer.from('123456789'))).toBe(0x995dc9bbdf1939fan);
    for (const name of ['a.archive', 'a.archive.gz']) {
      const found = await bench.probe({ ...probe, at: name, level: 'intact' });
      expect(found.summary).toBe(`${name} is intact.`);
      expect(found).toMatchObject({ outcome: 'pass', evidence: { level: 'intact', collections: 3, documents: 41, mongodb: '7.0.14', judged: 'structure and checksums only' } });
    }
  });

  it('as a folder is intact by gzip alone', async () => {
    expect(await bench.probe({ ...probe, at: 'packed', level: 'intact' })).toMatchObject({ outcome: 'pass', evidence: { level: 'intact', collections: 3, documents: 41 } });
    const plain = await bench.probe({ ...probe, at: 'plain', level: 'intact' });
    expect(plain.summary).toContain('BSON has no checksum');
    expect(plain).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
    write('bare.archive', mongoArchive(collections, { crc: false }));
    expect(await bench.probe({ ...probe, at: 'bare.archive', level: 'intact' })).toMatchObject({ outcome: 'fail', evidence: { level: 'listed' } });
  });

  it('is never called restored: this laptop has no MongoDB', async () => {
    const found = await bench.probe({ ...probe, at: 'a.archive', level: 'asserted', assert: [{ query: 'db.users.countDocuments()', number: { min: 40 } }] });
    expect(found.summary).toContain('structure and its checksums only');
    expect(found).toMatchObject({ outcome: 'unknown', evidence: { reason: 'server-missing', level: 'intact', documents: 41 } });
  });

  it('is the newest of several, as folders and as archives', async () => {
    mkdirSync(at('many'));
    cpSync(at('packed'), at('many', '2026-04-24'), { recursive: true });
    cpSync(at('packed'), at('many', '2026-04-25'), { recursive: true });
    rmSync(at('many', '2026-04-25', 'audit'), { recursive: true });
    symlinkSync('/nowhere', at('many', 'latest'));
    symlinkSync('/nowhere', at('many', '2026-04-25', 'gone'));
    execFileSync('find', [at('many', '2026-04-24'), '-type', 'f', '-exec', 'touch', '-d', '2026-04-24T00:00:00Z', '{}', '+']);
    expect(await bench.probe({ ...probe, at: 'many', level: 'intact' })).toMatchObject({ outcome: 'pass', evidence: { path: at('many', '2026-04-25'), collections: 2 } });
  });

  it.each([
    ['cut off inside a document', 'torn.archive', () => archive.subarray(0, archive.length >> 1), 'cut off', 'cut-off'],
    ['cut off before its last header', 'cut.archive', () => archive.subarray(0, archive.length - 4), 'cut off', 'cut-off'],
    ['cut off between two segments', 'short.archive', () => archive.subarray(0, archive.lastIndexOf(Buffer.alloc(4, 0xff), archive.length - 5) + 4), 'cut off', 'cut-off'],
    ['cut off in gzip', 'cut.archive.gz', () => gzipSync(archive).subarray(0, -30), 'cut off', 'cut-off'],
    ['with a flipped bit in a text', 'flip.archive', () => flipped(archive, archive.indexOf('keeper 7')), 'CRC-64 of kredete.users', 'damaged'],
    ['with a flipped bit in a length', 'length.archive', () => flipped(archive, archive.indexOf('keeper 7') - 4), 'damaged', 'damaged'],
    ['with a flipped bit in gzip', 'flip.archive.gz', () => flipped(gzipSync(archive), gzipSync(archive).length >> 1), 'damaged', 'damaged'],
    ['of another kind', 'other.archive', () => 'a letter to nobody', 'no archive of mongodump', 'damaged'],
    ['of no collection', 'none.archive', () => mongoArchive({}), 'the dump is empty', 'empty'],
    ['of no document', 'bare.archive', () => mongoArchive({ 'a.b': [], 'a.c': [] }), 'the dump is empty: 2 collections without a document', 'empty'],
    ['of no byte', 'zero.archive', () => '', '0 bytes', 'empty'],
  ])('%s fails', async (_name, name, bytes, why, fault) => {
    const found = await bench.probe({ ...probe, at: write(name, bytes()), level: 'intact' });
    expect(found.summary).toContain(why);
    expect(found).toMatchObject({ outcome: 'fail', evidence: { fault } });
  });

  it.each<[string, (folder: string) => void, string]>([
    ['without the metadata of a collection', (folder) => rmSync(join(folder, 'kredete', 'users.metadata.json.gz')), 'has no metadata beside it'],
    ['with torn metadata', (folder) => writeFileSync(join(folder, 'kredete', 'users.metadata.json.gz'), gzipSync('{"indexes":')), 'is no JSON'],
    ['with a collection cut off in gzip', (folder) => writeFileSync(join(folder, 'kredete', 'users.bson.gz'), readFileSync(join(folder, 'kredete', 'users.bson.gz')).subarray(0, -9)), 'cut off'],
    ['with a collection cut off inside a document', (folder) => writeFileSync(join(folder, 'kredete', 'users.bson.gz'), gzipSync(Buffer.concat([bson({ _id: 1 }), bson({ _id: 2 })]).subarray(0, -3))), 'ends inside a document'],
  ])('as a folder %s fails', async (name, spoil, why) => {
    const folder = at(name.replaceAll(' ', '-'));
    cpSync(at('packed'), folder, { recursive: true });
    spoil(folder);
    const found = await bench.probe({ ...probe, at: folder, level: 'listed' });
    expect(found.summary).toContain(why);
    expect(found.outcome).toBe('fail');
  });

  it('against a file of sums that disagrees fails, and one that agrees makes a bare folder intact', async () => {
    const lines = execFileSync('sh', ['-c', 'find plain -type f | xargs sha256sum'], { cwd: bench.folder, encoding: 'utf8' });
    expect(await bench.probe({ ...probe, at: 'plain', level: 'intact', sums: write('SUMS', lines) })).toMatchObject({ outcome: 'pass' });
    expect(await bench.probe({ ...probe, at: 'plain', level: 'intact', sums: write('SUMS', lines.replace(/^[0-9a-f]{8}/u, '00000000')) })).toMatchObject({ outcome: 'fail', evidence: { fault: 'damaged' } });
  });

  it('that is too old fails', async () => {
    expect(await bench.probe({ ...probe, at: 'a.archive', level: 'listed', max_age: '26h' }, { clock: clockAhead(27 * 3600) })).toMatchObject({ outcome: 'fail', evidence: { fault: 'too-old' } });
    expect(readdirSync(at('data', 'scratch'))).toEqual([]);
  });
});

describe('a document of BSON', () => {
  it('is found whatever the chunks it comes in', () => {
    const documents = (collections['kredete.users'] ?? []).map(bson);
    const bytes = Buffer.concat(documents);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const found: Buffer[] = [];
      const stream = new DocumentStream((document) => found.push(Buffer.from(document)));
      for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        stream.push(bytes.subarray(at, at + size));
        at += size;
      }
      stream.end();
      expect(Buffer.concat(found).equals(bytes)).toBe(true);
    }));
  });

  it('that is damaged is refused in words, and brings nothing down', () => {
    const document = bson({ _id: 1, name: 'keeper', deep: { list: [1, 2, 3.5, null, true] }, at: new Date(0), blob: Buffer.from('abc') });
    expect(readDocument(document).get('name')).toBe('keeper');
    fc.assert(fc.property(fc.nat(document.length - 1), fc.integer({ min: 0, max: 255 }), (offset, byte) => {
      const other = Buffer.from(document);
      other[offset] = byte;
      try {
        readDocument(other);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(BsonFault);
      }
    }));
    expect(() => readDocument(bson({}).subarray(0, 4))).toThrow(BsonFault);
    let nested: Buffer = bson({ a: 1 });
    for (let depth = 0; depth < 300; depth++) nested = Buffer.concat([Buffer.from(new Int32Array([nested.length + 8]).buffer), Buffer.from('0361' + '00', 'hex'), nested, Buffer.from([0])]);
    expect(() => readDocument(nested)).toThrow('too deeply');
  });
});
