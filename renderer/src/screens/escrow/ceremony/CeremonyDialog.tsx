/** The ceremony at a run's step that waits for a key: the same panel, over the run; the key goes to the run and never to the page. */
import { useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { CeremonyView, EscrowView } from '../../../../../electron/contract/escrow-register.ts';
import type { Mode } from '../../../../../electron/contract/vocabulary.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { useEngine } from '../../../engine-context.ts';
import { Layer } from '../../../keys/use-keys.tsx';
import { visible } from '../../../visible.ts';
import { StartCeremonyDialog } from '../dialogs/StartDialog.tsx';
import { RefusedShare } from '../RefusedShare.tsx';
import { useShareGuard } from '../share-guard.ts';
import { useEscrow, type Escrow } from '../use-escrow.ts';
import { AbortDialog } from './AbortDialog.tsx';
import { CeremonyPanel } from './CeremonyPanel.tsx';
import { NetworkWord } from './CeremonyScreen.tsx';
import '../escrow.css';

interface CeremonyDialogProps { keyId: string; run: string; step: string; mode: Mode; onClose(): void }

/** One that can give this key, also when it was begun elsewhere. */
function fitting(view: EscrowView, keyId: string): CeremonyView | null {
  const { ceremony } = view;
  return ceremony !== null && ceremony.key === keyId && ceremony.goal !== 'L1' && ceremony.state !== 'aborted' ? ceremony : null;
}

/** Another one is under way: its shares are out of their bags, so it comes first. */
function inTheWay({ ceremony }: EscrowView): CeremonyView | null {
  return ceremony !== null && ceremony.state !== 'finished' && ceremony.state !== 'aborted' ? ceremony : null;
}

export function CeremonyDialog({ keyId, run, step, mode, onClose }: CeremonyDialogProps) {
  const escrow = useEscrow();
  const { view } = escrow;
  if (view === null) return <Message title="Escrow" text={escrow.error === null ? 'Reading the register.' : escrow.error.message} onClose={onClose} />;
  const ceremony = fitting(view, keyId);
  if (ceremony !== null) return <Running escrow={escrow} view={view} ceremony={ceremony} run={run} step={step} onClose={onClose} />;
  const other = inTheWay(view);
  if (other !== null) return <Message title="Another ceremony is under way" text={`${visible(other.title)} is being verified. Finish that one first, or give it up, on the Escrow screen.`} onClose={onClose} />;
  const key = view.keys.find((one) => one.key === keyId);
  const version = key?.versions.find(({ state }) => state === 'current');
  if (key === undefined || version === undefined) return <Message title={`No key “${visible(keyId)}” is in escrow here`} text="Hand the secret over by its other way, or enrol the key from its shares on the Escrow screen." onClose={onClose} />;
  return <StartCeremonyDialog view={key} version={version.version} goal="L3" purpose={mode === 'live' ? 'incident' : 'drill'} quorum onStarted={escrow.showCeremony} onClose={onClose} />;
}

function Message({ title, text, onClose }: { title: string; text: string; onClose(): void }) {
  return <DialogBox title={title} onClose={onClose} actions={<Primary id={`back ${title}`} label="Back to the step" onPress={onClose} />}><p>{text}</p></DialogBox>;
}

interface RunningProps { escrow: Escrow; view: EscrowView; ceremony: CeremonyView; run: string; step: string; onClose(): void }

function Running({ escrow, view, ceremony, run, step, onClose }: RunningProps) {
  const { client } = useEngine();
  const guard = useShareGuard();
  const [ending, setEnding] = useState(false);
  const deliver = async (): Promise<void> => { escrow.showCeremony(await client.call('escrow.ceremony.deliver', { ceremony: ceremony.id, to: { run, step } })); };
  return (
    <ModalOverlay isOpen isDismissable={false} className="scrim" onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className="dialog-holder ceremony-holder">
        <Dialog className="dialog">
          <Layer>
            <div className="head row"><Heading slot="title" level={2} className="s16 grow">{visible(ceremony.title)} v{ceremony.version}, for step {visible(step)}</Heading><NetworkWord ceremony={ceremony} /></div>
            <div className="body">
              <div className="ceremony-dialog">
                <CeremonyPanel ceremony={ceremony} history={view.history} onView={escrow.showCeremony} onEnd={() => { setEnding(true); }} onPause={onClose} onDone={onClose} deliver={{ label: 'Give the key to the run', run: deliver }} />
              </div>
            </div>
            {ending && <AbortDialog ceremony={ceremony} onClose={() => { setEnding(false); }} onEnded={onClose} />}
            {guard.refused !== null && <RefusedShare looksLike={guard.refused} onClose={guard.clear} />}
          </Layer>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
