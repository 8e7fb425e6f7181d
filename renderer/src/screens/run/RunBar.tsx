import { CircleDashed, House, Layers, Unplug, Users, Zap } from 'lucide-react';
import type { RunView } from '../../../../electron/contract/run.ts';
import { Bar } from '../../app/Bar.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { MODE_WORD } from '../../mode-word.ts';
import { visible } from '../../visible.ts';

const ICON = { size: 14, strokeWidth: 2, 'aria-hidden': true } as const;

/** As many words as fit the bar and a memory; all of them are under Record. */
const SPOKEN_WORDS = 3;

export function RunBar({ view }: { view: RunView }) {
  const { go } = useNavigation();
  const { incident } = view;
  const words = view.checkpoint_words?.split(/\s+/u).slice(0, SPOKEN_WORDS).join(' ') ?? null;
  const icon = view.mode === 'live' ? <Zap {...ICON} /> : view.mode === 'rehearsal' ? <CircleDashed {...ICON} /> : <Users {...ICON} />;
  return (
    <Bar
      lead={<><span className="mode">{icon}{MODE_WORD[view.mode]}</span><b className="semi cut title">{visible(view.title)}</b><span className="t3">run <span className="mono s12">{view.id}</span></span></>}
      middle={
        <>
          {view.dead.length > 0 && <span className="offline"><Unplug {...ICON} />Dead: {view.dead.map(visible).join(', ')}</span>}
          {words !== null && <span className="t3 words nw" title={`Words of the newest checkpoint of the record: ${view.checkpoint_words ?? ''}`}>record {visible(words)}</span>}
          {incident !== undefined && <button type="button" className="iconbtn wide" onClick={() => { go({ screen: 'incident', id: incident.id }); }}><Layers size={16} strokeWidth={1.75} aria-hidden="true" />Incident</button>}
          <button type="button" className="iconbtn wide" onClick={() => { go({ screen: 'home' }); }}><House size={16} strokeWidth={1.75} aria-hidden="true" />Home</button><span className="sep" />
        </>
      }
    />
  );
}
