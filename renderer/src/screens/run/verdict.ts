/** What a failed step comes down to, in sentences. Pure. */
import type { StepView } from '../../../../electron/contract/run.ts';
import { counted } from '../../../../electron/contract/wording.ts';

const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six'];

function word(count: number): string {
  return NUMBERS[count] ?? String(count);
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `verdict`: what does not hold, or why it ended. `how`: how the program ended and how many assertions held. */
export function verdictOf(step: Pick<StepView, 'kind' | 'assertions' | 'exit_codes' | 'reason' | 'attempts'>): { verdict: string; how: string } {
  const failed = step.assertions.filter((assertion) => !assertion.ok);
  const exits = step.kind === 'check' ? 'The check was made' : step.exit_codes.length === 0 ? 'Nothing ran to its end' : step.exit_codes.every((code) => code === 0) ? 'The command ended normally, exit 0' : `The command ended with exit ${step.exit_codes.join(', ')}`;
  const held = step.assertions.length === 0 ? '' : failed.length === 0 ? `. ${capital(counted(step.assertions.length, 'assertion holds', 'assertions hold'))}` : step.assertions.length === 1 ? '. What must hold does not' : `. ${capital(word(failed.length))} of ${word(step.assertions.length)} assertions ${failed.length === 1 ? 'does' : 'do'} not hold`;
  const first = failed[0];
  const verdict = step.reason !== undefined && step.reason !== '' ? step.reason : first === undefined ? `${exits}` : `${first.title ?? 'What must hold does not'}: expected ${first.expected}, measured ${first.actual}`;
  return { verdict, how: `${exits}${held}.${step.attempts > 1 ? ` Attempt ${step.attempts}.` : ''}` };
}
