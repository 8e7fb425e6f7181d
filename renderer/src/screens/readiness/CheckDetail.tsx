import type { CheckResult } from '../../../../electron/contract/readiness.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { Button } from '../../components/Buttons.tsx';
import { checkState, Notice, StateWord } from '../../components/States.tsx';
import { useKeys } from '../../keys/use-keys.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dayTime } from '../../wording.ts';
import { evidenceRows } from './evidence.ts';
import type { ReadinessDialog } from './ReadinessDialogs.tsx';

const NEEDS_SECRET: ReadonlySet<string> = new Set(['backup', 'known-answer', 'escrow']);

interface CheckDetailProps {
  check: CheckResult;
  busy: boolean;
  onCheck(): void;
  /** Restores the backup here, and asks it whatever the runbook has to ask. */
  onProve(): void;
  onDialog(dialog: ReadinessDialog): void;
}

export function CheckDetail({ check, busy, onCheck, onProve, onDialog }: CheckDetailProps) {
  const now = useNow();
  useKeys(check.kind === 'backup' && !busy ? [{ key: 'p', label: 'Prove this backup: restore it here', run: onProve }] : []);
  const rows = evidenceRows(check.evidence);
  const bad = check.outcome === 'fail' || check.outcome === 'unknown' || check.outcome === 'warn';
  return (
    <aside className="card detail" aria-label="Selected check">
      <header><h2>Selected check</h2><span className="end tag">{check.severity}</span></header>
      <div className="body">
        <h3>{visible(check.title)}</h3>
        <span><StateWord state={checkState(check)} badge /></span>
        <p className="t2">{visible(check.summary)}</p>
        {check.override !== null && <Notice tone="amber" shape="overridden">“{visible(check.override.reason)}”<div className="s12 t2 gap-top">{visible(check.override.by)}, {dayTime(check.override.at, now)}</div></Notice>}
        {rows.length > 0 && <dl className="kv">{rows.map((row) => <div className="pair" key={row.label}><dt>{row.label}</dt><dd className={row.mono ? 'mono s12' : undefined}>{row.value}</dd></div>)}</dl>}
        {check.checked_at !== null && <p className="s12 t3">Checked {dayTime(check.checked_at, now)} UTC{check.duration_ms === null ? '' : `, took ${spokenDuration(check.duration_ms / 1000)}`}{check.expires_at === null ? '' : `, good until ${dayTime(check.expires_at, now)} UTC`}</p>}
        {check.remedy !== null && bad && check.checked_at !== null && <div><div className="label gap">What to do</div><p>{visible(check.remedy)}</p></div>}
        <div className="row wrap">
          {check.kind === 'attest' ? <Button onPress={() => { onDialog({ kind: 'attest', check }); }}>Say so…</Button> : <Button disabled={busy} onPress={onCheck}>{busy ? 'Being checked' : 'Check this one'}</Button>}
          {check.kind === 'backup' && <Button letter="P" disabled={busy} onPress={onProve}>Prove this backup</Button>}
          {NEEDS_SECRET.has(check.kind) && <Button onPress={() => { onDialog({ kind: 'secret', check }); }}>Supply a secret…</Button>}
          {bad && <Button look="quiet" onPress={() => { onDialog({ kind: 'override', check }); }}>Override…</Button>}
        </div>
      </div>
    </aside>
  );
}
