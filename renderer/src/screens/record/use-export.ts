import { useState } from 'react';
import type { ErrorEnvelope } from '../../../../electron/contract/errors.ts';
import { useAction, useEngine } from '../../engine-context.ts';

export interface Export {
  done: { path: string; sha256: string } | null;
  error: ErrorEnvelope | null;
  busy: boolean;
  write(run: string): Promise<boolean>;
}

/** Asks where to, and writes the signed evidence bundle of a run there. */
export function useExport(): Export {
  const { client, dialogs } = useEngine();
  const [done, setDone] = useState<Export['done']>(null);
  const action = useAction(async (run: string) => {
    const path = await dialogs.chooseSave({ title: 'Save the evidence bundle', name: `blackstart-${run.slice(0, 13)}.zip`, kinds: [{ name: 'Evidence bundle', extensions: ['zip'] }] });
    if (path !== null) setDone(await client.call('record.export', { run, path }));
  });
  return { done, error: action.error, busy: action.busy, write: action.run };
}
