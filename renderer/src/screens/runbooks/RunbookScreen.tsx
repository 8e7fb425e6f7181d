/** A runbook to read: its steps in order, what it needs, what the linter says. */
import { Printer } from 'lucide-react';
import { useState } from 'react';
import type { Result } from '../../../../electron/contract/methods.ts';
import type { Runbook } from '../../../../electron/contract/runbook.ts';
import { durationSeconds } from '../../../../electron/contract/scalars.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { Prose } from '../../components/Prose.tsx';
import { useQuery } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { visible } from '../../visible.ts';
import { LintDialog } from './LintDialog.tsx';
import { RunbookFacts } from './RunbookFacts.tsx';
import { StepArticle } from './StepArticle.tsx';
import './runbooks.css';

function goTo(id: string): void {
  document.getElementById(`step-${id}`)?.scrollIntoView({ block: 'start' });
}

function Contents({ runbook, numbers }: { runbook: Runbook; numbers: ReadonlyMap<string, number> }) {
  return (
    <nav className="toc no-print" aria-label="Steps">
      {runbook.phases.filter((phase) => phase.steps.length > 0).map((phase) => (
        <div key={phase.id}>
          <div className="phase">{visible(phase.title)}</div>
          {phase.steps.map((id) => {
            const step = runbook.steps.find((candidate) => candidate.id === id);
            return step === undefined ? null : <button type="button" key={id} onClick={() => { goTo(id); }}><span>{numbers.get(id)}</span><span>{visible(step.title)}</span></button>;
          })}
        </div>
      ))}
    </nav>
  );
}

export function Document({ runbook, numbers }: { runbook: Runbook; numbers: ReadonlyMap<string, number> }) {
  const phases = runbook.phases.filter((phase) => phase.steps.length > 0);
  return (
    <div className="doc">
      <Prose text={runbook.introduction} />
      {runbook.phases.map((phase) => (
        <section key={phase.id}>
          <h2>{visible(phase.title)}<span>{phase.steps.length === 0 ? '' : `phase ${phases.indexOf(phase) + 1} of ${phases.length}`}{phase.budget === undefined ? '' : `, ${spokenDuration(durationSeconds(phase.budget))} budget`}</span></h2>
          <Prose text={phase.prose} />
          {phase.steps.map((id) => {
            const step = runbook.steps.find((candidate) => candidate.id === id);
            return step === undefined ? null : <StepArticle key={id} step={step} number={numbers.get(id) ?? 0} runbook={runbook} />;
          })}
        </section>
      ))}
    </div>
  );
}

function Reading({ read, lint, id }: { read: Result<'runbook.get'>; lint: Result<'runbook.lint'> | null; id: string }) {
  const { start, go } = useNavigation();
  const [linting, setLinting] = useState(false);
  const { runbook } = read;
  const numbers = new Map(runbook.steps.map((step, index) => [step.id, index + 1]));
  useKeys([{ key: 'l', label: 'What the linter says', run: () => { setLinting(true); } }, { key: 'r', label: 'Readiness', run: () => { go({ screen: 'readiness', id }); } }]);
  return (
    <Page head={
      <PageHead title={visible(runbook.front.title)} detail={visible(runbook.front.scenario)}>
        <Button tall onPress={() => { window.print(); }}><Printer size={16} strokeWidth={1.75} aria-hidden="true" />Print</Button>
        <Button tall letter="L" onPress={() => { setLinting(true); }}>Check with linter</Button>
        <Button tall letter="R" onPress={() => { go({ screen: 'readiness', id }); }}>Readiness</Button>
        <Primary id="rehearse" label="Rehearse…" onPress={() => { start({ runbook: id, mode: 'rehearsal' }); }} />
      </PageHead>
    }>
      <div className="read">
        <Contents runbook={runbook} numbers={numbers} />
        <Document runbook={runbook} numbers={numbers} />
        <RunbookFacts read={read} lint={lint} numbers={numbers} onLint={() => { setLinting(true); }} />
      </div>
      {linting && <LintDialog lint={lint} onClose={() => { setLinting(false); }} />}
    </Page>
  );
}

export function RunbookScreen({ id }: { id: string }) {
  const read = useQuery('runbook.get', { id });
  const lint = useQuery('runbook.lint', { id });
  const { go } = useNavigation();
  if (read.result !== null) return <Reading read={read.result} lint={lint.result} id={id} />;
  return <Page head={<PageHead title="Runbook" detail={read.error === null ? 'Being read.' : undefined}><Primary id="back" label="All runbooks" onPress={() => { go({ screen: 'runbooks' }); }} /></PageHead>}>{read.error !== null && <Fault error={read.error} />}</Page>;
}
