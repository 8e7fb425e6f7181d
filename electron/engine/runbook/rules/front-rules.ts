/** What the front matter promises must hold by itself: its own values fit their types, and nothing that it hands to tools is refused later. */
import type { Finding } from '../../../contract/runbook.ts';
import { loadsForeignCode } from '../../tool/environment.ts';
import type { Draft } from '../draft.ts';
import { errorAt } from '../finding.ts';
import { literalProblem } from '../params.ts';

/** Files and folders are looked for when a run starts; every other literal value is judged here as it is judged there. */
export function fittingValues(draft: Draft): Finding[] {
  return Object.entries(draft.runbook.front.params ?? {}).flatMap(([name, param]) =>
    (['default', 'rehearsal', 'tabletop'] as const).flatMap((field) => {
      const value = param[field];
      const problem = value === undefined ? null : literalProblem(param, String(value));
      return problem === null ? [] : [errorAt(draft.front(['params', name, field]), 'param-value', `The ${field} of ${name} can never be used: ${problem}.`, 'Correct the value, or the type of the parameter.')];
    }),
  );
}

/** A run would refuse them at its start. */
export function harmlessEnvironment(draft: Draft): Finding[] {
  return (draft.runbook.front.env_pass ?? []).flatMap((name, index) =>
    loadsForeignCode(name) ? [errorAt(draft.front(['env_pass', index]), 'dangerous-env', `${name} may not be handed to tools: it can make any of them run foreign code.`, 'Remove it from env_pass.')] : [],
  );
}
