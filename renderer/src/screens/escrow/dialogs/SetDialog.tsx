/** A set of backups that a key seals: how its samples are sealed, and which files they are. The engine has the last word. */
import { useRef, useState } from 'react';
import { EngineError } from '../../../../../electron/contract/errors.ts';
import type { BackupSetView, EscrowView, SamplesLook } from '../../../../../electron/contract/escrow-register.ts';
import { counted, spokenBytes } from '../../../../../electron/contract/wording.ts';
import { Button } from '../../../components/Buttons.tsx';
import { Fault } from '../../../components/Fault.tsx';
import { TextArea, TextField } from '../../../components/Fields.tsx';
import { Notice } from '../../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../../engine-context.ts';
import { useNow } from '../../../use-now.ts';
import { visible } from '../../../visible.ts';
import { shortDay } from '../../../wording.ts';
import { shareLikeIn } from '../share-like.ts';
import { ByField, orNull, VerbDialog } from './RegisterDialogs.tsx';

/** As the parser has it: no known answer is larger. */
const LARGEST = 64 * 1024;
const NEW = 'kind: age\n';

interface Samples { samples: string; oldest: string; newest: string }
interface SetDialogProps { keyId: string; set: BackupSetView | null; onDone(view: EscrowView): void; onClose(): void }

const fileName = (path: string): string => path.split(/[\\/]/u).at(-1) ?? path;

/** What the files are on this laptop now, as far as it says which. */
function Today({ title, of }: { title: string; of: Samples }) {
  const now = useNow();
  const params = { title, samples: orNull(of.samples), oldest: orNull(of.oldest), newest: orNull(of.newest) };
  const named = params.samples !== null || params.oldest !== null || params.newest !== null;
  const look = useQuery('escrow.samples', named ? params : null);
  if (look.error !== null) return <Fault error={look.error} />;
  if (look.result === null) return null;
  const { files, lacks } = look.result;
  const said = (which: 'oldest' | 'newest', file: SamplesLook['oldest']): string | null => (file === null ? null : `${which} ${visible(fileName(file.path))}, ${spokenBytes(file.size)}, ${shortDay(file.at, now)}`);
  const found = [said('oldest', look.result.oldest), said('newest', look.result.newest)].filter((part) => part !== null);
  return (
    <Notice tone={lacks.length === 0 ? 'green' : 'amber'} shape={lacks.length === 0 ? 'sensed' : 'needs'}>
      <b className="med">What the samples are today{files === null ? '' : `, of ${counted(files, 'file', 'files')}`}: </b>
      {found.length === 0 ? 'none is here.' : `${found.join('; ')}.`}
      {lacks.map((text) => <div key={text} className="s12 t2">{visible(text)}.</div>)}
    </Notice>
  );
}

interface PathProps { label: string; value: string; onChange(path: string): void; onLeave(): void; onPick(path: string): void }

function PathField({ label, value, onChange, onLeave, onPick }: PathProps) {
  const { dialogs } = useEngine();
  const choose = useAction(async () => {
    const path = await dialogs.chooseOpen({ title: label, kinds: [] });
    if (path !== null) onPick(path);
  });
  return (
    <div className="with-button" data-holds="path">
      <TextField label={label} mono value={value} onChange={onChange} onBlur={onLeave} problem={choose.error?.message ?? null} />
      <Button tall label={`Choose the file: ${label}`} onPress={() => { void choose.run(); }}>Choose…</Button>
    </div>
  );
}

/** @throws EngineError `refused` for a file that cannot be a known answer */
async function readAnswer(file: File): Promise<string> {
  const refuse = (why: string): never => { throw new EngineError('refused', `${file.name} ${why}.`, { hint: 'Choose the file with the `answer:` mapping.' }); };
  if (file.size > LARGEST) return refuse('is larger than 64 KiB');
  const text = await file.text();
  const looksLike = shareLikeIn('answer', text);
  return looksLike === null ? text : refuse(`looks like ${looksLike} and was not taken`);
}

