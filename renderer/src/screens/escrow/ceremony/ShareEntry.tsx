/** A share, or a key that is held whole: typed behind dots, or out of a file or a QR code. It goes to the engine as bytes and is overwritten here. */
import { RotateCcw, ScanLine } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { EscrowFormat } from '../../../../../electron/contract/escrow.ts';
import { spokenBytes } from '../../../../../electron/contract/wording.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { PassphraseField, takeText } from '../../../components/Fields.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { useAction, useEngine } from '../../../engine-context.ts';
import { useKeys } from '../../../keys/use-keys.tsx';
import { useNow } from '../../../use-now.ts';
import { visible } from '../../../visible.ts';
import { shortDay } from '../../../wording.ts';
import { isWholeKey, WANTS_PASSPHRASE } from '../escrow-words.ts';
import { Frame } from './Frame.tsx';
import { LeaveOut } from './LeaveOut.tsx';
import { readShareFile } from './read-file.ts';
import { GROUP, ShareBuffer } from './share-buffer.ts';
import { named } from './stages.ts';
import type { StageProps } from './use-ceremony-call.ts';

const ICON = { size: 16, strokeWidth: 1.75, 'aria-hidden': true } as const;
/** More groups than that are drawn smaller, and a text of more than so many characters as one plate. */
const MANY = 18;
const LONG = 216;

interface Loaded { name: string; bytes: Uint8Array<ArrayBuffer> }

/** Plates of four dots each, or one a word; the one that is being typed has the caret. */
function Groups({ length, total, words }: { length: number; total: number | null; words: boolean }) {
  const size = words ? 1 : GROUP;
  const expected = total === null ? 0 : Math.ceil(total / size);
  const full = Math.floor(length / size);
  const count = Math.max(expected, words ? Math.max(1, length) : full + (total !== null && length >= total && length % size === 0 ? 0 : 1));
  const here = words ? Math.max(0, length - 1) : full;
  return (
    <>
      {Array.from({ length: count }, (_, index) => {
        const filled = words ? index < length : index < full;
        const part = !words && index === full ? length % size : 0;
        const now = index === here && !(filled && !words);
        return (
          <div key={index}>
            <span className={now ? 'here' : filled ? '' : 'open'}>{filled ? '••••' : part > 0 ? '•'.repeat(part) : now ? '' : '····'}{now && <i className="caret" />}</span>
            <small className={now ? 't1' : undefined}>{index + 1}{now && ', now'}</small>
          </div>
        );
      })}
    </>
  );
}

interface BoxProps { what: string; buffer: ShareBuffer; length: number; total: number | null; words: boolean; onChange(): void }

/** It takes keys itself: a field of the page would keep the share as a text that nobody can overwrite. */
function ShareBox({ what, buffer, length, total, words, onChange }: BoxProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => { place.current?.focus({ preventScroll: true }); }, []);
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Backspace') buffer.back();
    else if ([...event.key].length === 1) buffer.type(event.key);
    else return;
    event.preventDefault();
    onChange();
  };
  const paste = (event: ClipboardEvent): void => {
    event.preventDefault();
    buffer.type(event.clipboardData.getData('text/plain'));
    onChange();
  };
  const unit = words ? 'words' : 'characters';
  const label = total === null ? `${what}, hidden, ${length} ${unit} typed` : `${what}, hidden, ${length} of ${total} ${unit} typed`;
  const long = total === null && !words && length > LONG;
  const many = Math.max(length, total ?? 0) > MANY * (words ? 1 : GROUP);
  return (
    <div ref={place} className={`groups${many && !long ? ' many' : ''}`} role="textbox" aria-label={label} tabIndex={0} data-keys="line" onKeyDown={press} onPaste={paste}>
      {long ? <p className="long tn">{length.toLocaleString('en')} characters. Nothing of them is shown.</p> : <Groups length={length} total={total} words={words} />}
    </div>
  );
}

function LoadedPlate({ loaded, onDrop }: { loaded: Loaded; onDrop(): void }) {
  return (
    <div className="loaded">
      <Glyph shape="confirmed" tone="green" size={24} />
      <div className="grow"><b className="med">{visible(loaded.name)}</b><div className="s13 t2">{spokenBytes(loaded.bytes.length)} read. Nothing of it is shown.</div></div>
      <Button look="quiet" onPress={onDrop}>Take it back</Button>
    </div>
  );
}

function leadFor(scheme: EscrowFormat, total: number | null, fileOnly: boolean): string {
  if (isWholeKey(scheme)) return fileOnly ? 'It is a file: read it from the stick. Nothing of it appears.' : 'Typed or pasted as it is written, blanks and all; or from its file. Only dots appear.';
  if (scheme === 'slip39') return 'Word by word, with a blank between them. Only dots appear.';
  if (scheme === 'horcrux') return 'A Horcrux share is a file: read it from the stick. Nothing of it appears.';
  const groups = total === null ? 'As it is written on the card' : `${Math.ceil(total / GROUP)} groups of four, in the order of the card`;
  return `${groups}; capitals matter. Blanks do not count. Only dots appear.`;
}

