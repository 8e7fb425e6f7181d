/** An incident: several systems at once under one outage, side by side, each with its run, and when the last is back. */
import { useState } from 'react';
import { counted, spokenDuration } from '../../../../electron/contract/wording.ts';
import type { IncidentMember, IncidentView } from '../../../../electron/contract/incident-view.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { useEngineEvents, useQuery } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { MODE_WORD } from '../../mode-word.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dayTime, systemName } from '../../wording.ts';
import { CriticalPath } from './CriticalPath.tsx';
import { CloseDialog, OpenIncidentDialog, OrderDialog, RemoveDialog } from './dialogs.tsx';
import { IncidentClocks } from './IncidentClocks.tsx';
import { mostUrgent, nextOf } from './incident-words.ts';
import { MemberCard } from './MemberCard.tsx';
import '../run/run.css';
import '../start/start.css';
import './incident.css';

/** @param chosen an incident's id; null: the newest that is open */
export function IncidentScreen({ chosen }: { chosen: string | null }) {
  const list = useQuery('incident.list', {});
  const { reload } = list;
  useEngineEvents((event) => { if (event.event === 'home.changed') reload(); });
  const { go } = useNavigation();
  const [opening, setOpening] = useState(false);
  const all = list.result?.incidents ?? [];
  const view = chosen === null ? all.find(({ state }) => state === 'open') : all.find(({ id }) => id === chosen);
  const shown = (of: IncidentView): void => { go({ screen: 'incident', id: of.id }); };
  const dialog = opening && <OpenIncidentDialog onOpened={shown} onClose={() => { setOpening(false); }} />;
  if (view !== undefined) return <>{dialog}<OpenedIncident key={view.id} view={view} others={all.filter(({ id }) => id !== view.id)} onOpen={() => { setOpening(true); }} onChanged={reload} /></>;
  return (
    <Page head={<PageHead title={list.result === null ? 'Incident' : 'No incident is open'} detail="Several systems lost at once: one outage time, their order, and when the last of them is back."><Primary id="open incident" label="Open an incident…" onPress={() => { setOpening(true); }} /></PageHead>}>
      {list.error !== null && <Fault error={list.error} />}
      {all.length > 0 && <Earlier incidents={all} />}
      {dialog}
    </Page>
  );
}

type Asking = { kind: 'add' | 'close' } | { kind: 'order' | 'remove'; runbook: string };

