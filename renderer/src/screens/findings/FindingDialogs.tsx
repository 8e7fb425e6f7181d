/** "Raise a finding" and "Change a finding": what is said goes into the record under a name, and nothing that was said is lost. */
import { type ReactNode, useState } from 'react';
import { FINDING_FIELDS, FindingCorrection, NewFinding, type LiveFinding } from '../../../../electron/contract/after-action.ts';
import { EngineError } from '../../../../electron/contract/errors.ts';
import { counted, utcInstant } from '../../../../electron/contract/wording.ts';
import { STATUS_WORDS } from '../../../../electron/contract/vocabulary.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { SelectField, TextArea, TextField } from '../../components/Fields.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { asksForRetest, draftOf, draftProblems, NEW_DRAFT, patchOf, whatIsMissing, type FindingDraft } from './finding-draft.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low'].map((value) => ({ value, label: value.slice(0, 1).toUpperCase() + value.slice(1) }));
const STATUSES = Object.entries(STATUS_WORDS).map(([value, word]) => ({ value, label: value === 'accepted' ? 'Accepted: nothing will be done' : word.slice(0, 1).toUpperCase() + word.slice(1) }));

type Set = (name: keyof FindingDraft) => (value: string) => void;

function usePeopleNames(): string[] {
  const people = useQuery('people.list', {});
  return (people.result?.people ?? []).filter(({ revoked_at }) => revoked_at === null).map(({ name }) => visible(name));
}

function WhatFields({ draft, set, names, first = false, children }: { draft: FindingDraft; set: Set; names: string[]; first?: boolean; children?: ReactNode }) {
  const problems = draftProblems(draft);
  return (
    <>
      <TextField label="Finding, in one line" value={draft.title} onChange={set('title')} autoFocus={first} />
      <div className="factgrid">
        <SelectField label="Severity" value={draft.severity} onChange={set('severity')} options={SEVERITIES} />
        {children}
        <TextField label="Owner" value={draft.owner} onChange={set('owner')} suggestions={names} hint="Who sees to it. Empty: nobody yet." />
        <TextField label="Due" value={draft.due} onChange={set('due')} problem={problems.due ?? null} hint="A date such as 2026-12-01." />
      </div>
      <TextArea label="What was seen" rows={2} value={draft.description} onChange={set('description')} problem={problems.description ?? null} />
      <TextArea label="Root cause" rows={2} value={draft.root_cause} onChange={set('root_cause')} problem={problems.root_cause ?? null} />
      <TextArea label="Action" rows={2} value={draft.action} onChange={set('action')} problem={problems.action ?? null} />
    </>
  );
}

/** @param of the run that found it, or the runbooks that it may be about */
export function RaiseDialog({ of, onClose }: { of: { run: string } | { runbooks: readonly { id: string; title: string }[] }; onClose(raised: LiveFinding | null): void }) {
  const { client } = useEngine();
  const [draft, setDraft] = useState(NEW_DRAFT);
  const [runbook, setRunbook] = useState('run' in of ? '' : (of.runbooks[0]?.id ?? ''));
  const set: Set = (name) => (value) => { setDraft((old) => ({ ...old, [name]: value })); };
  const names = usePeopleNames();
  const raise = useAction(async () => {
    const said = FINDING_FIELDS.filter((field) => field !== 'status' && field !== 'retest_run' && draft[field].trim() !== '').map((field) => [field, draft[field].trim()]);
    const read = NewFinding.safeParse({ ...Object.fromEntries(said), by: draft.by, ...('run' in of ? { run: of.run } : { runbook }) });
    if (!read.success) throw new EngineError('refused', `It cannot be said like that: ${read.error.issues[0]?.message ?? ''}`);
    onClose(await client.call('finding.raise', read.data));
  });
  return (
    <DialogBox title="Raise a finding" wide error={raise.error} onClose={() => { onClose(null); }} escape="raise nothing" actions={<Primary id="raise finding" label="Raise it" missing={whatIsMissing(draft, null)} busy={raise.busy} onPress={() => { void raise.run(); }} />}>
      <div className="stack loose">
        <p className="t2">It lives on after the report: open on Home and at the readiness of its runbook, until somebody closes it.</p>
        {'runbooks' in of && <SelectField label="About the runbook" value={runbook} onChange={setRunbook} options={of.runbooks.map(({ id, title }) => ({ value: id, label: visible(title) }))} />}
        <WhatFields first draft={draft} set={set} names={names}><TextField label="Who says this" value={draft.by} onChange={set('by')} suggestions={names} /></WhatFields>
      </div>
    </DialogBox>
  );
}

