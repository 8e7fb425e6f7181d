import type { RunView } from '../../../../../electron/contract/run.ts';
import { Button } from '../../../components/Buttons.tsx';
import { visible } from '../../../visible.ts';
import { useAnswer } from '../answer.ts';
import { TellForm } from '../comms/TellForm.tsx';
import { useTelling } from '../comms/telling.ts';
import type { Run } from '../use-run.ts';
import type { AskOf } from './asks.ts';

/** The draft is the runbook's, filled in; the person says it, by whichever channel lives, and who was reached. */
export function NotifyAsk({ run, view, step, asks }: { run: Run; view: RunView; step: string; asks: AskOf<'notify'> }) {
  const channels = asks.of ?? [];
  const title = view.audiences.find(({ id }) => id === asks.audience)?.title ?? asks.audience;
  const telling = useTelling(run, view, { audience: asks.audience, title, step, draft: asks.draft, unknown: asks.unknown ?? [], channels });
  useAnswer(null, telling.missing, () => { void telling.told(); });
  return (
    <section className="ask">
      <h2 className="s16">Tell: {visible(title)}</h2>
      <TellForm telling={telling} lead={false} />
      {telling.channel !== null && <div><Button onPress={() => { void telling.notReached(); }}>Nobody reached by {visible(telling.channel)}</Button></div>}
    </section>
  );
}
