
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import type { IncidentMember, IncidentView } from '../../../../electron/contract/incident-view.ts';
import { Button } from '../../components/Buttons.tsx';
import { Meter } from '../../components/Measures.tsx';
import { StateWord } from '../../components/States.tsx';
import { visible } from '../../visible.ts';
import { hourMinute, millis, sumOfTime, systemName } from '../../wording.ts';
import { lackingNames, memberState } from './incident-words.ts';

interface MemberCardProps {
  view: IncidentView;
  member: IncidentMember;
  number: number;
  now: number;
  selected: boolean;
  onSelect(): void;
  onOpen(): void;
  onStart(): void;
  onChange(): void;
  onRemove(): void;
}

/** One system: where its run stands, its clock against its target, and what it waits for. */
export function MemberCard({ view, member, number, now, selected, onSelect, onOpen, onStart, onChange, onRemove }: MemberCardProps) {
  const { system, title, run, state, critical } = { ...member, critical: view.critical.some(({ runbook }) => runbook === member.runbook) };
  const name = systemName(system);
  const isOpen = view.state === 'open';
  return (
    <section className={`card member${selected ? ' on' : ''}`} aria-label={name} onClick={onSelect}>
      <header>
        <kbd>{number}</kbd>
        <h2 className="cut">{visible(name)}</h2>
        {critical && <span className="s12 t2 nw">decides the end</span>}
        <span className="end nw"><StateWord state={memberState(member)} /></span>
      </header>
      <div className="body">
        <p className="t2 s13">{visible(title)}</p>
        <Against member={member} outage={Date.parse(view.outage_at)} now={now} isOpen={isOpen} />
        <p className="s13">{stands(view, member)}</p>
        {member.despite !== null && <p className="s12 tx c-amber">Begun before {lackingNames(view, member.despite)} was back: {visible(member.despite.by)}, “{visible(member.despite.reason)}”</p>}
        {run?.from != null && <p className="s12 t3">Taken over from {visible(run.from)}</p>}
        <div className="row wrap">
          {run !== null && <Button label={`${run.state === 'interrupted' ? 'Resume' : 'Open'} the run of ${name}`} onPress={onOpen}>{run.state === 'interrupted' ? 'Resume…' : 'Open the run'}</Button>}
          {isOpen && (state === 'ready' || state === 'ended') && <Button label={`Start ${name}`} onPress={onStart}>{state === 'ended' ? 'Start again…' : 'Start…'}</Button>}
          {isOpen && state === 'blocked' && <Button look="quiet" label={`Start all the same: ${name}`} onPress={onStart}>Start all the same…</Button>}
          {isOpen && run === null && <Button look="quiet" label={`Order: ${name}`} onPress={onChange}>Order…</Button>}
          {isOpen && run === null && <Button look="quiet" label={`Leave out: ${name}`} onPress={onRemove}>Leave out…</Button>}
        </div>
      </div>
    </section>
  );
}

/** One sentence: what it does, or what it waits for. */
function stands(view: IncidentView, member: IncidentMember): string {
  const { state, run, recovered_at, begins_at, forecast_at } = member;
  const current = run?.current ?? null;
  const forecast = forecast_at === null ? '' : ` Expected back at ${hourMinute(forecast_at)}.`;
  if (state === 'blocked') return `Waits for ${visible(lackingNames(view, member))}${begins_at === null ? '' : `, so not before ${hourMinute(begins_at)}`}.${forecast}`;
  if (state === 'ready') return `Nobody has begun it.${forecast}`;
  if (state === 'ended') return `Its run ended and the system is not back.${forecast}`;
  const step = current === null ? '' : `Step ${current.number} of ${run?.steps ?? 0}: ${visible(current.title)}.`;
  if (state === 'recovered') return `Back at ${recovered_at === null ? '' : hourMinute(recovered_at)} UTC. ${step === '' ? 'Its run is over.' : step}`;
  return `${step}${forecast}`;
}

function Against({ member, outage, now, isOpen }: { member: IncidentMember; outage: number; now: number; isOpen: boolean }) {
  const { achieved_s, target_s, met, forecast_at, slack_s } = member;
  const spent = achieved_s ?? (isOpen ? Math.max(0, (now - outage) / 1000) : null);
  const late = achieved_s === null && target_s !== null && spent !== null && spent > target_s;
  const tone = met === true ? 'green' : met === false || late ? 'red' : slack_s !== null && slack_s < 0 ? 'amber' : undefined;
  const forecast = millis(forecast_at);
  return (
    <div className="against">
      <div className="row"><b className={`tn${tone === undefined ? '' : ` tx c-${tone}`}`}>{spent === null ? 'not back' : spokenDuration(spent - (achieved_s === null ? spent % 60 : 0))}</b><span className="t2 s13">{words(member, late, forecast)}</span></div>
      <Meter value={spent} target={target_s} {...(tone === undefined || tone === 'red' ? {} : { tone })} />
    </div>
  );
}

function words({ achieved_s, target_s, met, slack_s }: IncidentMember, late: boolean, forecast: number | null): string {
  if (target_s === null) return 'no target';
  const target = `of ${spokenDuration(target_s)}`;
  if (achieved_s !== null) return `${target}, ${met === true ? 'met' : 'missed'}`;
  if (late) return `${target}, past the target`;
  if (forecast === null || slack_s === null) return target;
  return slack_s < 0 ? `${target}, forecast ${sumOfTime(-slack_s)} late` : `${target}, slack ${sumOfTime(slack_s)}`;
}
