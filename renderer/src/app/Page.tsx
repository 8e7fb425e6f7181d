/** The frame of the quiet screens: bar, rail, page. */
import { type ReactNode, useEffect, useRef } from 'react';
import { useBody } from './use-body.ts';
import type { Mode } from '../../../electron/contract/vocabulary.ts';

/** The body carries the grid, so that the drawings' style sheets hold as they are. */
/** @param mode of what the page is about: its frame is around the window */
export function Page({ head, children, className, mode = null }: { head?: ReactNode; children: ReactNode; className?: string; mode?: Mode | null }) {
  useBody('app', mode);
  const main = useFocusOnArrival<HTMLElement>();
  return <main ref={main} tabIndex={-1} className={`page${className === undefined ? '' : ` ${className}`}`}>{head}{children}</main>;
}

export function PageHead({ title, badge, detail, children }: { title: string; badge?: ReactNode; detail?: ReactNode; children?: ReactNode }) {
  return (
    <div className="page-head">
      <div className="grow">
        <div className="row"><h1>{title}</h1>{badge}</div>
        {detail !== undefined && <p>{detail}</p>}
      </div>
      {children}
    </div>
  );
}

/** A new screen takes the focus from the button that led to it: Enter is its primary action from now on, and readers begin at its top. */
export function useFocusOnArrival<E extends HTMLElement>() {
  const place = useRef<E>(null);
  useEffect(() => { place.current?.focus({ preventScroll: true }); }, []);
  return place;
}
