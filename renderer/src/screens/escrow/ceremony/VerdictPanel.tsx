import type { CeremonyShare } from '../../../../../electron/contract/escrow-register.ts';
import { counted } from '../../../../../electron/contract/wording.ts';
import { Button, Primary } from '../../../components/Buttons.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { visible } from '../../../visible.ts';
import { isWholeKey } from '../escrow-words.ts';
import { Frame } from './Frame.tsx';
import { LeaveOut } from './LeaveOut.tsx';
import { Proofs } from './Proofs.tsx';
import { named, verdictOf } from './stages.ts';
import type { StageProps } from './use-ceremony-call.ts';

const good = ({ result }: CeremonyShare): boolean => result === 'match';

/** One custodian's verdict, in words that can be read across the room. */
export function VerdictPanel({ ceremony, share, onView, onEnd, onAgain, onSeal }: StageProps & { onAgain(): void; onSeal(): void }) {
  const name = named(share.slot);
  const whole = isWholeKey(ceremony.scheme);
  const { state, title, detail } = verdictOf(share.result ?? 'not-entered', name, whole);
  const opened = ceremony.proofs.filter(({ verdict }) => verdict === 'opens').length;
  const proven = !good(share) ? 'nothing' : !whole ? 'L1, share unchanged' : ceremony.proofs.length > 0 && opened === ceremony.proofs.length ? `L4, opens ${counted(opened, 'backup', 'backups')}` : 'L3, the committed key';
  const said = good(share) ? '' : share.detail ?? '';
  return (
    <Frame title={<span className={`big-verdict tx c-${state.tone}`}><Glyph shape={state.shape} tone={state.tone} size={24} />{title}</span>} error={null} onEnd={onEnd}
      actions={good(share)
        ? <Primary id={`seal again ${ceremony.id} ${share.x} ${share.tries}`} label="Seal it in a new bag" onPress={onSeal} />
        : <>{!whole && <LeaveOut ceremony={ceremony} share={share} onView={onView} />}<Button tall onPress={onSeal}>Leave it at that; seal it in a new bag</Button><Primary id={`again ${ceremony.id} ${share.x} ${share.tries}`} label="Enter it again" onPress={onAgain} /></>}
    >
      <p className="said">{share.custody !== null && <b className="med">{visible(share.custody.custodian)}. </b>}{detail}</p>
      {said !== '' && said !== detail && <p className="s13 t2">{visible(said)}</p>}
      {whole && <Proofs ceremony={ceremony} />}
      <div className="facts2">
        <div><span className="label">Verdict</span><b>{state.word}</b></div>
        <div><span className="label">Proven</span><b>{proven}</b></div>
        <div><span className="label">Tries</span><b className="tn">{share.tries}</b></div>
      </div>
    </Frame>
  );
}
