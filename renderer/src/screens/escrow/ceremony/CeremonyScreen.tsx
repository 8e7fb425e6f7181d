/** The verification ceremony, full window: nothing else is on screen while shares are out of their bags. */
import { useEffect, useState } from 'react';
import type { CeremonyView, EscrowView } from '../../../../../electron/contract/escrow-register.ts';
import { Bar, Brand } from '../../../app/Bar.tsx';
import { useNavigation } from '../../../app/navigation.ts';
import { Page, PageHead } from '../../../app/Page.tsx';
import { useBody } from '../../../app/use-body.ts';
import { Fault } from '../../../components/Fault.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { useKeys } from '../../../keys/use-keys.tsx';
import { visible } from '../../../visible.ts';
import { PURPOSE_WORD } from '../escrow-words.ts';
import { RefusedShare } from '../RefusedShare.tsx';
import { useShareGuard } from '../share-guard.ts';
import { useEscrow, type Escrow } from '../use-escrow.ts';
import { AbortDialog } from './AbortDialog.tsx';
import { CeremonyPanel } from './CeremonyPanel.tsx';
import '../escrow.css';

export function CeremonyScreen() {
  const escrow = useEscrow();
  const { go } = useNavigation();
  const ceremony = escrow.view?.ceremony ?? null;
  const gone = escrow.view !== null && (ceremony === null || ceremony.state === 'aborted');
  useEffect(() => { if (gone) go({ screen: 'escrow', key: ceremony?.key ?? null }); }, [gone, go, ceremony?.key]);
  if (escrow.view === null || ceremony === null) return <Page><PageHead title="Ceremony" detail={escrow.error === null ? 'Reading where it stands.' : ''} />{escrow.error !== null && <Fault error={escrow.error} />}</Page>;
  return <Ceremony escrow={escrow} view={escrow.view} ceremony={ceremony} />;
}

/** What was found when it began; the engine looks again at its end. */
export function NetworkWord({ ceremony }: { ceremony: CeremonyView }) {
  const { off, words } = ceremony.network;
  return <span className={`st c-${off ? 'green' : 'amber'}`} title={words}><Glyph shape={off ? 'sensed' : 'needs'} tone={off ? 'green' : 'amber'} />{off ? 'Network is off' : 'Network is on'}</span>;
}

function Ceremony({ escrow, view, ceremony }: { escrow: Escrow; view: EscrowView; ceremony: CeremonyView }) {
  useBody('focus', null);
  const { go } = useNavigation();
  const guard = useShareGuard();
  const [ending, setEnding] = useState(false);
  const leave = (): void => { go({ screen: 'escrow', key: ceremony.key }); };
  useKeys([{ key: 'Escape', label: 'Pause; what is typed is wiped', run: leave }]);
  return (
    <>
      <Bar
        lead={<><Brand onPress={leave} /><span className="sep" /><b className="semi nw">{PURPOSE_WORD[ceremony.purpose]}</b><span className="t3 cut">{visible(ceremony.title)} v{ceremony.version}</span></>}
        middle={<><NetworkWord ceremony={ceremony} /><span className="sep" /></>}
      />
      <CeremonyPanel ceremony={ceremony} history={view.history} onView={escrow.showCeremony} onEnd={() => { setEnding(true); }} onPause={leave} onDone={(next) => { escrow.show(next); leave(); }} />
      {ending && <AbortDialog ceremony={ceremony} onClose={() => { setEnding(false); }} onEnded={(next) => { escrow.show(next); leave(); }} />}
      {guard.refused !== null && <RefusedShare looksLike={guard.refused} onClose={guard.clear} />}
    </>
  );
}
