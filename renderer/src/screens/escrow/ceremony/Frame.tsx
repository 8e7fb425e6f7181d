/** The middle of a ceremony and the bar under it: what to do now, and the one action that does it. */
import { type ReactNode, useEffect, useRef } from 'react';
import type { ErrorEnvelope } from '../../../../../electron/contract/errors.ts';
import { Button } from '../../../components/Buttons.tsx';
import { Fault } from '../../../components/Fault.tsx';

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
  /** A dialog lies over it. */
  covered?: boolean;
  children?: ReactNode;
}

export function Frame({ title, lead, error, actions, onEnd, focused = false, covered = false, children }: FrameProps) {
  return (
    <>
      <div className="entry" role="main">
        {focused ? <h1>{title}</h1> : <Arrival covered={covered}>{title}</Arrival>}
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

/** Not to the button that opened a dialog: Enter is the primary action again, as on arrival. */
function Arrival({ covered, children }: { covered: boolean; children: ReactNode }) {
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => { if (!covered) place.current?.focus({ preventScroll: true }); }, [covered]);
  return <h1 ref={place} tabIndex={-1}>{children}</h1>;
}
