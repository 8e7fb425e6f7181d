/** What the runbook leans on and is dead, above its checks: without another way the recovery would come to a halt. */
import type { Dependency } from '../../../../electron/contract/outage.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { StateMark } from '../../components/States.tsx';
import { visible } from '../../visible.ts';
import { Dependents } from '../outage/Dependents.tsx';

const DEAD = { word: 'Dead', shape: 'dead', tone: 'red' } as const;
const BECAUSE = { marked: 'is marked as dead', scenario: 'is what this scenario has lost: a recovery that needs it is a circle' } as const;

export function DeadDependencies({ dependencies }: { dependencies: readonly Dependency[] }) {
  const { go } = useNavigation();
  if (dependencies.length === 0) return null;
  return (
    <section className="card dead-dependencies" aria-label="What is dead">
      {dependencies.map(({ on, because, dependents }) => (
        <details key={on}>
          <summary className="row"><StateMark state={DEAD} /><b className="semi">{visible(on)}</b><span className="t2">{BECAUSE[because]}; {counted(dependents.length, 'place leans', 'places lean')} on it</span></summary>
          <Dependents dependents={dependents} />
        </details>
      ))}
      <Button look="quiet" onPress={() => { go({ screen: 'outage' }); }}>Open the switchboard</Button>
    </section>
  );
}
