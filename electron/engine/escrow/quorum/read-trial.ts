/** Reads what a known answer names, so that a key can be tried on it. */
import type { KnownAnswer } from '../../../contract/known-answer.ts';
import { EngineError } from '../../../contract/errors.ts';
import { readSample, sampleOf } from '../proof/sample.ts';
import type { Trial } from './quorum.ts';

/**
 * @param resolve makes a path of the answer absolute
 * @throws EngineError `not-found` without the sample, `refused` when the answer names none
 */
export function readTrial(id: string, answer: KnownAnswer, resolve: (path: string) => string): Trial {
  if (answer.kind === 'command') return { id, answer, samples: [sampleOf(Buffer.from(JSON.stringify(answer.run)))] }; // the command is all there is
  if (answer.kind === 'public-key-match' && answer.file === undefined && answer.public !== undefined) {
    const inline = answer.public.includes('-----BEGIN') || answer.public.startsWith('{');
    return { id, answer, samples: [inline ? sampleOf(Buffer.from(answer.public)) : readSample(resolve(answer.public), answer)] };
  }
  if (answer.file === undefined) throw new EngineError('refused', `The known answer ${id} names no sample.`, { hint: 'Give `file` in its `answer`.' });
  return { id, answer, samples: [readSample(resolve(answer.file), answer)] };
}
