import { useState } from 'react';
import { RadioField } from '../../../components/Fields.tsx';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

export function DecideAsk({ run, step, asks }: { run: Run; step: string; asks: AskOf<'decide'> }) {
  const [option, setOption] = useState('');
  const chosen = asks.options.find((candidate) => candidate.id === option);
  useAnswer(chosen === undefined ? null : `Decide: ${visible(chosen.label)}`, chosen === undefined ? 'Choose one.' : null, () => {
    if (chosen !== undefined) void run.send({ do: 'decide', step, option: chosen.id });
  });
  return (
    <section className="ask">
      <h2 className="s16">{visible(asks.question)}</h2>
      <RadioField legend={visible(asks.question)} hideLegend value={option} onChange={setOption} options={asks.options.map((candidate) => ({ value: candidate.id, label: visible(candidate.label) }))} />
    </section>
  );
}
