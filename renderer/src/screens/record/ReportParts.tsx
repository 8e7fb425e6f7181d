/** Beside the report: its parts to go to, and how anybody checks it without this console. */
import { type ReactNode, type RefObject, useMemo } from 'react';

interface Part { id: string; title: string }

/** The headings of the document; parsing runs nothing of it. */
function partsOf(html: string): Part[] {
  const headings = new DOMParser().parseFromString(html, 'text/html').querySelectorAll('h2[id]');
  return [...headings].map((heading) => ({ id: heading.id, title: heading.textContent }));
}

export function ReportParts({ html, sheet, children }: { html: string; sheet: RefObject<HTMLIFrameElement | null>; children?: ReactNode }) {
  const parts = useMemo(() => partsOf(html), [html]);
  // The frame is sealed off; that it moves to one of its own places is all that can be asked of it.
  const goTo = (id: string): void => { sheet.current?.contentWindow?.location.replace(`about:srcdoc#${id}`); };
  return (
    <aside className="parts no-print">
      <h2 className="label">In this report</h2>
      <ul>{parts.map(({ id, title }) => <li key={id}><button type="button" className="plain s13" onClick={() => { goTo(id); }}>{title}</button></li>)}</ul>
      {children}
      <h2 className="label">Check it yourself</h2>
      <p className="s13 t2">The evidence bundle holds verify.py. It needs python3 and nothing of Blackstart. “blackstart report verify” tells whether a saved report was changed.</p>
    </aside>
  );
}
