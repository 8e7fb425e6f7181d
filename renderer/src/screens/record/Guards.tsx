/** What is guarded on this laptop: the key that signs the record, and the credentials that runbooks look up. */
import { KeyRound, LockKeyhole } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { DeviceKeyView } from '../../../../electron/contract/credentials.ts';
import type { EngineEvent } from '../../../../electron/contract/methods.ts';
import { Button } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { type State, StateWord } from '../../components/States.tsx';
import { useEngineEvents, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { CredentialsDialog } from './CredentialsDialog.tsx';
import { ProtectDialog, UnlockDialog } from './DeviceKeyDialogs.tsx';

function keyState({ guards, locked }: DeviceKeyView): State {
  if (locked !== null) return { word: 'Locked', shape: 'needs', tone: 'amber' };
  return guards.length === 0 ? { word: 'Unwrapped', shape: 'stale', tone: 'amber' } : { word: 'Wrapped', shape: 'sensed', tone: 'green' };
}

export function Guards() {
  const key = useQuery('device.view', {});
  const [open, setOpen] = useState<'protect' | 'unlock' | 'credentials' | null>(null);
  const { reload } = key;
  useEngineEvents(useCallback((event: EngineEvent) => { if (event.event === 'home.changed') reload(); }, [reload]));
  const close = (): void => {
    setOpen(null);
    reload();
  };
  const view = key.result;
  return (
    <div className="guards">
      {key.error !== null && <Fault error={key.error} />}
      {view !== null && (
        <section className="card" aria-labelledby="device-key">
          <header><LockKeyhole size={16} strokeWidth={1.75} aria-hidden="true" /><h2 id="device-key">The key that signs this record</h2><span className="end"><StateWord state={keyState(view)} /></span></header>
          <div className="body"><p className="t2">{visible(view.words)}</p><span className="row">{view.locked !== null && <Button onPress={() => { setOpen('unlock'); }}>Unlock…</Button>}<Button onPress={() => { setOpen('protect'); }}>{view.guards.length === 0 ? 'Protect it…' : 'Change what guards it…'}</Button></span></div>
        </section>
      )}
      <section className="card" aria-labelledby="credentials">
        <header><KeyRound size={16} strokeWidth={1.75} aria-hidden="true" /><h2 id="credentials">Credentials</h2></header>
        <div className="body"><p className="t2">Keys of object stores and passwords that runbooks look up by name. They are kept in the keyring of this system or in an encrypted vault, never in the record.</p><span className="row"><Button onPress={() => { setOpen('credentials'); }}>Credentials…</Button></span></div>
      </section>
      {open === 'protect' && view !== null && <ProtectDialog view={view} onClose={close} />}
      {open === 'unlock' && view !== null && <UnlockDialog view={view} onClose={close} />}
      {open === 'credentials' && <CredentialsDialog onClose={close} />}
    </div>
  );
}
