/** Readiness: what is proven, what is not, and for how long it stays so. */
import { useState } from 'react';
import type { ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import type { HomeView } from '../../../../electron/contract/home.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Notice, readinessState, StateWord } from '../../components/States.tsx';
import { useQuery } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { visible } from '../../visible.ts';
import { systemName } from '../../wording.ts';
import { BackupLadder } from './BackupLadder.tsx';
import { checkGroups, expectedSeconds, isStale, summary } from './check-groups.ts';
import { CheckDetail } from './CheckDetail.tsx';
import { CheckTable } from './CheckTable.tsx';
import { DeadDependencies } from './DeadDependencies.tsx';
import { useTypedValues, type Values } from '../start/typed-values.ts';
import { ReadinessDialogs, type ReadinessDialog } from './ReadinessDialogs.tsx';
import { HeldLine } from './HeldLine.tsx';
import { RunningLine } from './RunningLine.tsx';
import { useHeldSecrets } from './use-held-secrets.ts';
import { useReadiness, type Readiness } from './use-readiness.ts';
import './readiness.css';

function CheckButtons({ readiness, report, params, onValues }: { readiness: Readiness; report: ReadinessReport; params: Values; onValues(): void }) {
  const stale = report.checks.filter(isStale);
  const seconds = expectedSeconds(report.checks);
  const busy = readiness.running.size > 0;
  const onlyStale = (): void => { if (stale.length > 0) void readiness.start.run(stale.map((check) => check.id), params); };
  useKeys([{ key: 'e', label: 'Check only what expired or never ran', run: onlyStale }]);
  if (busy) return <Button tall look="danger" onPress={() => { void readiness.cancel.run(); }}>Stop checking</Button>;
  return (
    <>
      <Button tall onPress={onValues}>Values…</Button>
      {stale.length > 0 && stale.length < report.checks.length && <Button tall letter="E" onPress={onlyStale}>Only what expired</Button>}
      <Primary id={`check ${report.runbook.id}`} label={seconds === null ? 'Check everything' : `Check everything, ${spokenDuration(seconds)}`} missing={report.checks.length === 0 ? 'There is nothing to check.' : undefined} busy={readiness.start.busy} onPress={() => { void readiness.start.run(null, params); }} />
    </>
  );
}

/** The check that is looked at: the one chosen by hand, else the first that failed, else the first. */
function useSelection(report: ReadinessReport | null) {
  const [selected, setSelected] = useState<string | null>(null);
  const ordered = report === null ? [] : checkGroups(report.checks).flatMap((group) => group.checks);
  const check = ordered.find((candidate) => candidate.id === selected) ?? ordered.find((candidate) => candidate.outcome === 'fail') ?? ordered[0] ?? null;
  const move = (by: 1 | -1): void => {
    const at = ordered.findIndex((candidate) => candidate.id === check?.id);
    setSelected(ordered[Math.min(ordered.length - 1, Math.max(0, at + by))]?.id ?? null);
  };
  useKeys([
    { key: 'j', label: 'Next check', run: () => { move(1); } }, { key: 'ArrowDown', label: 'Next check', run: () => { move(1); } },
    { key: 'k', label: 'Previous check', run: () => { move(-1); } }, { key: 'ArrowUp', label: 'Previous check', run: () => { move(-1); } },
  ]);
  return { check, selected, setSelected };
}

export function ReadinessScreen({ id, home }: { id: string | null; home: HomeView | null }) {
  const books = useQuery('runbook.list', {});
  const rows = (books.result?.runbooks ?? []).filter((row) => row.error === null);
  const [chosen, setChosen] = useState<string | null>(id);
  const worst = home?.systems.find((system) => system.runbooks.length > 0)?.runbooks[0] ?? null;
  const runbook = chosen ?? worst ?? rows[0]?.id ?? null;
  const row = rows.find((candidate) => candidate.id === runbook);
  const readiness = useReadiness(runbook);
  const [params, setParams] = useTypedValues(runbook, 'live');
  const [dialog, setDialog] = useState<ReadinessDialog | null>(null);
  const held = useHeldSecrets(runbook);
  const { report } = readiness;
  const { check, selected, setSelected } = useSelection(report);
  const error = readiness.query.error ?? readiness.start.error ?? readiness.cancel.error ?? held.forget.error;
  return (
    <Page head={
      <PageHead
        title={row === undefined ? 'Readiness' : visible(systemName(row.system))} badge={report !== null && <StateWord state={readinessState(report.state)} badge />}
        detail={report === null ? 'Choose a runbook.' : <>{row === undefined ? '' : `${visible(row.title)}. `}{summary(report)}</>}
      >
        {rows.length > 1 && <select className="input slim" aria-label="Runbook" value={runbook ?? ''} onChange={(event) => { setChosen(event.target.value); setSelected(null); setParams({}); }}>{rows.map((candidate) => <option key={candidate.id} value={candidate.id}>{visible(candidate.title)}</option>)}</select>}
        {report !== null && <CheckButtons readiness={readiness} report={report} params={params} onValues={() => { setDialog({ kind: 'values' }); }} />}
      </PageHead>
    }>
      {error !== null && <Fault error={error} />}
      {readiness.running.size > 0 && report !== null && <RunningLine running={readiness.running} report={report} />}
      <HeldLine held={held} />
      {report !== null && (
        <>
          <BackupLadder report={report} selected={selected === null ? null : check} rto={row?.rto ?? null} />
          {report.warnings.map((warning) => <div className="gap-top" key={warning}><Notice tone="amber" shape="needs">{visible(warning)}</Notice></div>)}
          <DeadDependencies dependencies={report.dependencies} />
          <div className="split2">
            <CheckTable report={report} selected={check?.id ?? null} running={readiness.running} onSelect={setSelected} />
            {check !== null && <CheckDetail check={check} busy={readiness.running.has(check.id)} onCheck={() => { void readiness.start.run([check.id], params); }} onProve={() => { void readiness.start.run([check.id], params, true); }} onDialog={setDialog} />}
          </div>
        </>
      )}
      {dialog !== null && runbook !== null && <ReadinessDialogs dialog={dialog} runbook={runbook} params={params} onParams={setParams} onReport={readiness.show} onHeld={held.show} onClose={() => { setDialog(null); }} />}
    </Page>
  );
}
