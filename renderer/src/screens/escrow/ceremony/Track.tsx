/** Where the ceremony stands, custodian by custodian. */
import type { CeremonyView } from '../../../../../electron/contract/escrow-register.ts';
import { Glyph } from '../../../components/Glyph.tsx';
import { StateMark } from '../../../components/States.tsx';
import { visible } from '../../../visible.ts';
import { hourMinute } from '../../../wording.ts';
import { isWholeKey } from '../escrow-words.ts';
import { isHandled, named, shareState, stagesOf, type Place, type Stage } from './stages.ts';

interface TrackProps { ceremony: CeremonyView; place: Place; stage: Stage | null; typed: number | null; onGo(place: Place): void }

function Stages({ stage, typed, ceremony }: { stage: Stage; typed: number | null; ceremony: CeremonyView }) {
  const stages = stagesOf(isWholeKey(ceremony.scheme));
  const at = stages.findIndex((one) => one.stage === stage);
  const unit = ceremony.scheme === 'slip39' ? 'words' : 'characters';
  const total = ceremony.share_characters;
  return (
    <ol className="substeps">
      {stages.map((one, index) => (
        <li key={one.stage} className={`step${index < at ? ' done' : index === at ? ' cur c-amber' : ''}`} aria-current={index === at ? 'step' : undefined}>
          {index < at ? <Glyph shape="confirmed" tone="green" /> : index === at ? <Glyph shape="needs" tone="amber" /> : <Glyph shape="pending" />}
          <span className="no">{index + 1}</span><span>{one.word}</span><span />
          {index === at && one.stage === 'share' && <span className="under tn">{typed === null ? 'read from a file' : typed === 0 ? 'nothing entered yet' : total === null || typed > total ? `${typed} ${unit}` : `${typed} of ${total} ${unit}`}</span>}
        </li>
      ))}
    </ol>
  );
}

export function Track({ ceremony, place, stage, typed, onGo }: TrackProps) {
  const over = ceremony.state === 'signing' || ceremony.state === 'finished';
  const atEnd = place.kind === 'end';
  return (
    <nav className="track" aria-label="Steps of the ceremony">
      <div className="phase">{isWholeKey(ceremony.scheme) ? 'The key' : 'Custodians'}<span className="end tn">{ceremony.shares.filter(isHandled).length} of {ceremony.shares.length}</span></div>
      {ceremony.shares.map((share) => {
        const state = shareState(share);
        const here = place.kind === 'share' && place.x === share.x;
        return (
          <div key={share.x} className={here ? 'holder-of here' : 'holder-of'}>
            <button type="button" className="step" aria-current={here ? 'true' : undefined} disabled={over} onClick={() => { onGo({ kind: 'share', x: share.x }); }}>
              <StateMark state={state} /><span className="no">{isWholeKey(ceremony.scheme) ? '' : share.slot.replace(/^share /u, '')}</span>
              <span className="cut" title={share.custody?.custodian}>{share.custody === null ? named(share.slot) : visible(share.custody.custodian)}</span>
              <span className="tm">{share.in_at !== null ? hourMinute(share.in_at) : share.out_at !== null ? 'open' : ''}</span>
            </button>
            {here && stage !== null && stage !== 'over' && <Stages stage={stage} typed={typed} ceremony={ceremony} />}
          </div>
        );
      })}
      <div className="phase">The end</div>
      {ceremony.goal !== 'L1' && !isWholeKey(ceremony.scheme) && <End word="Rebuild the key" done={ceremony.quorum !== null} here={atEnd && ceremony.state === 'open'} onGo={over ? null : () => { onGo({ kind: 'end' }); }} />}
      <End word="Write the record" done={over} here={atEnd && (ceremony.state === 'proven' || (ceremony.goal === 'L1' && ceremony.state === 'open'))} onGo={over ? null : () => { onGo({ kind: 'end' }); }} />
      <End word="Sign" done={ceremony.state === 'finished'} here={ceremony.state === 'signing'} onGo={null} />
    </nav>
  );
}

function End({ word, done, here, onGo }: { word: string; done: boolean; here: boolean; onGo: (() => void) | null }) {
  return (
    <button type="button" className={`step${here ? ' cur c-amber' : done ? ' done' : ''}`} aria-current={here ? 'step' : undefined} disabled={onGo === null} onClick={() => { onGo?.(); }}>
      {done ? <Glyph shape="confirmed" tone="green" /> : here ? <Glyph shape="needs" tone="amber" /> : <Glyph shape="pending" />}<span className="no" /><span>{word}</span><span />
    </button>
  );
}
