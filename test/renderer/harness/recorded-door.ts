/** A door that answers from recorded data; every answer must follow the contract, or the harness says so loudly. */
import { EngineError, toEnvelope } from '../../../electron/contract/errors.ts';
import { METHODS, type MethodName } from '../../../electron/contract/methods.ts';
import { Request } from '../../../electron/contract/rpc.ts';
import type { Door } from '../../../renderer/src/engine-client.ts';
import { answersOf } from './scenes.ts';

export function recordedDoor(scene: string): Door {
  let toPage: (frame: unknown) => void = () => undefined;
  const answers = answersOf(scene);
  return {
    onFrame: (listener) => { toPage = listener; },
    onEngine: (listener) => { listener('connected'); },
    post: (frame) => {
      const { id, method } = Request.parse(frame);
      queueMicrotask(() => {
        try {
          toPage({ id, result: resultOf(answers, method) });
        } catch (thrown) {
          toPage({ id, error: toEnvelope(thrown) });
        }
      });
    },
  };
}

function resultOf(answers: ReadonlyMap<string, unknown>, method: string): unknown {
  if (!answers.has(method) || !(method in METHODS)) throw new EngineError('not-found', `Nothing is recorded for ${method}`);
  const name = Object.keys(METHODS).find((candidate): candidate is MethodName => candidate === method);
  return name === undefined ? null : METHODS[name].result.parse(answers.get(method));
}