function OpenedIncident({ view, others, onOpen, onChanged }: { view: IncidentView; others: readonly IncidentView[]; onOpen(): void; onChanged(): void }) {
  const { go, start } = useNavigation();
  const now = useNow();
  const [looked, setLooked] = useState<string | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const { members, mode, state } = view;
  const selected = members.find(({ runbook }) => runbook === looked) ?? mostUrgent(view);
  const next = nextOf(view, selected);
  const isOpen = state === 'open';
  const begin = (member: IncidentMember): void => { start({ runbook: member.runbook, mode }); };
  const enter = (member: IncidentMember): void => {
    setLooked(member.runbook);
    if (member.run !== null) go({ screen: 'run', run: member.run.id });
    else if (isOpen && member.state === 'ready') begin(member);
  };
  const move = (by: 1 | -1): void => {
    const at = members.findIndex(({ runbook }) => runbook === selected?.runbook);
    setLooked(members[Math.min(members.length - 1, Math.max(0, at + by))]?.runbook ?? null);
  };
  useKeys([
    ...members.slice(0, 9).map((member, index) => ({ key: String(index + 1), label: `Go to ${systemName(member.system)}`, run: () => { enter(member); } })),
    { key: 'j', label: 'Next system', run: () => { move(1); } }, { key: 'ArrowDown', label: 'Next system', run: () => { move(1); } },
    { key: 'k', label: 'Previous system', run: () => { move(-1); } }, { key: 'ArrowUp', label: 'Previous system', run: () => { move(-1); } },
    ...(isOpen ? [{ key: 'a', label: 'Add systems', run: () => { setAsking({ kind: 'add' }); } }] : []),
  ]);
  const press = (): void => {
    switch (next.kind) {
      case 'run': go({ screen: 'run', run: next.run }); return;
      case 'start': start({ runbook: next.runbook, mode }); return;
      case 'report': go({ screen: 'incident-report', id: view.id }); return;
      case 'add':
      case 'close': setAsking({ kind: next.kind });
    }
  };
  const close = (): void => { setAsking(null); };
  const asked = asking !== null && 'runbook' in asking ? members.find(({ runbook }) => runbook === asking.runbook) ?? null : null;
  return (
    <Page mode={isOpen ? mode : null} className="incident" head={
      <PageHead title={visible(view.title)} badge={<span className="mode">{MODE_WORD[mode]}</span>} detail={headline(view, now)}>
        {isOpen && <MoreMenu below items={[
          { id: 'report', label: 'Report', run: () => { go({ screen: 'incident-report', id: view.id }); } },
          ...(next.kind === 'close' ? [] : [{ id: 'close', label: 'Close the incident…', run: () => { setAsking({ kind: 'close' }); } }]),
        ]} />}
        {isOpen && next.kind !== 'add' && <Button tall letter="A" onPress={() => { setAsking({ kind: 'add' }); }}>Add systems…</Button>}
        {!isOpen && <Button tall onPress={onOpen}>Open an incident…</Button>}
        <Primary id={`${next.kind} ${next.label}`} label={next.label} missing={next.kind === 'start' ? next.missing : undefined} onPress={press} />
      </PageHead>
    }>
      <div className="stack loose">
        <IncidentClocks view={view} now={now} />
        {members.length === 0 && <p className="t2">No system is in it yet. Add what is lost, in the order in which it shall come back.</p>}
        <div className="members">
          {members.map((member, index) => (
            <MemberCard
              key={member.runbook} view={view} member={member} number={index + 1} now={now} selected={member.runbook === selected?.runbook} onSelect={() => { setLooked(member.runbook); }}
              onOpen={() => { enter(member); }} onStart={() => { begin(member); }} onChange={() => { setAsking({ kind: 'order', runbook: member.runbook }); }} onRemove={() => { setAsking({ kind: 'remove', runbook: member.runbook }); }}
            />
          ))}
        </div>
        {members.length > 0 && <CriticalPath view={view} now={now} />}
        {others.length > 0 && <Earlier incidents={others} />}
      </div>
      {asking?.kind === 'add' && <OrderDialog view={view} member={null} onChanged={onChanged} onClose={close} />}
      {asking?.kind === 'close' && <CloseDialog view={view} onChanged={onChanged} onClose={close} />}
      {asking?.kind === 'order' && asked !== null && <OrderDialog view={view} member={asked} onChanged={onChanged} onClose={close} />}
      {asking?.kind === 'remove' && asked !== null && <RemoveDialog view={view} member={asked} onChanged={onChanged} onClose={close} />}
    </Page>
  );
}

function headline({ opened, closed, total, state }: IncidentView, now: number): string {
  if (closed !== null) return `Closed by ${visible(closed.by)}, ${dayTime(closed.at, now)} UTC${closed.reason === null ? '.' : `: “${visible(closed.reason)}”`}`;
  const back = total.achieved_s === null ? `${total.recovered} of ${counted(total.of, 'system is', 'systems are')} back` : `All are back, ${spokenDuration(total.achieved_s)} after the outage`;
  return `${back}. ${state === 'open' ? `Opened by ${visible(opened.by)}, ${dayTime(opened.at, now)} UTC.` : ''}`;
}

function Earlier({ incidents }: { incidents: readonly IncidentView[] }) {
  const { go } = useNavigation();
  const now = useNow();
  return (
    <section className="card scroll-x" aria-label="Other incidents">
      <table className="table">
        <caption className="label">Other incidents</caption>
        <thead><tr><th>Incident</th><th>Outage</th><th>State</th><th>Total</th></tr></thead>
        <tbody>
          {incidents.map(({ id, title, mode, outage_at, state, total }) => (
            <tr key={id}>
              <td><button type="button" className="plain med" onClick={() => { go({ screen: 'incident', id }); }}>{visible(title)}</button><div className="t3 s12">{MODE_WORD[mode]}</div></td>
              <td className="nw">{dayTime(outage_at, now)}</td>
              <td>{state}, {total.recovered} of {total.of} back</td>
              <td className="nw">{total.achieved_s === null ? '–' : spokenDuration(total.achieved_s)}{total.met === null ? '' : total.met ? ', every target met' : ', missed'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
