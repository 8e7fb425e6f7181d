/** What every stage of a ceremony is given, and how it moves the ceremony on. */
import type { CeremonyShare, CeremonyView } from '../../../../../electron/contract/escrow-register.ts';
import type { MethodName, Params } from '../../../../../electron/contract/methods.ts';
import { useAction, useEngine, type Action } from '../../../engine-context.ts';

export interface StageProps {
  ceremony: CeremonyView;
  share: CeremonyShare;
  onView(ceremony: CeremonyView): void;
  /** To be given up. */
  onEnd(): void;
}

type CeremonyMethod = Extract<MethodName, 'escrow.ceremony.bag' | 'escrow.ceremony.new-bag' | 'escrow.ceremony.leave-out' | 'escrow.ceremony.prove' | 'escrow.ceremony.finish' | 'escrow.ceremony.sign'>;

/** One call of the ceremony at a time; its answer is the new view. */
export function useCeremonyCall<M extends CeremonyMethod>(method: M, onView: (ceremony: CeremonyView) => void): Action<[Params<M>]> {
  const { client } = useEngine();
  return useAction(async (params: Params<M>) => {
    const view: CeremonyView = await client.call<CeremonyMethod>(method, params);
    onView(view);
  });
}
