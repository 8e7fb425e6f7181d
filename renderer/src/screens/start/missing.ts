/** What a start still lacks, as one sentence; null when nothing is missing. Pure, so that the rule can be tested. */
import type { Result } from '../../../../electron/contract/methods.ts';
import type { Mode } from '../../../../electron/contract/vocabulary.ts';
import type { Draft } from './draft.ts';

export function missingToStart(prepared: Result<'run.prepare'> | null, given: Pick<Draft, 'outage' | 'unsigned' | 'notReady' | 'confirmed'>, operator: { person: string; present: boolean }, mode: Mode): string | null {
  if (prepared === null) return 'Waiting for the engine.';
  const broken = prepared.questions.find((question) => question.problem !== null);
  if (broken !== undefined) return `${broken.prompt}: ${broken.problem ?? ''}`;
  const needs = new Set(prepared.needs);
  if (given.outage === null || (needs.has('outage') && given.outage === '')) return 'Say when the outage began.';
  if (prepared.questions.length > 0 && !given.confirmed) return 'Confirm the values.';
  if (needs.has('unsigned') && given.unsigned.trim() === '') return 'Say why an unsigned runbook will do.';
  if (needs.has('not-ready') && given.notReady.trim() === '') return 'Say why you go on although it is not ready.';
  if (needs.has('operator') && operator.person === '') return 'Say who operates.';
  if ((needs.has('operator') || (mode === 'live' && operator.person !== '')) && !operator.present) return 'The operator’s passphrase is missing.';
  return null;
}
