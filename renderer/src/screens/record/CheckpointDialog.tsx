import { useEffect, useEffectEvent, useState } from 'react';
import type { Checkpoint } from '../../../../electron/contract/record.ts';
import { utcInstant } from '../../../../electron/contract/wording.ts';
import { Button } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { QrCode } from '../../components/QrCode.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

/** A signed checkpoint as words to note or to tell, and as a QR code to photograph: what anchors the record outside this laptop. */
export function CheckpointDialog({ onClose }: { onClose(): void }) {
  const { client } = useEngine();
  const [checkpoint, setCheckpoint] = useState<Checkpoint | null>(null);
  const make = useAction(async () => { setCheckpoint(await client.call('record.checkpoint', {})); });
  const first = useEffectEvent(() => { void make.run(); });
  useEffect(() => { first(); }, []);
  return (
    <DialogBox title="Checkpoint of the record" wide error={make.error} onClose={onClose} actions={<><Button onPress={() => { window.print(); }}>Print</Button><Button onPress={onClose}>Close</Button></>}>
      {checkpoint === null ? <p className="t2">Being signed.</p> : (
        <div className="stack loose">
          <p className="t2">Note these words on paper, tell them to somebody, or photograph the code with a device that stays elsewhere. Whoever rolls back or rewrites the record cannot make them fit again.</p>
          <div className="anchor">
            <div>
              <p className="words-big">{visible(checkpoint.words)}</p>
              <dl className="kv"><dt>Entries</dt><dd className="tn">{checkpoint.size}</dd><dt>At</dt><dd>{utcInstant(checkpoint.at)}</dd><dt>Root</dt><dd className="mono s12">{checkpoint.hash}</dd></dl>
            </div>
            <QrCode text={checkpoint.note} label="The signed note below as a QR code" />
          </div>
          <pre className="fulloutput" tabIndex={0} aria-label="Signed note">{visible(checkpoint.note)}</pre>
        </div>
      )}
    </DialogBox>
  );
}
