/** The frame of the quiet screens: bar, rail, page. */
import type { ReactNode } from 'react';
import { useBody } from './use-body.ts';

/** The body carries the grid, so that the drawings' style sheets hold as they are. */
export function Page({ head, children, className }: { head?: ReactNode; children: ReactNode; className?: string }) {
  useBody('app', null);
  return <main className={`page${className === undefined ? '' : ` ${className}`}`}>{head}{children}</main>;
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
