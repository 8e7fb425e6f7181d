/** Copies of the record in a locked bucket: when, where, up to which entry; and the way to make the next one. */
import { CloudUpload } from 'lucide-react';
import { useState } from 'react';
import type { Replication, ReplicationProgress } from '../../../../electron/contract/replication.ts';
import { counted, spokenBytes } from '../../../../electron/contract/wording.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { Fault } from '../../components/Fault.tsx';
import { TextField } from '../../components/Fields.tsx';
import { Meter } from '../../components/Measures.tsx';
import { Notice, type State, StateWord } from '../../components/States.tsx';
import { type Query, useAction, useEngine, useEngineEvents, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dayTime, shortDay } from '../../wording.ts';

const SHOWN = 8;

function stateOf({ state }: Replication, running: boolean): State {
  switch (state) {
    case 'done': return { word: 'Copied and read back', shape: 'sensed', tone: 'green' };
    case 'differs': return { word: 'Differs', shape: 'failed', tone: 'red' };
    case 'failed': return { word: 'Not done', shape: 'needs', tone: 'amber' };
    case 'open': return running ? { word: 'Under way', shape: 'running', tone: 'blue' } : { word: 'Cut off', shape: 'unknown', tone: 'amber' };
  }
}

function Row({ replication, running }: { replication: Replication; running: boolean }) {
  const now = useNow();
  const { started_at, folder, endpoint, by, entries, signed, objects, created, bytes, locked_until, problems, reason } = replication;
  return (
    <tr>
      <td className="nw tn">{dayTime(started_at, now)}<div className="sub">{by === null ? '' : visible(by)}</div></td>
      <td><span className="mono s12 breakable">{visible(folder)}</span><div className="sub wrap">{endpoint === null ? 'AWS' : visible(endpoint)}</div></td>
      <td className="tn">{entries}{signed < entries && <div className="sub wrap">signed up to {signed}</div>}</td>
      <td><StateWord state={stateOf(replication, running)} /><div className="sub wrap">{reason !== null ? visible(reason) : problems[0] !== undefined ? `${visible(problems[0])}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ''}` : objects === null ? '' : `${counted(objects, 'object', 'objects')}, ${created ?? 0} new, ${spokenBytes(bytes ?? 0)}`}</div></td>
      <td className="nw tn">{locked_until === null ? '–' : shortDay(locked_until, now)}</td>
    </tr>
  );
}

export function Replications() {
  const query = useQuery('record.replications', {});
  const [asking, setAsking] = useState(false);
  const all = query.result?.replications ?? [];
  const running = query.result?.running === true;
  return (
    <section className="card" aria-labelledby="copies">
      <header><CloudUpload size={16} strokeWidth={1.75} aria-hidden="true" /><h2 id="copies">Copies in a locked bucket</h2><span className="end"><Button onPress={() => { setAsking(true); }}>Copy the record…</Button></span></header>
      {query.error !== null && <Fault error={query.error} />}
      {all.length === 0
        ? <div className="body"><p className="t2">There is none yet. A bucket with Object Lock keeps what it was given: nobody can delete or change it before its time, not even with all keys of this laptop.</p></div>
        : (
          <div className="scroll-x"><table className="table copies">
            <thead><tr><th>When, UTC</th><th>Where</th><th>Up to entry</th><th>State</th><th>Locked until</th></tr></thead>
            <tbody>{all.slice(0, SHOWN).map((one, index) => <Row key={one.id} replication={one} running={running && index === 0} />)}</tbody>
          </table></div>
        )}
      {asking && <ReplicateDialog last={all[0] ?? null} query={query} onClose={() => { setAsking(false); query.reload(); }} />}
    </section>
  );
}

