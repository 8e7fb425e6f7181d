/** What the engine says unasked, and whether it is there. Lines stay until they are put away; none vanishes by itself. */
import type { EngineState } from '../../../electron/contract/bridge.ts';
import type { ErrorEnvelope } from '../../../electron/contract/errors.ts';
import type { EngineEvent } from '../../../electron/contract/methods.ts';
import { Button } from '../components/Buttons.tsx';
import { Fault } from '../components/Fault.tsx';
import { Notice } from '../components/States.tsx';
import { useRefusedFrames } from '../engine-context.ts';
import { visible } from '../visible.ts';

type Level = Extract<EngineEvent, { event: 'notice' }>['level'];
export interface NoticeLine {
  id: number;
  level: Level;
  text: string;
}

const LOOK = { info: ['grey', 'alive'], attention: ['amber', 'needs'], alarm: ['red', 'failed'] } as const;

function EngineLine({ state }: { state: EngineState }) {
  switch (state) {
    case 'connected': return null;
    case 'starting': return <Notice tone="blue" shape="running">The engine is starting. What you see is from before; nothing can be done for a moment.</Notice>;
    case 'lost': return <Notice tone="red" shape="failed"><b className="med">The engine stopped.</b> It is being started again. What was acknowledged is in the journal; what you see is from before.</Notice>;
  }
}

export function Notices({ state, lines, error, onDismiss }: { state: EngineState; lines: readonly NoticeLine[]; error: ErrorEnvelope | null; onDismiss(id: number): void }) {
  const refused = useRefusedFrames();
  if (state === 'connected' && lines.length === 0 && refused === 0 && error === null) return null;
  return (
    <div className="notices no-print" role="status">
      <EngineLine state={state} />
      {error !== null && state === 'connected' && <Fault error={error} />}
      {refused > 0 && <Notice tone="amber" shape="unknown">{refused === 1 ? 'One message' : `${refused} messages`} from the engine could not be read and {refused === 1 ? 'was' : 'were'} dropped. Close the window and open it again; the run goes on meanwhile.</Notice>}
      {lines.map((line) => (
        <Notice key={line.id} tone={LOOK[line.level][0]} shape={LOOK[line.level][1]}>
          <div className="row"><span className="grow">{visible(line.text)}</span><Button look="quiet" onPress={() => { onDismiss(line.id); }}>Put away</Button></div>
        </Notice>
      ))}
    </div>
  );
}