/** @param runs that may have retested it, newest first @param drills of its runbook */
export function ChangeDialog({ finding, runs, drills, onClose }: { finding: LiveFinding; runs: readonly { id: string; title: string }[]; drills: readonly string[]; onClose(changed: boolean): void }) {
  const { client } = useEngine();
  const [draft, setDraft] = useState(() => draftOf(finding));
  const set: Set = (name) => (value) => { setDraft((old) => ({ ...old, [name]: value })); };
  const names = usePeopleNames();
  const change = useAction(async () => {
    const read = FindingCorrection.safeParse({ id: `${finding.runbook}/${finding.id}`, by: draft.by, reason: draft.reason, set: patchOf(draft, finding), ...(asksForRetest(draft, finding) ? { without_retest: draft.without_retest } : {}) });
    if (!read.success) throw new EngineError('refused', `It cannot be said like that: ${read.error.issues[0]?.message ?? ''}`);
    await client.call('finding.change', read.data);
    onClose(true);
  });
  const planned = [...new Set([...drills, ...(finding.retest_drill === null ? [] : [finding.retest_drill])])];
  return (
    <DialogBox title="Change a finding" wide error={change.error} onClose={() => { onClose(false); }} escape="change nothing" actions={<Primary id={`change ${finding.runbook} ${finding.id}`} label="Record the change" missing={whatIsMissing(draft, finding)} busy={change.busy} onPress={() => { void change.run(); }} />}>
      <div className="stack loose">
        <div className="factgrid">
          <SelectField label="Status" value={draft.status} onChange={set('status')} options={STATUSES} />
          <SelectField label="Retested by the run" value={draft.retest_run} onChange={set('retest_run')} options={[{ value: '', label: 'None yet' }, ...runs.filter(({ id }) => id !== finding.run).map(({ id, title }) => ({ value: id, label: `${visible(title)}, ${id}` }))]} />
          <TextField label="Who says this" value={draft.by} onChange={set('by')} suggestions={names} />
          <SelectField label="To be retested by the drill" value={draft.retest_drill} onChange={set('retest_drill')} options={[{ value: '', label: 'None is planned' }, ...planned.map((title) => ({ value: title, label: visible(title) }))]} />
        </div>
        <TextField label="Why it changes" value={draft.reason} onChange={set('reason')} />
        {asksForRetest(draft, finding) && <TextField label="Why it is closed without a retest" value={draft.without_retest} onChange={set('without_retest')} hint="What is high or critical is closed by a run that retested it, or with this reason." />}
        <WhatFields draft={draft} set={set} names={names} />
        <Said finding={finding} />
      </div>
    </DialogBox>
  );
}

const FIELD_WORDS: Readonly<Record<string, string>> = { root_cause: 'root cause', retest_drill: 'planned retest', retest_run: 'retest' };

/** Everything that was said of it, oldest first. */
function Said({ finding: { history } }: { finding: LiveFinding }) {
  if (history.length === 0) return null;
  return (
    <section aria-label="What was said before">
      <h2 className="label">{counted(history.length, 'entry', 'entries')} in the record</h2>
      <ol className="said s13">
        {history.map(({ at, by, reason, without_retest, fields }) => (
          <li key={at}>
            <span className="t3 tn">{utcInstant(at)}</span> <b className="med">{visible(by)}</b>{reason === null ? '' : `: “${visible(reason)}”`}
            <span className="t2 block">{fields.map(({ field, was, now }) => `${FIELD_WORDS[field] ?? field} ${was === null ? '' : `${visible(was)} → `}${now === null ? 'none' : visible(now)}`).join('; ')}{without_retest === null ? '' : `; without a retest: “${visible(without_retest)}”`}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
