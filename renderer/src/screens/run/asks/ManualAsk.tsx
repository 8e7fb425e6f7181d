import { useState } from 'react';
import { Button } from '../../../components/Buttons.tsx';
import { CheckField, TextField } from '../../../components/Fields.tsx';
import { useEngine } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

function missingOf(asks: AskOf<'manual'>, ticked: readonly boolean[], note: string, files: readonly string[]): string | null {
  const open = ticked.filter((tick) => !tick).length;
  if (open > 0) return `${open} of ${ticked.length} to tick.`;
  if (asks.evidence === 'note' && note.trim() === '') return 'The runbook asks for a note.';
  if ((asks.evidence === 'file' || asks.evidence === 'photo') && files.length === 0) return `The runbook asks for a ${asks.evidence}.`;
  return null;
}

/** Something done outside this laptop: a person says that it is done, point by point, with the evidence asked for. */
export function ManualAsk({ run, step, asks }: { run: Run; step: string; asks: AskOf<'manual'> }) {
  const { dialogs } = useEngine();
  const [ticked, setTicked] = useState<boolean[]>(() => asks.checklist.map(() => false));
  const [note, setNote] = useState('');
  const [files, setFiles] = useState<string[]>([]);
  useAnswer(null, missingOf(asks, ticked, note, files), () => {
    void run.send({ do: 'confirm', step, checklist: ticked, ...(note.trim() === '' ? {} : { note }), ...(files.length === 0 ? {} : { evidence: files }) });
  });
  const add = async (): Promise<void> => {
    const path = await dialogs.chooseOpen({ title: 'Evidence of this step', kinds: [] });
    if (path !== null) setFiles((old) => [...old.filter((file) => file !== path), path]);
  };
  const wantsFile = asks.evidence === 'file' || asks.evidence === 'photo';
  return (
    <section className="ask">
      <h2 className="s16">{visible(asks.confirm)}</h2>
      {asks.checklist.length > 0 && (
        <div className="ticks">{asks.checklist.map((item, index) => <CheckField key={index} label={visible(item)} checked={ticked[index] ?? false} onChange={(tick) => { setTicked((old) => old.map((value, at) => (at === index ? tick : value))); }} />)}</div>
      )}
      <TextField label={asks.evidence === 'note' ? 'Note, for the record' : 'Note (optional)'} value={note} onChange={setNote} />
      {wantsFile && <div className="row wrap"><Button onPress={() => { void add(); }}>Add a {asks.evidence === 'photo' ? 'photo' : 'file'}…</Button>{files.map((file) => <span className="mono s12" key={file}>{visible(file)}</span>)}</div>}
    </section>
  );
}
