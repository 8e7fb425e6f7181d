import { useState } from 'react';
import { RadioField, TextArea, TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

/** The draft is the runbook's, filled in; the person says it, by whichever channel lives, and who was reached. */
export function NotifyAsk({ run, step, asks }: { run: Run; step: string; asks: AskOf<'notify'> }) {
  const [text, setText] = useState(asks.draft);
  const [channel, setChannel] = useState(asks.channels[0] ?? 'phone');
  const [reached, setReached] = useState('');
  const missing = reached.trim() === '' ? 'Say who was reached.' : text.trim() === '' ? 'The message is empty.' : null;
  useAnswer(null, missing, () => { void run.send({ do: 'sent', step, channel, reached, text }); });
  return (
    <section className="ask">
      <h2 className="s16">Tell: {visible(asks.audience)}</h2>
      <TextArea label="What you say; change it where it is wrong" rows={3} value={text} onChange={setText} />
      {asks.channels.length > 0 && <RadioField inline legend="By" value={channel} onChange={setChannel} options={asks.channels.map((name) => ({ value: name, label: visible(name) }))} />}
      <TextField label="Who was reached" value={reached} onChange={setReached} />
    </section>
  );
}
