
import { counted } from '../../../../electron/contract/wording.ts';
import type { SystemRow } from '../../../../electron/contract/home.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';

/** The three things that a new laptop needs. The first is the page's primary action. */
export function FirstSteps({ systems }: { systems: readonly SystemRow[] }) {
  const { go } = useNavigation();
  return (
    <ol className="first card">
      <li><span className="rank on">1</span><div><h2>Run the First drill (5 min)</h2><p className="t2">A small invented service is gone. Bring it back from its encrypted backup, on this laptop, and read the report at the end. Nothing real is touched.</p></div></li>
      <li><span className="rank">2</span><div><h2>Enrol the people</h2><p className="t2">Operators and approvers get a passphrase that is checked here, without a network.</p></div><Button onPress={() => { go({ screen: 'people' }); }}>Enrol people…</Button></li>
      <li><span className="rank">3</span><div><h2>Check what would recover</h2><p className="t2">{systems.length === 0 ? 'No runbook is here yet.' : `${counted(systems.length, 'system has a runbook', 'systems have runbooks')}. Checking proves backups and keys before the day.`}</p></div><Button onPress={() => { go({ screen: 'readiness', id: null }); }}>Readiness…</Button></li>
    </ol>
  );
}