function titleFor(what: string, loaded: boolean, fileOnly: boolean, tries: number): string {
  if (loaded) return `The ${what} is read; have it checked`;
  if (fileOnly) return `Choose the file of the ${what}${tries === 0 ? '' : ' once more'}`;
  if (tries > 0) return `Type the ${what} once more`;
  return what === 'key' ? 'Type the key, or choose its file' : 'Type the share from your card';
}

export function ShareEntry({ ceremony, share, onView, onEnd, onTyped }: StageProps & { onTyped(length: number | null): void }) {
  const { client } = useEngine();
  const now = useNow();
  const words = ceremony.scheme === 'slip39';
  const whole = isWholeKey(ceremony.scheme);
  const what = whole ? 'key' : 'share';
  const fileOnly = ceremony.scheme === 'horcrux' || (whole && !ceremony.encodings.includes('text'));
  const [buffer] = useState(() => new ShareBuffer(words ? 'words' : whole ? 'text' : 'characters'));
  const [length, setLength] = useState(0);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const passphrase = useRef<HTMLInputElement>(null);
  const total = ceremony.share_characters;
  const changed = (): void => {
    setLength(buffer.length);
    onTyped(buffer.length);
  };
  // What was typed and not sent is wiped, however this ends.
  useEffect(() => () => { buffer.wipe(); onTyped(0); }, [buffer, onTyped]);
  useEffect(() => () => { loaded?.bytes.fill(0); }, [loaded]);
  useEffect(() => { if (loaded !== null) onTyped(null); }, [loaded, onTyped]);
  useKeys([
    { key: 'Backspace', ctrl: true, label: 'Clear the last group', run: () => { buffer.clearGroup(); changed(); } },
    { key: 'o', ctrl: true, label: 'Read it from a file or QR code', run: () => { picker.current?.click(); } },
  ]);
  const read = useAction(async (file: File) => {
    buffer.wipe();
    changed();
    setLoaded({ name: file.name, bytes: await readShareFile(file, ceremony.scheme) });
  });
  const check = useAction(async () => {
    const bytes = loaded === null ? buffer.take() : loaded.bytes.slice();
    const secret = new TextEncoder().encode(takeText(passphrase));
    changed();
    try {
      onView(await client.call('escrow.ceremony.share', { ceremony: ceremony.id, x: share.x, bytes, ...(secret.length === 0 ? {} : { passphrase: secret }) }));
    } finally {
      bytes.fill(0);
      secret.fill(0);
      setLoaded(null);
    }
  });
  const unit = words ? 'words' : 'characters';
  const least = total === null ? 1 : total - 2; // padding may be left out
  const missing = loaded !== null ? undefined : length === 0 ? (fileOnly ? 'Choose its file.' : 'Nothing is entered yet.') : length < least ? `${(total ?? 0) - length} ${unit} to go` : undefined;
  const who = share.custody === null ? named(share.slot) : `${visible(share.custody.custodian)}, ${share.slot}`;
  return (
    <Frame focused={!fileOnly && loaded === null} title={titleFor(what, loaded !== null, fileOnly, share.tries)} lead={`${who}. ${leadFor(ceremony.scheme, total, fileOnly)} ${ceremony.goal === 'L1' ? 'No key is rebuilt today.' : ''}`} error={check.error ?? read.error} onEnd={onEnd}
      actions={<>{!whole && <LeaveOut ceremony={ceremony} share={share} onView={onView} />}<Primary id={`check ${ceremony.id} ${share.x} ${share.tries}`} label={whole && check.busy ? 'Checking the key' : `Check this ${what}`} missing={missing} busy={check.busy || read.busy} onPress={() => { void check.run(); }} /></>}
    >
      {loaded !== null && <LoadedPlate loaded={loaded} onDrop={() => { setLoaded(null); }} />}
      {loaded === null && !fileOnly && <ShareBox what={whole ? 'Key' : 'Share'} buffer={buffer} length={length} total={words ? null : total} words={words} onChange={changed} />}
      <div className="row wrap">
        <input ref={picker} type="file" hidden data-picker="share" onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ''; if (file !== undefined) void read.run(file); }} />
        <Button look="quiet" onPress={() => { picker.current?.click(); }}><ScanLine {...ICON} />{fileOnly ? 'Choose its file…' : 'Read from a file or QR code…'} <kbd>Ctrl O</kbd></Button>
        {loaded === null && length > 0 && <Button look="quiet" onPress={() => { buffer.clearGroup(); changed(); }}><RotateCcw {...ICON} />Clear {words ? 'the last word' : `group ${Math.max(1, Math.ceil(length / GROUP))}`} <kbd>Ctrl Backspace</kbd></Button>}
      </div>
      {WANTS_PASSPHRASE.has(ceremony.scheme) && <div className="form"><PassphraseField label={words ? 'Passphrase over the shares, if there is one' : 'Passphrase of its file, if it has one'} source={passphrase} onPresence={() => undefined} /></div>}
      <div className="facts2">
        <div><span className="label">Compared with</span><b>{share.last === null ? 'The commitment of its enrolment' : `Its commitment; matched ${shortDay(share.last.at, now)}`}</b></div>
        <div><span className="label">What the check proves</span><b>{!whole ? 'L1, share unchanged' : ceremony.goal === 'L4' ? 'L3, the key; L4, it opens the backups' : 'L3, the committed key'}</b></div>
        <div><span className="label">What leaves this page</span><b>Match or no match</b></div>
      </div>
    </Frame>
  );
}
