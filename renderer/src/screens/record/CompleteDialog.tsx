/** "Complete the report": what only a person knows. It stands in the report as said by them, apart from what was measured. */
import { useState } from 'react';
import type { ReportStatus } from '../../../../electron/contract/report-signature.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { SelectField, TextArea, TextField } from '../../components/Fields.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { draftProblems, EMPTY_DRAFT, factsOf, type FactsDraft } from './facts-draft.ts';

const UNSAID = { value: '', label: 'As it stands' };
const choices = (values: readonly string[]): { value: string; label: string }[] => [UNSAID, ...values.map((value) => ({ value, label: value.slice(0, 1).toUpperCase() + value.slice(1) }))];

export function CompleteDialog({ status, onClose }: { status: ReportStatus; onClose(done: boolean): void }) {
  const { client } = useEngine();
  const now = useNow();
  const people = useQuery('people.list', { run: status.run });
  const [draft, setDraft] = useState<FactsDraft>(EMPTY_DRAFT);
  const set = (name: keyof FactsDraft) => (value: string) => { setDraft((old) => ({ ...old, [name]: value })); };
  const facts = factsOf(draft, now);
  const problems = draftProblems(draft, now);
  const complete = useAction(async () => {
    await client.call('report.complete', { run: status.run, by: draft.by, facts, ...(draft.reason.trim() === '' ? {} : { reason: draft.reason }) });
    onClose(true);
  });
  const missing = draft.by.trim() === '' ? 'Say who you are.' : Object.keys(problems).length > 0 ? 'A field cannot be read.' : Object.keys(facts).length === 0 ? 'Nothing is said yet.' : undefined;
  const text = (name: keyof FactsDraft, label: string, more: { hint?: string; suggestions?: string[] } = {}) => <TextField label={label} value={draft[name]} onChange={set(name)} problem={problems[name] ?? null} {...more} />;
  const area = (name: keyof FactsDraft, label: string, hint: string) => <TextArea label={label} hint={hint} rows={2} value={draft[name]} onChange={set(name)} problem={problems[name] ?? null} />;
  const names = (people.result?.people ?? []).filter(({ revoked_at }) => revoked_at === null).map(({ name }) => visible(name));
  return (
    <DialogBox title="Complete the report" wide error={complete.error} onClose={() => { onClose(false); }} escape="add nothing" actions={<Primary id={`complete ${status.run}`} label="Add to the report" missing={missing} busy={complete.busy} onPress={() => { void complete.run(); }} />}>
      <div className="stack loose">
        <p>Only what you fill in is added, under your name. What was said before is corrected, never erased{status.issued === null ? '' : '; after a signature it makes a new revision'}.</p>
        <div className="factgrid">
          {text('by', 'Who says this', { suggestions: names })}
          {text('reason', 'Why something is corrected', { hint: 'Only when it was said before.' })}
          <SelectField label="Trigger" value={draft.trigger} onChange={set('trigger')} options={choices(['incident', 'scheduled', 'change'])} />
          <SelectField label="Severity" value={draft.severity} onChange={set('severity')} options={choices(['critical', 'high', 'medium', 'low'])} />
          {text('declared_by', 'Declared by')}
          {text('criterion_met', 'Criterion that was met')}
          {text('deactivated_by', 'Deactivated by')}
          {text('deactivated_at', 'Deactivated at, UTC')}
          {text('witness', 'Witness', { hint: 'Somebody who did not operate.' })}
          {text('organisation', 'Their organisation')}
          {text('authority', 'Regulator that was notified')}
          {text('regulator_at', 'Notified at, UTC')}
          {text('reviewer', 'Reviewer of this report')}
          {text('retention', 'Kept for')}
          {text('next_due', 'Next test due')}
        </div>
        {area('third_parties', 'Third parties', 'One a line.')}
        {area('data_classes', 'Classes of data', 'One a line.')}
        {area('assumptions', 'Assumptions', 'One a line.')}
        {area('exclusions', 'Left out of the scope', 'One a line: “What: why”.')}
      </div>
    </DialogBox>
  );
}
