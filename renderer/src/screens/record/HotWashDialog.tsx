/** The hot wash: five questions at the end of a run, while it is fresh. */
import { useState } from 'react';
import { HOT_WASH_PARTS, HOT_WASH_QUESTIONS, type HotWash, type SaidHotWash } from '../../../../electron/contract/after-action.ts';
import { utcInstant } from '../../../../electron/contract/wording.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { TextArea, TextField } from '../../components/Fields.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

export function HotWashDialog({ run, before, onClose }: { run: string; before: SaidHotWash | null; onClose(said: boolean): void }) {
  const { client } = useEngine();
  const [said, setSaid] = useState<HotWash>(before?.said ?? {});
  const [by, setBy] = useState('');
  const people = useQuery('people.list', { run });
  const names = (people.result?.people ?? []).filter(({ revoked_at }) => revoked_at === null).map(({ name }) => visible(name));
  const words: HotWash = Object.fromEntries(HOT_WASH_PARTS.flatMap((part) => ((said[part] ?? '').trim() === '' ? [] : [[part, said[part]]])));
  const record = useAction(async () => {
    await client.call('run.say-hot-wash', { run, by, said: words });
    onClose(true);
  });
  const missing = Object.keys(words).length === 0 ? 'Answer at least one question.' : by.trim() === '' ? 'Say who speaks.' : undefined;
  return (
    <DialogBox title="Hot wash" wide error={record.error} onClose={() => { onClose(false); }} escape="record nothing" actions={<Primary id={`hot-wash ${run}`} label={before === null ? 'Record it' : 'Record the correction'} missing={missing} busy={record.busy} onPress={() => { void record.run(); }} />}>
      <div className="stack loose">
        <p className="t2">{before === null ? 'Ask everybody who was there, before they leave. It stands in the report; what has to be done about it is raised as findings.' : `As ${visible(before.by)} recorded it at ${utcInstant(before.at)}. What you change is a correction: the earlier words stay in the record.`}</p>
        {HOT_WASH_PARTS.map((part, index) => <TextArea key={part} label={HOT_WASH_QUESTIONS[part]} rows={2} autoFocus={index === 0} value={said[part] ?? ''} onChange={(text) => { setSaid((old) => ({ ...old, [part]: text })); }} />)}
        <TextField label="Who speaks for it" value={by} onChange={setBy} suggestions={names} />
      </div>
    </DialogBox>
  );
}
