/** Calls of a page to an engine in this process; each result is read as the page reads it. */
import { METHODS, type MethodName, type Params, type Result } from '../../electron/contract/methods.ts';
import type { ConsoleEngine } from '../../electron/engine/page/page-engine.ts';

export async function callEngine<M extends MethodName>(engine: Pick<ConsoleEngine, 'answers'>, method: M, params: Params<M>): Promise<Result<M>> {
  const schemas: { [K in MethodName]: { result: { parse(value: unknown): Result<K> } } } = METHODS;
  return schemas[method].result.parse(await engine.answers[method](params));
}
