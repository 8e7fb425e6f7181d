/** Before the rules are asked: what an act names is fetched, the stock's inject or the earlier exercise. */
import { EngineError } from '../../contract/errors.ts';
import type { Inject } from '../../contract/runbook.ts';
import type { ExerciseAct, ExerciseInject } from '../../contract/tabletop/plan.ts';
import type { ExerciseFold } from '../../contract/tabletop/state.ts';
import type { SettledAct } from './rule-exercise.ts';

/** What a table can draw on. */
export interface TableSources {
  stock(): readonly Inject[];
  /** By id or unique prefix. EngineError `not-found`, or `refused` when it was no exercise. */
  earlier(run: string): { run: string; exercise: ExerciseFold };
}

/** @throws EngineError `not-found` or `refused` */
export function settleAct(act: ExerciseAct, sources: TableSources): SettledAct {
  switch (act.act) {
    case 'stock':
      return { act: 'add', inject: fromStock(sources.stock(), act.stock, act.at) };
    case 'reuse': {
      const { run, exercise } = sources.earlier(act.run);
      return { act: 'take-over', run, from: exercise };
    }
    default:
      return act;
  }
}

function fromStock(stock: readonly Inject[], id: string, at: string | undefined): ExerciseInject {
  const found = stock.find((inject) => inject.id === id);
  if (found === undefined) throw new EngineError('not-found', `The stock library has no inject "${id}".`, { hint: stock.length === 0 ? 'No library was found beside the runbooks.' : `It has: ${stock.map((inject) => inject.id).join(', ')}.` });
  return { ...found, id: found.id, stock: found.id, ...(at === undefined ? {} : { at }) };
}
