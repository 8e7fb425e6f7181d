import type { CheckProgress, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { counted, spokenBytes, spokenDuration } from '../../../../electron/contract/wording.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { Meter } from '../../components/Measures.tsx';
import { visible } from '../../visible.ts';

/** `3.2 GB of 305 GB, about 14 min yet`. */
export function progressWords(progress: CheckProgress): string {
  const amount = (value: number): string => (progress.unit === 'bytes' ? spokenBytes(value) : value.toLocaleString('en'));
  const done = progress.done === undefined ? '' : progress.total === undefined ? `, ${amount(progress.done)}` : `, ${amount(progress.done)} of ${amount(progress.total)}`;
  const eta = progress.eta_s === undefined ? '' : `, about ${spokenDuration(progress.eta_s)} yet`;
  return `${visible(progress.doing)}${done}${eta}`;
}

/** What is being checked just now: how much, of what, how long yet. */
export function RunningLine({ running, report }: { running: ReadonlyMap<string, CheckProgress | null>; report: ReadinessReport }) {
  return (
    <section className="card running" role="status">
      <header><Glyph shape="running" tone="blue" percent={25} /><h2>{counted(running.size, 'check is under way', 'checks are under way or wait their turn')}</h2></header>
      <ul className="body">
        {[...running].filter(([, progress]) => progress !== null).slice(0, 4).map(([id, progress]) => progress !== null && (
          <li key={id} className="row"><b className="med">{visible(report.checks.find((check) => check.id === id)?.title ?? id)}</b><span className="t2 tn grow">{progressWords(progress)}</span>{progress.done !== undefined && progress.total !== undefined && <Meter value={progress.done} target={progress.total} tone="blue" />}</li>
        ))}
        {[...running.values()].every((progress) => progress === null) && <li className="t2">Waiting for the first word of a check.</li>}
      </ul>
    </section>
  );
}
