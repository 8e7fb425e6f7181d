/** The page that stands in when no engine starts: plain words, no scripts, and the way on. */
import type { ErrorEnvelope } from './contract/errors.ts';
import { ORIGIN } from './security.ts';

export const FAILURE_PAGE = `${ORIGIN}/engine-failed`;
export const RETRY = `${ORIGIN}/engine-retry`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 "Inter Variable", Inter, system-ui, sans-serif; }
  body { max-width: 44rem; margin: 12vh auto; padding: 0 2rem; background: Canvas; color: CanvasText; }
  h1 { font-size: 1.6rem; } code, pre { font-family: ui-monospace, monospace; } pre { padding: .8rem 1rem; border: 1px solid GrayText; border-radius: 6px; overflow-x: auto; }
  a { display: inline-block; margin-top: 1rem; padding: .6rem 1.2rem; border: 2px solid currentColor; border-radius: 6px; color: inherit; text-decoration: none; font-weight: 600; }
  a:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }`;

/** @param command how the command line is called on this machine */
export function failurePage(error: ErrorEnvelope, dataDir: string, command: string): string {
  const hint = error.hint === undefined ? '' : `<p>${escapeHtml(error.hint)}</p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Blackstart: the engine did not start</title><style>${STYLE}</style></head><body><main>
<h1>The engine did not start</h1>
<p role="alert">${escapeHtml(error.message)}</p>${hint}
<p>Nothing is lost: runs and records stay in <code>${escapeHtml(dataDir)}</code> as they were.</p>
<p>You can go on without this window, in a terminal:</p>
<pre>${escapeHtml(command)} runbook list
${escapeHtml(command)} run RUNBOOK --mode live
${escapeHtml(command)} resume last</pre>
<a href="${RETRY}" autofocus>Try again</a>
</main></body></html>`;
}
