/** Whether a fetched file is what the object store recorded of its object. */
import { Worker } from 'node:worker_threads';
import { broken, held, unprovable } from '../backup/ladder.ts';
import type { Rung } from '../backup/ladder.ts';
import type { ProbeContext } from '../probe.ts';
import { digestFile } from './s3-digest.ts';
import type { Digests, DigestQuestion } from './s3-digest-protocol.ts';
import { DigestMessage } from './s3-digest-protocol.ts';
import type { ObjectHead, S3Store } from './s3-store.ts';

const MIB = 1024 * 1024;
/** Below this, starting a thread takes longer than reading. */
const IN_PLACE_BYTES = MIB;
/** In which tools store parts when they are not told otherwise, in MiB. */
const USUAL_PARTS = [5, 6, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 200, 256, 512, 1024];

/** @returns what the store's record proves of the file, and its SHA-256 in hex */
export async function compareWithStore(path: string, head: ObjectHead, store: S3Store, context: ProbeContext): Promise<{ rung: Rung; sha256: string }> {
  const multipart = /^[0-9a-f]{32}-(\d+)$/iu.exec(head.etag);
  const parts = multipart === null ? null : await partSizes(head, Number(multipart[1]), store);
  const digests = await (head.size <= IN_PLACE_BYTES ? digestHere : digest)(path, { algorithms: ['SHA256', 'MD5', ...head.checksums.map(({ algorithm }) => algorithm).filter((one) => one !== 'SHA256')], parts: parts?.sizes ?? [] }, head.size, context);
  return { rung: judge(head, digests, parts?.certain ?? false), sha256: digests.whole['SHA256'] ?? '' };
}

function judge(head: ObjectHead, digests: Digests, certain: boolean): Rung {
  if (digests.size !== head.size) return broken('size', `${digests.size} bytes were fetched of an object of ${head.size}`);
  const [first] = head.checksums;
  if (first !== undefined) {
    const wrong = head.checksums.find(({ algorithm, value }) => (algorithm === 'SHA256' ? Buffer.from(digests.whole['SHA256'] ?? '', 'hex').toString('base64') : digests.whole[algorithm]) !== value);
    return wrong === undefined ? held(`S3 ${first.algorithm}`, 'it is what the store recorded when the object was written') : broken(`S3 ${wrong.algorithm}`, `the object is damaged: its ${wrong.algorithm} is not the one that the store recorded`);
  }
  return judgeEtag(head, digests, certain);
}

/** An etag is the MD5 of the content only where the store does not encrypt with keys of its own. */
function judgeEtag(head: ObjectHead, digests: Digests, certain: boolean): Rung {
  const etag = head.etag.toLowerCase();
  const mismatch = (why: string): Rung => unprovable('S3 etag', why);
  if (head.encryption !== null && head.encryption !== 'AES256') return mismatch(`the store keeps no checksum of the content (encryption ${head.encryption})`);
  if (etag.includes('-')) {
    if (digests.etags.some((one) => one.etag === etag)) return held('S3 etag', 'the MD5 of its parts is what the store recorded');
    return certain && head.encryption === null ? broken('S3 etag', 'the object is damaged: the MD5 of its parts is not the one that the store recorded') : mismatch('the store keeps only an etag of parts, whose sizes it does not tell');
  }
  if (!/^[0-9a-f]{32}$/u.test(etag)) return mismatch('the store keeps no checksum of the content');
  if (digests.whole['MD5'] === etag) return held('S3 etag (MD5)', 'it is what the store recorded when the object was written');
  return head.encryption === null ? broken('S3 etag (MD5)', 'the object is damaged: its MD5 is not the one that the store recorded') : mismatch('the etag is not the MD5 of the content, as with encryption it need not be');
}

/** `certain` when the store itself told the sizes; else those that tools use and that give so many parts. */
async function partSizes(head: ObjectHead, count: number, store: S3Store): Promise<{ sizes: number[]; certain: boolean }> {
  const told = await store.parts(head.key, count);
  if (told !== null && told.first > 0 && told.first * (count - 1) + told.last === head.size) return { sizes: [told.first], certain: true };
  return { sizes: USUAL_PARTS.map((mib) => mib * MIB).filter((size) => Math.ceil(head.size / size) === count).slice(0, 4), certain: false };
}

async function digestHere(path: string, question: Omit<DigestQuestion, 'path'>): Promise<Digests> {
  return digestFile({ ...question, path }, () => {});
}

function digest(path: string, question: Omit<DigestQuestion, 'path'>, total: number, context: ProbeContext): Promise<Digests> {
  const { signal } = context;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(new URL('./s3-digest-worker.ts', import.meta.url), { workerData: { ...question, path } });
    const cancel = (): void => void worker.terminate().then(() => reject(new DOMException('cancelled', 'AbortError')));
    signal.addEventListener('abort', cancel, { once: true });
    worker.on('message', (value: unknown) => {
      const message = DigestMessage.parse(value);
      if ('whole' in message) resolve(message);
      else context.progress('comparing with the store\'s checksum', message.done, total, 'bytes');
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', cancel);
      reject(new Error('the digest thread ended without an answer'));
    });
  });
}
