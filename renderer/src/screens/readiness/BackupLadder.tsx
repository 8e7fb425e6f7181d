import type { CSSProperties } from 'react';
import { ProofLevel } from '../../../../electron/contract/check.ts';
import type { CheckResult, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { spokenBytes, spokenDuration } from '../../../../electron/contract/wording.ts';
import { countsAsBackup } from '../../components/Measures.tsx';
import { visible } from '../../visible.ts';

const MEANING: Readonly<Record<ProofLevel, string>> = {
  seen: 'it is there', listed: 'its contents can be read', intact: 'its checksums hold',
  restored: 'on this laptop', asserted: 'its content is right', 'key-proven': 'the key opens its secrets',
};

function levelOf(check: CheckResult): ProofLevel | null {
  const level = ProofLevel.safeParse(check.evidence['level']);
  return level.success ? level.data : null;
}

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
  const height = (check: CheckResult): number => { const level = levelOf(check); return level === null ? -1 : ProofLevel.options.indexOf(level); };
  return [...backups].sort((a, b) => height(b) - height(a))[0] ?? null;
}

export function BackupLadder({ report, selected }: { report: ReadinessReport; selected: CheckResult | null }) {
  const check = shown(report, selected);
  if (check === null) return null;
  const level = levelOf(check);
  const reached = level === null ? -1 : ProofLevel.options.indexOf(level);
  const failed = check.outcome === 'fail' ? ProofLevel.options[reached + 1] : undefined;
  const age = number(check, 'age_s');
  const size = number(check, 'size');
  const facts = [size === null ? null : spokenBytes(size), age === null ? null : `${spokenDuration(age)} old`, text(check, 'path')].filter((fact) => fact !== null);
  return (
    <section className="card ladder-card" aria-label={`Proof of ${check.title}: ${level ?? 'nothing proven'}`}>
      <header><h2>{visible(check.title)}</h2><span className="t3 s12 cut">{facts.join(', ')}</span><span className="end s12 t2 nw">Only the last three rungs make it a backup</span></header>
      <ol className="rungs">
        {ProofLevel.options.map((rung, index) => {
          const style: CSSProperties & Record<'--n', string> = { '--n': String(index) };
          const state = rung === failed ? 'bad' : index > reached ? 'open' : countsAsBackup(rung) ? 'counts' : 'on';
          return <li key={rung} style={style} className={state}><b>{rung.slice(0, 1).toUpperCase()}{rung.slice(1)}</b>{state === 'bad' ? <span className="tx c-red">did not hold</span> : state === 'open' ? 'not proven' : MEANING[rung]}</li>;
        })}
      </ol>
    </section>
  );
}
