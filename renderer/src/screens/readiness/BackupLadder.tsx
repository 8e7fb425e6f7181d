import type { CSSProperties } from 'react';
import type { CheckResult, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { spokenBytes, spokenDuration } from '../../../../electron/contract/wording.ts';
import { visible } from '../../visible.ts';
import { Meter } from '../../components/Measures.tsx';
import { restoreRate, type RestoreRate } from './restore-rate.ts';
import { heightOf, levelOf, rungsOf } from './ladder.ts';

function text(check: CheckResult, key: string): string | null {
  const value = check.evidence[key];
  return typeof value === 'string' ? visible(value) : null;
}

function number(check: CheckResult, key: string): number | null {
  const value = check.evidence[key];
  return typeof value === 'number' ? value : null;
}

/** The backup that the ladder shows: the selected one, else the one that climbed highest. */
function shown(report: ReadinessReport, selected: CheckResult | null): CheckResult | null {
  if (selected?.kind === 'backup') return selected;
  const backups = report.checks.filter((check) => check.kind === 'backup');
  return [...backups].sort((a, b) => heightOf(b) - heightOf(a))[0] ?? null;
}

const CLASS = { proven: 'on', counts: 'counts', failed: 'bad', open: 'open' } as const;

function RestoreLine({ rate }: { rate: RestoreRate }) {
  const { measured, projected, verdict } = rate;
  return (
    <p className="restore-rate">
      <span>{measured}</span>
      <span className={verdict?.within === false ? 'tx c-red semi' : undefined}>{projected}{verdict === null ? '.' : `: ${verdict.words}.`}</span>
      <Meter value={rate.projectedSeconds} target={rate.targetSeconds} tone="green" />
    </p>
  );
}

/** @param rto of the runbook, as it writes it */
export function BackupLadder({ report, selected, rto }: { report: ReadinessReport; selected: CheckResult | null; rto: string | null }) {
  const check = shown(report, selected);
  if (check === null) return null;
  const age = number(check, 'age_s');
  const size = number(check, 'size');
  const rate = restoreRate(check, rto);
  const facts = [size === null ? null : spokenBytes(size), age === null ? null : `${spokenDuration(age)} old`, text(check, 'path')].filter((fact) => fact !== null);
  return (
    <section className="card ladder-card" aria-label={`Proof of ${check.title}: ${levelOf(check) ?? 'nothing proven'}`}>
      <header><h2>{visible(check.title)}</h2><span className="t3 s12 cut">{facts.join(', ')}</span><span className="end s12 t2 nw">Only the last three rungs make it a backup</span></header>
      <ol className="rungs">
        {rungsOf(check).map((rung, index) => {
          const style: CSSProperties & Record<'--n', string> = { '--n': String(index) };
          return <li key={rung.level} style={style} className={CLASS[rung.state]}><b>{rung.level.slice(0, 1).toUpperCase()}{rung.level.slice(1)}</b><span className={`few-lines${rung.state === 'failed' ? ' tx c-red' : ''}`} title={visible(rung.detail)}>{visible(rung.detail)}</span></li>;
        })}
      </ol>
      {rate !== null && <RestoreLine rate={rate} />}
    </section>
  );
}
