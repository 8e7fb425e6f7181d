import { useRef, useState } from 'react';
import { SecretField, takeSecret } from '../../../components/SecretField.tsx';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

/** The secret goes from the field into one frame and is wiped on this side at once. */
export function SecretAsk({ run, step, asks }: { run: Run; step: string; asks: AskOf<'secret'> }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [bytes, setBytes] = useState(0);
  const missing = bytes === 0 ? 'Type or paste it.' : bytes < 6 ? 'Under 6 bytes it could not be masked.' : null;
  useAnswer(null, missing, () => {
    const value = takeSecret(field);
    setBytes(0);
    void run.send({ do: 'secret', step, value }).finally(() => { value.fill(0); });
  });
  return (
    <section className="ask">
      <h2 className="s16">{visible(asks.prompt)}</h2>
      {asks.sources.length > 1 && <p className="s13 t2">Not found by itself in: {asks.sources.filter((source) => source !== 'prompt').map(visible).join(', ')}.</p>}
      <SecretField label={`Secret ${visible(asks.secret)}`} field={field} bytes={bytes} onBytes={setBytes} />
    </section>
  );
}
