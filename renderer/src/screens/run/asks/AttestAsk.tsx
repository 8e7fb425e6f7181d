import { useState } from 'react';
import { TextField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

export function AttestAsk({ run, step, asks }: { run: Run; step: string; asks: AskOf<'attest'> }) {
  const [note, setNote] = useState('');
  useAnswer(null, note.trim() === '' ? 'Say how you know.' : null, () => { void run.send({ do: 'attest', step, note }); });
  return <section className="ask"><h2 className="s16">{visible(asks.statement)}</h2><TextField label="How do you know?" value={note} onChange={setNote} /></section>;
}
