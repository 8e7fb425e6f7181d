import { Fragment } from 'react';
import type { CheckProgress, CheckResult, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { checkState, StateMark } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { ago, roughly } from '../../wording.ts';
import { checkGroups } from './check-groups.ts';
import { progressWords } from './RunningLine.tsx';

function goodFor(check: CheckResult, now: number): string {
  if (check.checked_at === null) return 'never checked';
  if (check.outcome === 'fail') return 'not good';
  if (check.outcome === 'unknown') return 'not known';
  if (check.expires_at === null) return '–';
  const left = Date.parse(check.expires_at) - now;
  return left > 0 && !check.expired ? roughly(left / 1000) : `expired ${ago(check.expires_at, now)}`;
}

interface CheckTableProps {
  report: ReadinessReport;
  selected: string | null;
  running: ReadonlyMap<string, CheckProgress | null>;
  onSelect(id: string): void;
}

export function CheckTable({ report, selected, running, onSelect }: CheckTableProps) {
  const now = useNow();
  return (
    <section className="card scroll-x" aria-label="Checks">
      <table className="table checks">
        <thead><tr><th><span className="sr">State</span></th><th>Check</th><th>What was found</th><th className="num">Good for</th></tr></thead>
        <tbody>
          {checkGroups(report.checks).map((group) => (
            <Fragment key={group.title}>
              <tr className="grp"><th colSpan={4} scope="rowgroup">{group.title}</th></tr>
              {group.checks.map((check) => {
                const progress = running.get(check.id);
                const state = progress === undefined ? checkState(check) : ({ word: 'Being checked', shape: 'running', tone: 'blue' } as const);
                return (
                  <tr key={check.id} aria-selected={check.id === selected} onClick={() => { onSelect(check.id); }}>
                    <td><StateMark state={state} /></td>
                    <td className="med"><button type="button" className="plain" aria-pressed={check.id === selected} onClick={() => { onSelect(check.id); }}>{visible(check.title)}</button></td>
                    <td className="ev">{progress === undefined ? visible(check.summary) : progress === null ? 'waits its turn' : progressWords(progress)}</td>
                    <td className={`num nw${check.expired && check.checked_at !== null ? ' tx c-amber' : ''}`}>{goodFor(check, now)}</td>
                  </tr>
                );
              })}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}
