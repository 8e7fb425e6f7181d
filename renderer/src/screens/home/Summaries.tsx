/** Below the systems: the kit, the drills owed, the open findings. */
import type { ReactNode } from 'react';
import { counted } from '../../../../electron/contract/wording.ts';
import { STATUS_WORDS } from '../../../../electron/contract/vocabulary.ts';
import type { HomeView } from '../../../../electron/contract/home.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Glyph, type Shape, type Tone } from '../../components/Glyph.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';

type KitState = HomeView['kit'][number]['state'];
const KIT: Readonly<Record<KitState, { shape: Shape; tone: Tone; word: string }>> = {
  good: { shape: 'sensed', tone: 'green', word: 'good' },
  due: { shape: 'stale', tone: 'amber', word: 'due' },
  bad: { shape: 'failed', tone: 'red', word: 'bad' },
  unknown: { shape: 'unknown', tone: 'amber', word: 'unknown' },
};
const SHOWN = 6;

function Card({ title, end, rows, empty }: { title: string; end?: ReactNode; rows: ReactNode[]; empty: string }) {
  return (
    <section className="card">
      <header><h2>{title}</h2><span className="end">{end}</span></header>
      <ul className="body">
        {rows.length === 0 && <li className="t3">{empty}</li>}
        {rows.slice(0, SHOWN)}
        {rows.length > SHOWN && <li className="t3">and {rows.length - SHOWN} more</li>}
      </ul>
    </section>
  );
}

function worst(kit: HomeView['kit']): KitState | null {
  for (const state of ['bad', 'due', 'unknown', 'good'] as const) if (kit.some((row) => row.state === state)) return state;
  return null;
}

export function Summaries({ view }: { view: HomeView }) {
  const now = useNow();
  const { go } = useNavigation();
  const state = worst(view.kit);
  const late = view.drills.filter((drill) => drill.overdue_days > 0).length;
  const past = view.findings.filter((finding) => finding.overdue_days > 0).length;
  return (
    <div className="three">
      <Card
        title="This laptop" empty="Nothing measured yet"
        end={state !== null && <span className={`st c-${KIT[state].tone}`}><Glyph shape={KIT[state].shape} tone={KIT[state].tone} />{state === 'good' ? 'Good' : state === 'bad' ? 'Not good' : 'Look at it'}</span>}
        rows={view.kit.map((row) => <li key={row.title}><Glyph shape={KIT[row.state].shape} tone={KIT[row.state].tone} /><span className="sr">{KIT[row.state].word}</span>{visible(row.title)}<span className="end">{visible(row.value)}</span></li>)}
      />
      <Card
        title="Drills owed" empty="None"
        end={late > 0 && <span className="st c-amber"><Glyph shape="needs" tone="amber" />{late} late</span>}
        rows={view.drills.map((drill) => <li key={`${drill.runbook} ${drill.title}`}><Glyph shape={drill.overdue_days > 0 ? 'needs' : 'pending'} tone={drill.overdue_days > 0 ? 'amber' : 'grey'} /><button type="button" className="plain cut" onClick={() => { go(drill.kind === 'escrow' ? { screen: 'escrow', key: null } : { screen: 'drills' }); }}>{visible(drill.title)}</button><span className="end">{drill.overdue_days > 0 ? 'late, ' : ''}{shortDay(drill.at, now)}</span></li>)}
      />
      <Card
        title="Open findings" empty="None"
        end={<span className="t3 s12">{view.findings.length} open{past > 0 ? `, ${past} overdue` : ''}</span>}
        rows={view.findings.map((finding) => {
          const over = finding.overdue_days > 0;
          return <li key={`${finding.runbook} ${finding.id}`}><Glyph shape={over ? 'failed' : finding.status === 'in-work' ? 'running' : 'pending'} tone={over ? 'red' : finding.status === 'in-work' ? 'blue' : 'grey'} /><span className="sr">{STATUS_WORDS[finding.status]}</span><button type="button" className="plain cut" title={`${visible(finding.id)}: ${visible(finding.title)}`} onClick={() => { go({ screen: 'findings' }); }}>{visible(finding.title)}</button><span className={`end${over ? ' tx c-red' : ''}`}>{finding.due === null ? finding.severity : over ? counted(finding.overdue_days, 'day overdue', 'days overdue') : `due ${shortDay(finding.due, now)}`}</span></li>;
        })}
      />
    </div>
  );
}