function ReplicateDialog({ last, query, onClose }: { last: Replication | null; query: Query<unknown>; onClose(): void }) {
  const { client } = useEngine();
  const [asked, setAsked] = useState({ to: last?.to ?? '', endpoint: last?.endpoint ?? '', retain: '1y', by: '' });
  const set = (name: keyof typeof asked) => (value: string): void => { setAsked((old) => ({ ...old, [name]: value })); };
  const [progress, setProgress] = useState<ReplicationProgress | null>(null);
  const [done, setDone] = useState<Replication | null>(null);
  useEngineEvents((event) => { if (event.event === 'replication.progress') setProgress(event.progress); });
  const copy = useAction(async () => {
    setProgress(null);
    try {
      setDone(await client.call('record.replicate', { to: asked.to.trim(), by: asked.by.trim(), retain: asked.retain.trim(), ...(asked.endpoint.trim() === '' ? {} : { endpoint: asked.endpoint.trim() }) }));
    } finally {
      query.reload();
    }
  });
  const missing = asked.to.trim() === '' ? 'The address is missing.' : asked.by.trim() === '' ? 'Say who does it.' : !/^[1-9]\d*(?:d|mo|y)$/u.test(asked.retain.trim()) ? 'The lock reads 90d, 6mo or 7y.' : undefined;
  const title = done !== null ? (done.state === 'done' ? 'The record is copied' : 'The copy does not hold') : copy.busy ? 'The record is being copied' : 'Copy the record into a locked bucket';
  // One dialog and one primary action all the way: what has the focus stays, so that an Enter too many closes nothing.
  return (
    <DialogBox
      title={title} error={copy.error} onClose={onClose} escape={done !== null ? 'close' : copy.busy ? 'let it go on' : 'copy nothing'}
      actions={<>
        {copy.busy && <Button onPress={() => { void client.call('record.replicate.stop', {}); }}>Stop</Button>}
        {done === null
          ? <Primary key="one" id={`copy ${asked.to} ${asked.endpoint}`} label={copy.busy ? 'Copying' : 'Copy and read back'} missing={copy.busy ? undefined : missing} busy={copy.busy} onPress={() => { void copy.run(); }} />
          : <Primary key="one" id="copied" label="Done" onPress={onClose} />}
      </>}
    >
      {done !== null ? <Result replication={done} /> : copy.busy ? <Copying progress={progress} /> : (
        <div className="stack loose">
          <TextField label="Bucket and prefix" mono value={asked.to} onChange={set('to')} autoFocus placeholder="s3://records/laptops" hint="The bucket needs Object Lock. This laptop gets a folder of its own in it." />
          <TextField label="Endpoint" mono value={asked.endpoint} onChange={set('endpoint')} placeholder="https://s3.example.org" hint="Of a store of your own; empty for AWS." />
          <TextField label="Locked for" value={asked.retain} onChange={set('retain')} hint="90d, 6mo, 7y. A lock cannot be taken back before its time, by nobody." />
          <TextField label="Your name, for the record" value={asked.by} onChange={set('by')} />
          <p className="t2 s13">The keys of the store are those that S3 checks find: the environment, or <span className="mono">blackstart-s3/BUCKET</span> under Credentials.</p>
        </div>
      )}
    </DialogBox>
  );
}

function Copying({ progress }: { progress: ReplicationProgress | null }) {
  const { doing, done, total } = progress ?? { doing: 'reaching the store', done: 0, total: 0 };
  return (
    <div className="stack loose" role="status">
      <p>{visible(doing)}{total === 0 ? '' : `: ${done} of ${counted(total, 'object', 'objects')}`}</p>
      <Meter value={done} target={total === 0 ? null : total} tone="blue" />
      <p className="t2">Stopped or cut off, the next one goes on where this one ended.</p>
    </div>
  );
}

function Result({ replication: { state, entries, objects, created, bytes, folder, problems } }: { replication: Replication }) {
  const good = state === 'done';
  return (
    <Notice tone={good ? 'green' : 'red'} shape={good ? 'sensed' : 'failed'}>
      <b className="med">{good ? `Up to entry ${entries}: ${counted(objects ?? 0, 'object', 'objects')}, each read back and locked.` : counted(problems.length, 'problem was found.', 'problems were found.')}</b> {created ?? 0} new, {spokenBytes(bytes ?? 0)}.
      <div className="mono s12 t2 gap-top breakable">{visible(folder)}</div>
      {problems.length > 0 && <ul className="problems">{problems.slice(0, 12).map((problem) => <li key={problem}>{visible(problem)}</li>)}</ul>}
    </Notice>
  );
}
