/** "Does this paper match?": words that were noted, a note, or a picture of the code, held against the record. */
import decodeQR from 'qr/decode.js';
import { useId, useState } from 'react';
import type { RecordMatch } from '../../../../electron/contract/record.ts';
import { EngineError } from '../../../../electron/contract/errors.ts';
import { utcInstant } from '../../../../electron/contract/wording.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { TextArea } from '../../components/Fields.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

/** Longer sides are scaled down: a code needs a few pixels a square, not a camera's forty million. */
const LONGEST_SIDE = 2400;

/** What the code in a picture holds; any picture that the window can draw. */
async function readCode(file: File): Promise<string> {
  const picture = await createImageBitmap(file).catch(() => { throw new EngineError('refused', 'This file is no picture that can be read.'); });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale))];
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new EngineError('internal', 'This window cannot draw pictures.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  try {
    return decodeQR(context.getImageData(0, 0, width, height));
  } catch {
    throw new EngineError('refused', 'No readable QR code was found in the picture.', { hint: 'Take it straight from above, with the whole code and some white around it.' });
  }
}

export function MatchDialog({ onClose }: { onClose(): void }) {
  const { client, dialogs } = useEngine();
  const [words, setWords] = useState('');
  const [match, setMatch] = useState<RecordMatch | null>(null);
  const picture = useId();
  const ask = useAction(async (given: { text: string } | { path: string } | { picture: File }) => {
    setMatch(null);
    setMatch(await client.call('record.match', 'picture' in given ? { text: await readCode(given.picture) } : given));
  });
  const fromNote = async (): Promise<void> => {
    const path = await dialogs.chooseOpen({ title: 'A checkpoint kept elsewhere', kinds: [] });
    if (path !== null) await ask.run({ path });
  };
  return (
    <DialogBox title="Does this paper match?" wide error={ask.error} onClose={onClose} actions={(
      <>
        <input id={picture} className="sr" type="file" accept="image/*" onChange={(event) => { const file = event.target.files?.[0]; if (file !== undefined) void ask.run({ picture: file }); event.target.value = ''; }} />
        <label className="btn" htmlFor={picture}>Picture of the code…</label>
        <Button onPress={() => { void fromNote(); }}>Note file…</Button>
        <Primary id="match" label="Compare the words" busy={ask.busy} missing={words.trim() === '' ? 'Type the words first.' : undefined} onPress={() => { void ask.run({ text: words }); }} />
      </>
    )}>
      <div className="stack loose">
        <p className="t2">A paper, a photograph or a note of a checkpoint, made here earlier, says what the record held then. If it does not match, the record was rewritten or rolled back since.</p>
        <TextArea label="Number of entries and the twelve words" hint="As on the paper. The first four letters of each word are enough." mono rows={2} value={words} onChange={setWords} autoFocus />
        {match !== null && <div role="status"><MatchResult match={match} /></div>}
      </div>
    </DialogBox>
  );
}

function MatchResult({ match }: { match: RecordMatch }) {
  const fits = match.answer === 'matches';
  return (
    <Notice tone={fits ? 'green' : 'red'} shape={fits ? 'sensed' : 'failed'}>
      <b className="med">{match.message}</b>
      {match.signatures.length > 0 && (
        <ul className="problems">
          {match.signatures.map(({ name, kind, holds, time }, index) => (
            <li key={index}><Glyph shape={holds === null ? 'unknown' : holds ? 'sensed' : 'failed'} tone={holds === null ? 'amber' : holds ? 'green' : 'red'} size={12} /><span>{visible(name)}{kind === 'witness' ? ', a witness' : kind === 'run' ? ', the run' : ', this laptop'}{time === null ? '' : `, seen ${utcInstant(time)}`}{holds === null ? ': key not known here' : ''}</span></li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
