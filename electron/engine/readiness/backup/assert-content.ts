/** The last two rungs, on a restored copy: what it holds, and whether the key opens what is sealed in it. */
import type { ProbeOf } from '../../../contract/check.ts';
import { EngineError } from '../../../contract/errors.ts';
import type { Evidence } from '../../../contract/readiness.ts';
import { judgeQuery } from '../../assertion/judge.ts';
import { proveKnownAnswer, sampleOf } from '../../escrow/proof/known-answer.ts';
import type { ProbeContext } from '../probe.ts';
import { broken, held, unprovable } from './ladder.ts';
import type { Rung } from './ladder.ts';
import type { Restored } from './reader.ts';

/** Of what was found, as many as a line can say. */
const MOST_SAID = 3;
/** Of sealed values; more prove no more, and each costs a derivation. */
const MOST_SAMPLES = 1_000;

type BackupProbe = ProbeOf<'backup'>;

/** In order, up to the first that does not hold. What a query captures goes into the evidence. */
export async function assertContent(assertions: NonNullable<BackupProbe['assert']>, restored: Restored, context: ProbeContext): Promise<{ rung: Rung; evidence: Evidence }> {
  const captures: Evidence = {};
  const found: string[] = [];
  for (const [index, assertion] of assertions.entries()) {
    context.progress('asking the restored data', index, assertions.length, 'items');
    const name = assertion.title ?? assertion.query;
    const answer = await answerOrFault(restored, assertion.query);
    if ('fault' in answer) return { rung: broken(name, `the query failed: ${answer.fault}`), evidence: captures };
    const verdict = await judgeQuery(assertion, answer.text, context.redactor);
    if (!verdict.ok) return { rung: broken(name, `${name}: expected ${verdict.expected}, found ${verdict.actual}`), evidence: { asserted: index, captures } };
    found.push(`${name}: ${verdict.actual}`);
    if (assertion.capture !== undefined) captures[assertion.capture.name] = answer.text;
  }
  return { rung: held(`${assertions.length} ${assertions.length === 1 ? 'query' : 'queries'}`, said(found)), evidence: { asserted: assertions.length, ...(Object.keys(captures).length === 0 ? {} : { captures }) } };
}

function said(found: readonly string[]): string {
  const more = found.length - MOST_SAID;
  return [...found.slice(0, MOST_SAID), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

/** @returns `evidence.key_missing` when the secret is not at hand, so that nothing could be proven */
export async function proveKey(key: NonNullable<BackupProbe['key']>, restored: Restored, context: ProbeContext): Promise<{ rung: Rung; evidence: Evidence }> {
  const secret = context.secrets.get(key.secret);
  if (secret === null) return { rung: unprovable('known answer', `the secret ${key.secret} is not at hand`), evidence: { key_missing: key.secret } };
  const answer = await answerOrFault(restored, key.query);
  if ('fault' in answer) return { rung: broken('known answer', `the query for a sealed value failed: ${answer.fault}`), evidence: {} };
  const values = answer.text.split('\n').filter((value) => value !== '' && value !== '\\N');
  if (values.length === 0) return { rung: broken('known answer', 'the query for a sealed value found none, so the key was not tried'), evidence: {} };
  context.progress('trying the key on a sealed value');
  const samples = values.slice(0, MOST_SAMPLES).map((value) => sampleOf(Buffer.from(value, 'utf8')));
  const proof = await proveKnownAnswer({ answer: key.answer, secret: secret.bytes(), samples, now: context.clock.now() }, { nodePath: context.nodePath, signal: context.signal });
  const evidence: Evidence = { key: { secret: key.secret, strength: proof.strength, samples: proof.samples, opened: proof.opened } };
  switch (proof.verdict) {
    case 'opens': return { rung: held(`known answer, ${proof.strength}`, proof.detail), evidence };
    case 'refused': return { rung: broken('known answer', `the key ${key.secret} does not fit this backup: ${proof.detail}`), evidence };
    case 'cannot-tell': return { rung: unprovable('known answer', proof.detail), evidence };
  }
}

/** A query that the restored copy refuses is an answer about the backup, not a fault of ours. */
async function answerOrFault(restored: Restored, sql: string): Promise<{ text: string } | { fault: string }> {
  try {
    return { text: await restored.query(sql) };
  } catch (thrown) {
    if (thrown instanceof EngineError && thrown.code === 'bad') return { fault: thrown.message };
    throw thrown;
  }
}
