/** Track, work, record and bar of a ceremony: the same in the window and in the dialog at a run's step. */
import { useState } from 'react';
import type { CeremonyView, EscrowView, VerificationRow } from '../../../../../electron/contract/escrow-register.ts';
import { EndPanel } from './EndPanel.tsx';
import { NewBagPanel } from './NewBagPanel.tsx';
import { OverPanel } from './OverPanel.tsx';
import { RecordSide } from './RecordSide.tsx';
import { SealPanel } from './SealPanel.tsx';
import { ShareEntry } from './ShareEntry.tsx';
import { openingPlace, stageOf, type Place } from './stages.ts';
import { Track } from './Track.tsx';
import { VerdictPanel } from './VerdictPanel.tsx';

export interface CeremonyPanelProps {
  ceremony: CeremonyView;
  history: readonly VerificationRow[];
  onView(ceremony: CeremonyView): void;
  /** To be given up. */
  onEnd(): void;
  onPause(): void;
  /** It is recorded and signed, and its shares are wiped. */
  onDone(view: EscrowView): void;
  /** In place of "Done" where a run waits for the key. */
  deliver?: { label: string; run(): Promise<void> } | undefined;
}

type Wish = { x: number; tries: number; wish: 'again' | 'seal' };

export function CeremonyPanel({ ceremony, history, onView, onEnd, onDone, deliver }: CeremonyPanelProps) {
  const [place, setPlace] = useState<Place>(() => openingPlace(ceremony));
  const [wish, setWish] = useState<Wish | null>(null);
  /** How much of a share is entered; null: it came out of a file. */
  const [typed, setTyped] = useState<number | null>(0);
  const over = ceremony.state === 'signing' || ceremony.state === 'finished';
  const share = place.kind === 'share' && !over ? ceremony.shares.find(({ x }) => x === place.x) ?? null : null;
  // A wish belongs to the verdict that it followed.
  const current = share !== null && wish !== null && wish.x === share.x && wish.tries === share.tries ? wish.wish : null;
  const stage = share === null ? null : stageOf(share, current);
  const wants = (next: 'again' | 'seal'): void => { if (share !== null) setWish({ x: share.x, tries: share.tries, wish: next }); };
  const go = (to: Place): void => { setWish(null); setPlace(to); };
  const common = share === null ? null : { ceremony, share, onView, onEnd };
  const key = share === null ? 'end' : `${share.x} ${stage ?? ''} ${share.tries}`;
  return (
    <>
      <Track ceremony={ceremony} place={share === null ? { kind: 'end' } : place} stage={stage} typed={typed} onGo={go} />
      {common === null && <EndPanel key={ceremony.state} ceremony={ceremony} history={history} onView={onView} onEnd={onEnd} onGo={go} onDone={onDone} deliver={deliver} />}
      {common !== null && stage === 'seal' && <SealPanel key={key} {...common} />}
      {common !== null && stage === 'share' && <ShareEntry key={key} {...common} onTyped={setTyped} />}
      {common !== null && stage === 'verdict' && <VerdictPanel key={key} {...common} onAgain={() => { wants('again'); }} onSeal={() => { wants('seal'); }} />}
      {common !== null && stage === 'new-bag' && <NewBagPanel key={key} {...common} />}
      {common !== null && stage === 'over' && <OverPanel key={key} {...common} onGo={go} />}
      <RecordSide ceremony={ceremony} share={share} />
    </>
  );
}
