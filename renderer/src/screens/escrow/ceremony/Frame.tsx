/** The middle of a ceremony and the bar under it: what to do now, and the one action that does it. */
import type { ReactNode } from 'react';
import type { ErrorEnvelope } from '../../../../../electron/contract/errors.ts';
import { Button } from '../../../components/Buttons.tsx';
import { Fault } from '../../../components/Fault.tsx';
import { useFocusOnArrival } from '../../../app/Page.tsx';

interface FrameProps {
  title: ReactNode;
  lead?: ReactNode;
  error: ErrorEnvelope | null;
  /** Buttons, the primary last. */
  actions: ReactNode;
  /** To give the ceremony up; null where it is over. */
  onEnd: (() => void) | null;
  /** Something inside takes the focus itself. */
  focused?: boolean;
  children?: ReactNode;
}

export function Frame({ title, lead, error, actions, onEnd, focused = false, children }: FrameProps) {
  return (
    <>
      <div className="entry" role="main">
        {focused ? <h1>{title}</h1> : <Arrival>{title}</Arrival>}
        {lead !== undefined && <p>{lead}</p>}
        {children}
        {error !== null && <Fault error={error} />}
      </div>
      <footer className="foot2">
        <span className="keys"><span><kbd>Esc</kbd> pause, what is typed is wiped</span></span>
        {onEnd !== null && <Button look="danger" onPress={onEnd}>Give up…</Button>}
        <span className="grow" />
        {actions}
      </footer>
    </>
  );
}

function Arrival({ children }: { children: ReactNode }) {
  const place = useFocusOnArrival<HTMLHeadingElement>();
  return <h1 ref={place} tabIndex={-1}>{children}</h1>;
}
