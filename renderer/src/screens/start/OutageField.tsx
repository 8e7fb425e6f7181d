import { useEffect, useState } from 'react';
import { Timestamp } from '../../../../electron/contract/scalars.ts';
import { TextField } from '../../components/Fields.tsx';
import { useNow } from '../../use-now.ts';
import { ago } from '../../wording.ts';
import { readUtc } from './read-utc.ts';

/** When the outage began, in UTC. It starts the clock, so it is asked for and never guessed later. */
export function OutageField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const now = useNow();
  const [text, setText] = useState(() => new Date(now).toISOString().slice(0, 16).replace('T', ' '));
  const at = readUtc(text, now);
  const read = at === null || at > now + 60_000 ? '' : Timestamp.parse(new Date(at).toISOString());
  useEffect(() => {
    if (read !== value) onChange(read);
  }, [read, value, onChange]);
  const problem = at === null ? 'Write it as 2026-09-15 01:12, or 01:12 for today or yesterday.' : at > now + 60_000 ? 'This lies in the future.' : null;
  return <TextField label="Outage began, UTC" value={text} onChange={setText} problem={problem} hint={at === null || problem !== null ? undefined : `${ago(new Date(at).toISOString(), now)}. The recovery clock counts from here.`} />;
}
