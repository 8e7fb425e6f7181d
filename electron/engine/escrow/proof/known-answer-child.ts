/** The key child: gets one piece of work with its key on standard input, answers with a verdict, zeroes, ends. */
import { readFileSync, writeSync } from 'node:fs';
import type { KeyReply } from './known-answer-protocol.ts';
import { unframe } from './known-answer-protocol.ts';
import { proveSamples } from './prove.ts';
import { unseal } from './unseal.ts';

async function work(input: Buffer): Promise<KeyReply> {
  const { request, take } = unframe(input);
  const secret = take(request.secret);
  if (request.work.do === 'unseal') {
    const fault = await unseal(request.answer, secret, request.work.from, request.work.to);
    return { do: 'unseal', fault, bytes: 0 };
  }
  const samples = request.work.samples.map(({ head, tail, size }) => ({ head: take(head), tail: take(tail), size }));
  return { do: 'prove', proof: await proveSamples(request.answer, secret, samples, request.work.now) };
}

const input = readFileSync(0);
try {
  writeSync(1, JSON.stringify(await work(input)));
} catch (thrown) {
  // only the name of a fault leaves the child: a message could quote the input
  writeSync(2, thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'fault');
  process.exitCode = 1;
} finally {
  input.fill(0);
}
