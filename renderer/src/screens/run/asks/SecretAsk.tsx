import { useRef, useState } from 'react';
import { Button } from '../../../components/Buttons.tsx';
import { SecretField, takeSecret } from '../../../components/SecretField.tsx';
import { CeremonyDialog } from '../../escrow/ceremony/CeremonyDialog.tsx';
import { useQuery } from '../../../engine-context.ts';
import { isWholeKey } from '../../escrow/escrow-words.ts';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

/** Id of the escrowed key that the runbook names as a source; null where it names none. */
export function escrowOf(sources: readonly string[]): string | null {
  return sources.flatMap((source) => /^escrow (?<key>\S+)$/u.exec(source)?.groups?.['key'] ?? [])[0] ?? null;
}

/** The secret goes from the field into one frame and is wiped on this side at once; a key in escrow comes by its custodians. */
export function SecretAsk({ run, step, asks }: { run: Run; step: string; asks: AskOf<'secret'> }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [bytes, setBytes] = useState(0);
  const [meeting, setMeeting] = useState(false);
  const named = escrowOf(asks.sources);
  const register = useQuery('escrow.view', named === null ? null : {});
  // A key that the register of this laptop does not know cannot be rebuilt here; one that is held whole is handed over as it is.
  const key = register.result?.keys.some((known) => known.key === named && known.versions.some(({ state, scheme }) => state === 'current' && !isWholeKey(scheme))) === true ? named : null;
  const byQuorum = key !== null && bytes === 0;
  const missing = byQuorum ? null : bytes === 0 ? 'Type or paste it.' : bytes < 6 ? 'Under 6 bytes it could not be masked.' : null;
  useAnswer(byQuorum ? 'Bring the custodians together…' : null, missing, () => {
    if (byQuorum) {
      setMeeting(true);
      return;
    }
    const value = takeSecret(field);
    setBytes(0);
    void run.send({ do: 'secret', step, value }).finally(() => { value.fill(0); });
  });
  const others = asks.sources.filter((source) => source !== 'prompt' && source !== `escrow ${key ?? ''}`);
  return (
    <section className="ask">
      <h2 className="s16">{visible(asks.prompt)}</h2>
      {key !== null && <div className="row wrap"><span className="s13 t2">It lies in escrow as <span className="mono">{visible(key)}</span>: a quorum of its custodians rebuilds it, on record.</span><Button onPress={() => { setMeeting(true); }}>Begin the ceremony…</Button></div>}
      {others.length > 0 && asks.sources.length > 1 && <p className="s13 t2">Not found by itself in: {others.map(visible).join(', ')}.</p>}
      <SecretField label={key === null ? `Secret ${visible(asks.secret)}` : `Or the secret ${visible(asks.secret)} itself, if somebody holds it whole`} field={field} bytes={bytes} onBytes={setBytes} />
      {meeting && key !== null && <CeremonyDialog keyId={key} run={run.view?.id ?? ''} step={step} mode={run.view?.mode ?? 'live'} onClose={() => { setMeeting(false); }} />}
    </section>
  );
}
