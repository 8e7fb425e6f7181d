/** The key child: gets one piece of work with its key on standard input, answers with a verdict, zeroes, ends. */
import { answerOnce } from '../child/answer-once.ts';
import type { Unframed } from '../child/frame.ts';
import type { KeyReply } from './known-answer-protocol.ts';
import { KeyRequest } from './known-answer-protocol.ts';
import { proveSamples } from './prove.ts';
import { unseal } from './unseal.ts';

async function work({ header, take }: Unframed): Promise<{ header: KeyReply }> {
  const request = KeyRequest.parse(header);
  const secret = take(request.secret);
  if (request.work.do === 'unseal') {
    const fault = await unseal(request.answer, secret, request.work.from, request.work.to);
    return { header: { do: 'unseal', fault, bytes: 0 } };
  }
  const samples = request.work.samples.map(({ head, tail, size }) => ({ head: take(head), tail: take(tail), size }));
  return { header: { do: 'prove', proof: await proveSamples(request.answer, secret, samples, request.work.now) } };
}

await answerOnce(work);
