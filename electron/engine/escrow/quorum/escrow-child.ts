/** The escrow child: gets shares or a key on standard input, answers with verdicts, zeroes, ends. */
import type { Answer } from '../child/answer-once.ts';
import { answerOnce } from '../child/answer-once.ts';
import type { Unframed } from '../child/frame.ts';
import type { KeyInput } from '../key/key.ts';
import { enrollKey, enrollShares } from './enroll.ts';
import type { Asked, Examined, ShareSource } from './examine.ts';
import { examineShares } from './examine.ts';
import { examineKey } from './examine-key.ts';
import type { EscrowReply, Question, Source } from './protocol.ts';
import { EscrowRequest } from './protocol.ts';
import { readShares, withScheme } from './read-shares.ts';
import { writeKey } from './write-key.ts';

type Take = Unframed['take'];

async function work({ header, take }: Unframed): Promise<Answer> {
  const request = EscrowRequest.parse(header);
  switch (request.do) {
    case 'enroll':
      return { header: await (request.source.kind === 'shares' ? enrollShares(shareSource(request.source, take), request.method) : enrollKey(request.source.format, keyInput(request.source, take))) };
    case 'verify-shares': {
      const { scheme: name, diffusion, shares } = shareSource(request.source, take);
      const verdicts = withScheme(name, diffusion, (scheme) => readShares(scheme, name, shares, request.commitments).map((entry) => entry.verdict));
      return { header: { do: 'shares', shares: verdicts } satisfies EscrowReply };
    }
    case 'examine':
      return release(await examine(request.source, request.question, take), request.release);
  }
}

function shareSource(source: Extract<Source, { kind: 'shares' }>, take: Take): ShareSource {
  const shares = source.shares.map(take);
  return { scheme: source.scheme, threshold: source.threshold, diffusion: source.diffusion, shares, passphrase: source.passphrase === null ? null : take(source.passphrase) };
}

function keyInput(source: Extract<Source, { kind: 'key' }>, take: Take): KeyInput {
  return { bytes: take(source.bytes), passphrase: source.passphrase === null ? null : take(source.passphrase), programs: source.programs };
}

function examine(source: Source, question: Question, take: Take): Promise<Examined> {
  if (source.kind === 'shares') {
    const given = shareSource(source, take);
    return examineShares(given, withSamples(question, take));
  }
  const given = keyInput(source, take);
  return examineKey(source.format, given, withSamples(question, take));
}

function withSamples(question: Question, take: Take): Asked {
  return { ...question, trials: question.trials.map((trial) => ({ ...trial, samples: trial.samples.map(({ head, tail, size }) => ({ head: take(head), tail: take(tail), size })) })) };
}

/** A refuted key goes nowhere; one that nothing proves, only when the caller says so. */
function release({ verdict, secret }: Examined, wish: Extract<EscrowRequest, { do: 'examine' }>['release']): Answer {
  const { state } = verdict.key;
  const may = secret !== null && (state === 'match' || state === 'self-proven' || (state === 'unproven' && wish.acceptUnproven));
  const reply = (released: boolean, writeFault: string | null = null): EscrowReply => ({ do: 'examined', verdict, released, bytes: released ? (secret?.length ?? 0) : 0, writeFault });
  if (!may || wish.to === 'nobody') {
    secret?.fill(0);
    return { header: reply(false) };
  }
  if (wish.to === 'engine') return { header: reply(true), payload: secret };
  const fault = writeKey(wish.path, secret);
  const header = reply(fault === null, fault);
  secret.fill(0);
  return { header };
}

await answerOnce(work);
