/** Findings: the improvement plan. What is to be done, by whom, until when; what is late stands first. */
import { useState } from 'react';
import type { ImprovementPlan, LiveFinding } from '../../../../electron/contract/after-action.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { StateWord } from '../../components/States.tsx';
import { useEngineEvents, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dueText, findingState } from './finding-state.ts';
import { ChangeDialog, RaiseDialog } from './FindingDialogs.tsx';
import './findings.css';

/** Named by the runbook itself, without a date, and nobody has spoken of it: its reader knows it. */
function isGap({ source, history, due, closed }: LiveFinding): boolean {
  return source === 'runbook' && history.length === 0 && due === null && !closed;
}

function headline({ overdue, findings }: ImprovementPlan): { title: string; detail: string } {
  const first = findings[0];
  const open = findings.filter((finding) => !finding.closed && !isGap(finding)).length;
  if (open === 0) return { title: 'No finding is open', detail: 'What a run or a drill finds is raised here, or beside its report, and stays until somebody closes it.' };
  const what = counted(open, 'finding is', 'findings are');
  if (overdue === 0) return { title: `${what} open`, detail: 'None is overdue. They stand by their dates.' };
  return { title: `${what} open, ${overdue} overdue`, detail: `“${visible(first?.title ?? '')}” has waited longest past its date.` };
}

function Retest({ finding }: { finding: LiveFinding }) {
  const { go } = useNavigation();
  const { retest_run: run, retest_drill: drill } = finding;
  if (run !== null) return <button type="button" className="plain link mono s12" onClick={() => { go({ screen: 'report', run }); }}>{run}</button>;
  return drill === null ? <span className="t3">none</span> : <span className="t2">planned: {visible(drill)}</span>;
}

function Row({ finding, title, onChange }: { finding: LiveFinding; title: string; onChange(): void }) {
  const now = useNow();
  const { go } = useNavigation();
  const { run } = finding;
  const late = finding.overdue_days > 0;
  return (
    <tr>
      <td className="nw"><StateWord state={findingState(finding)} /><div className="sub">{finding.severity ?? 'not rated'}</div></td>
      <td className={`tn${late ? ' tx c-red' : finding.due === null ? ' t3' : ''}`}>{dueText(finding, now)}</td>
      <td>
        <div className="med">{visible(finding.title)}</div>
        {finding.action !== null && <div className="sub wrap t2">{visible(finding.action)}</div>}
        <div className="sub wrap">{finding.source === 'runbook' ? 'A gap that the runbook names' : run === null ? 'Raised' : <button type="button" className="plain link" onClick={() => { go({ screen: 'report', run }); }}>Found by {run}</button>}, “{visible(title)}”</div>
      </td>
      <td>{finding.owner === null ? <span className="t3">nobody</span> : visible(finding.owner)}</td>
      <td><Retest finding={finding} /></td>
      <td className="num"><Button label={`Change: ${visible(finding.title)}`} onPress={onChange}>Change…</Button></td>
    </tr>
  );
}

function Plan({ findings, label, titles, onChange }: { findings: readonly LiveFinding[]; label: string; titles: ReadonlyMap<string, string>; onChange(finding: LiveFinding): void }) {
  if (findings.length === 0) return null;
  return (
    <section className="card scroll-x" aria-label={label}>
      <table className="table plan">
        <caption className="label">{label}</caption>
        <thead><tr><th>State</th><th>Due</th><th>Finding, and what is to be done</th><th>Owner</th><th>Retest</th><th><span className="sr">Action</span></th></tr></thead>
        <tbody>{findings.map((finding) => <Row key={`${finding.runbook}/${finding.id}`} finding={finding} title={titles.get(finding.runbook) ?? finding.runbook} onChange={() => { onChange(finding); }} />)}</tbody>
      </table>
    </section>
  );
}

/** Folded: they are many, and known to whoever reads the runbook. One that gets a date or an owner here joins the plan. */
function Gaps(props: Omit<Parameters<typeof Plan>[0], 'label'>) {
  if (props.findings.length === 0) return null;
  return (
    <details className="gaps">
      <summary className="t2">{counted(props.findings.length, 'gap that a runbook names and nobody has dated', 'gaps that runbooks name and nobody has dated')}</summary>
      <Plan label="Gaps that runbooks name" {...props} />
    </details>
  );
}

type Dialog = { kind: 'raise' } | { kind: 'change'; finding: LiveFinding };

export function FindingsScreen() {
  const plan = useQuery('finding.plan', {});
  const books = useQuery('runbook.list', {});
  const runs = useQuery('run.list', {});
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { reload } = plan;
  useEngineEvents((event) => { if (event.event === 'home.changed') reload(); });
  const close = (): void => {
    setDialog(null);
    reload();
  };
  const sound = (books.result?.runbooks ?? []).filter((row) => row.error === null);
  const titles = new Map(sound.map(({ id, title }) => [id, title]));
  const error = plan.error ?? books.error;
  if (plan.result === null) return <Page><PageHead title="Findings" detail={error === null ? 'Reading the record.' : ''} />{error !== null && <Fault error={error} />}</Page>;
  const { findings } = plan.result;
  const change = (finding: LiveFinding): void => { setDialog({ kind: 'change', finding }); };
  return (
    <Page className="findingspage" head={
      <PageHead {...headline(plan.result)}>
        <Primary id="raise" label="Raise a finding…" missing={sound.length === 0 ? 'There is no runbook yet.' : undefined} onPress={() => { setDialog({ kind: 'raise' }); }} />
      </PageHead>
    }>
      {error !== null && <Fault error={error} />}
      <Plan label="Improvement plan" findings={findings.filter((finding) => !finding.closed && !isGap(finding))} titles={titles} onChange={change} />
      <Gaps findings={findings.filter(isGap)} titles={titles} onChange={change} />
      <Plan label="Closed" findings={findings.filter(({ closed }) => closed)} titles={titles} onChange={change} />
      {dialog?.kind === 'raise' && <RaiseDialog of={{ runbooks: sound }} onClose={close} />}
      {dialog?.kind === 'change' && <Changing finding={dialog.finding} runs={(runs.result?.runs ?? []).filter(({ state }) => state === 'succeeded')} onClose={close} />}
    </Page>
  );
}

/** The drills of its runbook are asked for when the dialog opens. */
function Changing({ finding, runs, onClose }: { finding: LiveFinding; runs: readonly { id: string; title: string }[]; onClose(): void }) {
  const book = useQuery('runbook.get', { id: finding.runbook });
  const drills = (book.result?.runbook.front.drills ?? []).map(({ title }) => title);
  return <ChangeDialog finding={finding} runs={runs} drills={drills} onClose={onClose} />;
}
