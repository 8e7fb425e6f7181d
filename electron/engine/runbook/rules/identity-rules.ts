/** Ids and names: each once in the file. */
import type { Finding } from '../../../contract/runbook.ts';
import type { Draft, Locate } from '../draft.ts';
import type { Spot } from '../finding.ts';
import { errorAt } from '../finding.ts';

/** Ids of steps, checks, audiences, injects and symptoms share one space. */
export function uniqueIds(draft: Draft): Finding[] {
  const all: { id: string; at: Spot }[] = [
    ...[...draft.steps].map(([step, locate]) => ({ id: step.id, at: locate(['id']) })),
    ...[...draft.checks].map(([check, locate]) => ({ id: check.id, at: locate(['id']) })),
    ...spots(draft.runbook.audiences, draft.audiences),
    ...spots(draft.runbook.injects, draft.injects),
    ...spots(draft.runbook.symptoms, draft.symptoms),
  ];
  return repeated(all, 'id');
}

export function uniqueFindingIds(draft: Draft): Finding[] {
  return repeated(spots(draft.runbook.findings, draft.findings), 'id');
}

function spots(items: readonly { id: string }[], places: readonly Locate[]): { id: string; at: Spot }[] {
  return items.map(({ id }, index) => ({ id, at: places[index]?.(['id']) ?? { line: 1, column: 1 } }));
}

function repeated(all: readonly { id: string; at: Spot }[], what: string): Finding[] {
  const first = new Map<string, Spot>();
  return [...all]
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .flatMap(({ id, at }) => {
      const earlier = first.get(id);
      if (earlier === undefined) first.set(id, at);
      return earlier === undefined ? [] : [errorAt(at, `duplicate-${what}`, `The ${what} ${id} is taken by line ${earlier.line}.`, `Choose another ${what}; all of a file are one space.`)];
    });
}

/** A template names params, captures and decisions alike, so one name has one meaning. Branches may capture the same name, with one type. */
export function uniqueNames(draft: Draft): Finding[] {
  const meanings = new Map<string, { meaning: string; line: number }>();
  const findings: Finding[] = [];
  const take = (name: string, meaning: string, at: Spot): void => {
    const earlier = meanings.get(name);
    if (earlier === undefined) meanings.set(name, { meaning, line: at.line });
    else if (earlier.meaning !== meaning || !meaning.startsWith('a capture')) {
      findings.push(errorAt(at, 'duplicate-name', `${name} is ${meaning} here and ${earlier.meaning} on line ${earlier.line}.`, 'Choose another name.'));
    }
  };
  for (const name of Object.keys(draft.runbook.front.params ?? {})) take(name, 'a parameter', draft.front(['params', name], 'key'));
  for (const name of Object.keys(draft.runbook.front.secrets ?? {})) take(name, 'a secret', draft.front(['secrets', name], 'key'));
  for (const [step, locate] of draft.steps) {
    if (step.block.kind === 'decide') take(step.block.as, 'a decision', locate(['as']));
    for (const [name, { type }] of Object.entries(step.block.capture ?? {})) take(name, `a capture of type ${type}`, locate(['capture', name], 'key'));
  }
  return findings;
}
