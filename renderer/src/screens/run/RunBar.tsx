import { CircleDashed, House, Users, Zap } from 'lucide-react';
import type { RunView } from '../../../../electron/contract/run.ts';
import { Bar } from '../../app/Bar.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { MODE_WORD } from '../../mode-word.ts';
import { visible } from '../../visible.ts';

const ICON = { size: 14, strokeWidth: 2, 'aria-hidden': true } as const;

export function RunBar({ view }: { view: RunView }) {
  const { go } = useNavigation();
  const words = view.checkpoint_words;
  const icon = view.mode === 'live' ? <Zap {...ICON} /> : view.mode === 'rehearsal' ? <CircleDashed {...ICON} /> : <Users {...ICON} />;
  return (
    <Bar
      lead={<><span className="mode">{icon}{MODE_WORD[view.mode]}</span><b className="semi cut title">{visible(view.title)}</b><span className="t3">run <span className="mono s12">{view.id.slice(0, 8)}</span></span></>}
      middle={
        <>
          {view.dead.length > 0 && <span className="offline">dead: {view.dead.map(visible).join(', ')}</span>}
          {words !== null && <span className="t3 words cut" title="Words of the newest checkpoint of the record: note them on paper">record {visible(words)}</span>}
          <button type="button" className="iconbtn wide" onClick={() => { go({ screen: 'home' }); }}><House size={16} strokeWidth={1.75} aria-hidden="true" />Home</button><span className="sep" />
        </>
      }
    />
  );
}
