import { Button, Primary } from '../../../components/Buttons.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { visible } from '../../../visible.ts';
import { Frame } from './Frame.tsx';
import { LeaveOut } from './LeaveOut.tsx';
import { named, verdictOf } from './stages.ts';
import type { StageProps } from './use-ceremony-call.ts';

/** One custodian's verdict, in words that can be read across the room. */
export function VerdictPanel({ ceremony, share, onView, onEnd, onAgain, onSeal }: StageProps & { onAgain(): void; onSeal(): void }) {
  const name = named(share.slot);
  const { state, title, detail } = verdictOf(share.result ?? 'not-entered', name);
  const good = share.result === 'match';
  const said = good ? '' : share.detail ?? '';
  return (
    <Frame title={<span className={`big-verdict tx c-${state.tone}`}><Glyph shape={state.shape} tone={state.tone} size={24} />{title}</span>} error={null} onEnd={onEnd}
      actions={good
        ? <Primary id={`seal again ${ceremony.id} ${share.x} ${share.tries}`} label="Seal it in a new bag" onPress={onSeal} />
        : <><LeaveOut ceremony={ceremony} share={share} onView={onView} /><Button tall onPress={onSeal}>Leave it at that; seal it in a new bag</Button><Primary id={`again ${ceremony.id} ${share.x} ${share.tries}`} label="Enter it again" onPress={onAgain} /></>}
    >
      <p className="said">{share.custody !== null && <b className="med">{visible(share.custody.custodian)}. </b>}{detail}</p>
      {said !== '' && said !== detail && <p className="s13 t2">{visible(said)}</p>}
      <div className="facts2">
        <div><span className="label">Verdict</span><b>{state.word}</b></div>
        <div><span className="label">Proven</span><b>{good ? 'L1, share unchanged' : 'nothing'}</b></div>
        <div><span className="label">Tries</span><b className="tn">{share.tries}</b></div>
      </div>
    </Frame>
  );
}
