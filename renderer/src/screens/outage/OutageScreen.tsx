/** The outage switchboard: what is dead, and what of every runbook turns red with it. */
import { useState } from 'react';
import type { Lifeline, OutageView } from '../../../../electron/contract/outage.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { Fault } from '../../components/Fault.tsx';
import { TextField } from '../../components/Fields.tsx';
import { StateWord } from '../../components/States.tsx';
import { type Query, useAction, useEngine, useQuery } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dayTime } from '../../wording.ts';
import { Dependents } from './Dependents.tsx';
import './outage.css';

const DEAD = { word: 'Dead', shape: 'dead', tone: 'red' } as const;
const ALIVE = { word: 'Alive', shape: 'alive', tone: 'green' } as const;

function title(view: OutageView | null): string {
  if (view === null) return 'Outage';
  const dead = view.lifelines.filter((line) => line.dead).length;
  return dead === 0 ? 'Everything counts as alive' : `${counted(dead, 'thing is', 'things are')} dead`;
}

function leaning({ runbooks }: Lifeline): string {
  const all = runbooks.flatMap(({ dependents }) => dependents);
  const stuck = all.filter(({ vital, otherwise }) => vital && otherwise === null).length;
  return `${counted(all.length, 'place', 'places')} in ${counted(runbooks.length, 'runbook', 'runbooks')}${stuck === 0 ? ', none comes to a halt' : `, ${stuck} ${stuck === 1 ? 'comes' : 'come'} to a halt`}`;
}

function Lifelines({ lines, dead, selected, onSelect, onMark }: { lines: readonly Lifeline[]; dead: readonly string[]; selected: string | null; onSelect(id: string): void; onMark(id: string): void }) {
  return (
    <section className="card scroll-x" aria-label="What the runbooks lean on">
      <table className="table lifelines">
        <thead><tr><th>State</th><th>Thing</th><th>What leans on it</th><th><span className="sr">Action</span></th></tr></thead>
        <tbody>
          {lines.map((line) => {
            const is = dead.includes(line.id);
            return (
              <tr key={line.id} aria-selected={line.id === selected} onClick={() => { onSelect(line.id); }}>
                <td className="nw"><StateWord state={is ? DEAD : ALIVE} />{is === line.dead ? '' : <span className="s12 t3"> not marked yet</span>}</td>
                <td className="med"><button type="button" className="plain" aria-pressed={line.id === selected} onClick={() => { onSelect(line.id); }}>{visible(line.id)}</button></td>
                <td className="ev">{leaning(line)}</td>
                <td className="num"><Button look="quiet" label={`${is ? 'It is alive' : 'It is dead'}: ${line.id}`} onPress={() => { onSelect(line.id); onMark(line.id); }}>{is ? 'It is alive' : 'It is dead'}</Button></td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function MarkDialog({ outage, dead, onClose }: { outage: Query<OutageView>; dead: readonly string[]; onClose(): void }) {
  const { client } = useEngine();
  const people = useQuery('people.list', {});
  const [by, setBy] = useState('');
  const mark = useAction(async () => {
    await client.call('outage.mark', { dead: [...dead], by });
    outage.reload();
    onClose();
  });
  const names = (people.result?.people ?? []).flatMap((person) => (person.revoked_at === null ? [person.name] : []));
  return (
    <DialogBox title={dead.length === 0 ? 'Everything is alive' : `Dead: ${dead.map(visible).join(', ')}`} error={mark.error} onClose={onClose} escape="change nothing" actions={<Primary id={`mark ${dead.join(' ')}`} label="Mark it so" missing={by.trim() === '' ? 'A name is missing.' : undefined} busy={mark.busy} onPress={() => { void mark.run(); }} />}>
      <p className="gap t2">Readiness counts with it from now on, and every live recovery that begins does. It is kept in the record with the name and the time.</p>
      <TextField label="Who says so" value={by} onChange={setBy} autoFocus suggestions={names} />
    </DialogBox>
  );
}

function Detail({ line }: { line: Lifeline }) {
  return (
    <aside className="card detail" aria-label="What leans on it">
      <header><h2>What leans on {visible(line.id)}</h2></header>
      <div className="body">
        {line.runbooks.map((runbook) => (
          <div key={runbook.id}>
            <h3 className="label gap">{visible(runbook.title)}</h3>
            <Dependents dependents={runbook.dependents} />
          </div>
        ))}
        {line.runbooks.length === 0 && <p className="t3">No runbook leans on it any more.</p>}
      </div>
    </aside>
  );
}

export function OutageScreen() {
  const outage = useQuery('outage.view', {});
  const now = useNow();
  const view = outage.result;
  const lines = view?.lifelines ?? [];
  const marked = lines.filter((line) => line.dead).map(({ id }) => id);
  const [draft, setDraft] = useState<readonly string[] | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const dead = draft ?? marked;
  const changed = dead.length !== marked.length || dead.some((name) => !marked.includes(name));
  const line = lines.find(({ id }) => id === selected) ?? lines[0];
  const turn = (id: string): void => { setDraft(dead.includes(id) ? dead.filter((other) => other !== id) : [...dead, id]); };
  const move = (by: 1 | -1): void => {
    const at = lines.findIndex(({ id }) => id === line?.id);
    setSelected(lines[Math.min(lines.length - 1, Math.max(0, at + by))]?.id ?? null);
  };
  useKeys([
    { key: 'j', label: 'Next thing', run: () => { move(1); } }, { key: 'ArrowDown', label: 'Next thing', run: () => { move(1); } },
    { key: 'k', label: 'Previous thing', run: () => { move(-1); } }, { key: 'ArrowUp', label: 'Previous thing', run: () => { move(-1); } },
    { key: 'd', label: 'It is dead, or alive again', run: () => { if (line !== undefined) turn(line.id); } },
  ]);
  const detail = view?.marked == null ? 'Mark what is dead: steps and checks that need it say so, and show their other way.' : `As ${visible(view.marked.by)} said at ${dayTime(view.marked.at, now)} UTC. Steps and checks that need a dead thing say so.`;
  return (
    <Page head={
      <PageHead title={title(view)} detail={detail}>
        {changed && <Button tall onPress={() => { setDraft(null); }}>Undo the changes</Button>}
        <Primary id={`outage ${dead.join(' ')}`} label="Mark it so…" missing={changed ? undefined : 'Nothing has changed.'} onPress={() => { setAsking(true); }} />
      </PageHead>
    }>
      {outage.error !== null && <Fault error={outage.error} />}
      {view !== null && lines.length === 0 && <p className="t2">No runbook names anything that it leans on.</p>}
      {lines.length > 0 && (
        <div className="split2">
          <Lifelines lines={lines} dead={dead} selected={line?.id ?? null} onSelect={setSelected} onMark={turn} />
          {line !== undefined && <Detail line={line} />}
        </div>
      )}
      {asking && <MarkDialog outage={outage} dead={dead} onClose={() => { setAsking(false); setDraft(null); }} />}
    </Page>
  );
}
