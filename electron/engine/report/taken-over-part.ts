/** Two laptops in one run: which it was begun on, what was done there, and who went on here and why. */
import type { Report } from '../../contract/report.ts';
import type { TakenOver } from '../../contract/run/summary.ts';
import { full, type Block } from './block.ts';

export function takenOverPart({ execution, integrity, identity }: Report, taken: TakenOver): Block[] {
  return [
    { kind: 'text', text: `This run was begun on the laptop ${taken.device} and was taken over by ${taken.by} on ${integrity.device}: “${taken.reason}”` },
    { kind: 'pairs', rows: [
      ['There', `${taken.device}, run ${taken.run}${taken.operator === null ? '' : `, led by ${taken.operator}`}`],
      ['Here', `${integrity.device}, run ${identity.run}`],
      ['Last recorded there', full(taken.at)],
      ['Its record', `${taken.head.size} entries, root ${taken.head.hash}`],
      ['Its bundle, SHA-256', taken.bundle],
      ['Its key', `${taken.vkey}${taken.known ? '' : `, not known here; believed because: “${taken.stranger ?? ''}”`}`],
      ['Runbook', taken.runbook === 'same' ? 'the same digest on both laptops' : `from the bundle; accepted because: “${taken.acknowledged ?? ''}”`],
      ['Values given anew', taken.params.length === 0 ? 'none' : taken.params.join(', ')],
    ] },
    { kind: 'title', text: 'How the steps stood there' },
    { kind: 'table', head: ['Step', 'There', 'Now'], rows: execution.flatMap(({ number, title, there, state }) => (there === undefined ? [] : [[`${number} ${title}`, there.state === 'running' ? 'under way, outcome unknown' : there.state, there.state === state ? 'as there' : state]])), none: 'None had begun.' },
  ];
}
