/** What a handover begins with, out of the run's own state; people write it on. Pure. */
import type { RunView, StepView } from '../../../../../electron/contract/run.ts';
import { hourMinute } from '../../../wording.ts';
import { waitingWords } from '../waiting-words.ts';

const LEFT: Readonly<Partial<Record<StepView['state'], string>>> = { skipped: 'skipped', overridden: 'overridden', deferred: 'deferred' };

function named({ number, title }: StepView): string {
  return `${number} ${title}`;
}

export function doneWords({ steps }: Pick<RunView, 'steps'>): string {
  const done = steps.filter(({ state }) => state === 'succeeded');
  const other = steps.flatMap((step) => (LEFT[step.state] === undefined ? [] : [`${named(step)}: ${LEFT[step.state] ?? ''}${step.reason === undefined || step.reason === '' ? '' : `, ${step.reason}`}`]));
  const first = done.length === 0 ? 'No step is done yet.' : `${done.length} of ${steps.length} steps; the last is ${named(done.reduce((last, step) => ((step.finished_at ?? '') >= (last.finished_at ?? '') ? step : last)))}`;
  return [first, ...other].join('\n');
}

export function runningWords({ steps, current, audiences }: Pick<RunView, 'steps' | 'current' | 'audiences'>): string {
  const running = steps.filter(({ state, kind }) => state === 'running' && kind !== 'call').map((step) => `${named(step)} runs${step.started_at === null ? '' : ` since ${hourMinute(step.started_at)} UTC`}.`);
  const halted = steps.filter(({ state }) => state === 'failed' || state === 'unknown').map((step) => `${named(step)} ${step.state === 'failed' ? 'failed' : 'ended in a way nobody knows'}${step.reason === undefined ? '' : `: ${step.reason}`}.`);
  const waiting = steps.filter(({ state }) => state === 'waiting').map((step) => `${named(step)} waits${waitingWords(step) === null ? '' : `: ${waitingWords(step) ?? ''}`}.`);
  const late = audiences.filter(({ due_in_s }) => due_in_s !== null && due_in_s < 0).map(({ title }) => `${title} should have been told by now.`);
  const next = steps.find(({ id }) => id === current);
  const lines = [...running, ...halted, ...waiting, ...late];
  if (lines.length > 0) return lines.join('\n');
  return next === undefined ? 'Nothing runs.' : `Nothing runs. Next is ${named(next)}`;
}
