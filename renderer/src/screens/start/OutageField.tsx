import { useEffect, useState } from 'react';
import { Timestamp } from '../../../../electron/contract/scalars.ts';
import { TextField } from '../../components/Fields.tsx';
import { useNow } from '../../use-now.ts';
import { ago } from '../../wording.ts';
import { readUtc } from './read-utc.ts';

/** A time, '' when none was given, null when what was given is no time of the past. */
export type Outage = string | null;

/** When the outage began, in UTC. It starts the clock, so it is asked for and never guessed later; a drill may leave it to its start. */
export function OutageField({ drill, value, onChange }: { drill: boolean; value: Outage; onChange(value: Outage): void }) {
  const now = useNow();
  const [text, setText] = useState(() => (drill ? '' : new Date(now).toISOString().slice(0, 16).replace('T', ' ')));
  const open = drill && text.trim() === '';
  const at = readUtc(text, now);
  const read = open ? '' : at === null || at > now + 60_000 ? null : Timestamp.parse(new Date(at).toISOString());
  useEffect(() => {
    if (read !== value) onChange(read);
  }, [read, value, onChange]);
  const problem = open ? null : at === null ? 'Write it as 2026-09-15 01:12, or 01:12 for today or yesterday.' : at > now + 60_000 ? 'This lies in the future.' : null;
  const hint = open ? 'Left empty, the clock counts from the start, and data loss too.' : at === null || problem !== null ? undefined : `${ago(new Date(at).toISOString(), now)}. The recovery clock counts from here.`;
  return <TextField label={drill ? 'Outage began, UTC (optional)' : 'Outage began, UTC'} value={text} onChange={setText} problem={problem} hint={hint} />;
}
