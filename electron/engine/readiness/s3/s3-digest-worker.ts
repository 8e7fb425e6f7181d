/** Digests of a large file, in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { digestFile } from './s3-digest.ts';
import { DigestQuestion } from './s3-digest-protocol.ts';

parentPort?.postMessage(digestFile(DigestQuestion.parse(workerData), (done) => parentPort?.postMessage({ done })));