export function SetDialog({ keyId, set, onDone, onClose }: SetDialogProps) {
  const before = set?.definition ?? null;
  const first: Samples = { samples: before?.samples ?? '', oldest: before?.oldest ?? '', newest: before?.newest ?? '' };
  const [id, setId] = useState(set?.id ?? '');
  const [title, setTitle] = useState(set?.title ?? '');
  const [answer, setAnswer] = useState<{ text: string; file: string | null }>({ text: before?.answer ?? NEW, file: null });
  const [samples, setSamples] = useState(first);
  const [looked, setLooked] = useState(first);
  const [by, setBy] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const read = useAction(async (file: File) => { setAnswer({ text: await readAnswer(file), file: file.name }); });
  const put = (change: Partial<Samples>): void => { setSamples((old) => ({ ...old, ...change })); };
  const leave = (): void => { setLooked(samples); };
  const pick = (change: Partial<Samples>): void => {
    put(change);
    setLooked({ ...samples, ...change });
  };
  const missing = id.trim() === '' ? 'The id of the set is missing.' : answer.text.trim() === '' ? 'Say how its samples are sealed.' : by.trim() === '' ? 'Say who says so.' : undefined;
  const params = {
    key: keyId, set: id.trim(), ...(orNull(title) === null ? {} : { title: title.trim() }), answer: answer.text, ...(answer.file === null ? {} : { file: answer.file }),
    samples: orNull(samples.samples), oldest: orNull(samples.oldest), newest: orNull(samples.newest), by: by.trim(),
  };
  return (
    <VerbDialog wide title={set === null ? 'Name a set of backups' : `Change ${visible(set.title)}`} label="Put it on record" method="escrow.set" params={params} missing={missing} onDone={onDone} onClose={onClose}>
      <div className="two-fields">
        <TextField label="Id of the set" mono value={id} onChange={(text) => { if (set === null) setId(text); }} autoFocus={set === null} placeholder="daily" hint={set === null ? undefined : 'It stays; another id is another set.'} />
        <TextField label="What people call it" value={title} onChange={setTitle} autoFocus={set !== null} placeholder="Daily dumps" />
      </div>
      <div className="answer" data-holds="answer">
        <TextArea label="How its samples are sealed, as YAML" mono rows={6} value={answer.text} onChange={(text) => { setAnswer((old) => ({ ...old, text })); }} hint="The answer: mapping of a runbook. Nothing secret stands in it." />
        <div className="row wrap">
          <input ref={picker} type="file" hidden data-picker="answer" accept=".yaml,.yml,.json,.md,.txt" onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ''; if (file !== undefined) void read.run(file); }} />
          <Button onPress={() => { picker.current?.click(); }}>Read it from a file…</Button>
          {answer.file !== null && <span className="s13 t2">{visible(answer.file)}</span>}
        </div>
        {read.error !== null && <Fault error={read.error} />}
      </div>
      <div data-holds="path"><TextField label="Pattern of its files; the oldest and the newest count" mono value={samples.samples} onChange={(text) => { put({ samples: text }); }} onBlur={leave} placeholder="/media/kit/ampora/*.dump.age" /></div>
      <div className="two-fields">
        <PathField label="Its oldest sample, if not by the pattern" value={samples.oldest} onChange={(oldest) => { put({ oldest }); }} onLeave={leave} onPick={(oldest) => { pick({ oldest }); }} />
        <PathField label="Its newest sample, if not by the pattern" value={samples.newest} onChange={(newest) => { put({ newest }); }} onLeave={leave} onPick={(newest) => { pick({ newest }); }} />
      </div>
      <Today title={orNull(title) ?? (id.trim() === '' ? 'the set' : id.trim())} of={looked} />
      <ByField by={by} onChange={setBy} />
    </VerbDialog>
  );
}

export function RemoveSetDialog({ keyId, set, onDone, onClose }: SetDialogProps & { set: BackupSetView }) {
  const [reason, setReason] = useState('');
  const [by, setBy] = useState('');
  const missing = reason.trim() === '' ? 'A reason is missing.' : by.trim() === '' ? 'Say who says so.' : undefined;
  return (
    <VerbDialog danger title={`Remove ${visible(set.title)}`} label="Remove the set" method="escrow.set-remove" params={{ key: keyId, set: set.id, reason: reason.trim().slice(0, 400), by: by.trim() }} missing={missing} onDone={onDone} onClose={onClose}>
      <p>Its backups are no longer opened when the key is verified, and its column goes from the matrix, with any alarm. Records that name it stay.</p>
      <TextField label="Why" value={reason} onChange={setReason} autoFocus placeholder="the backups were moved to another key" />
      <ByField by={by} onChange={setBy} />
    </VerbDialog>
  );
}
