/** The plan of an exercise: what it is for, what it covers, its rules and its end; or that of an earlier one. */
import { useState } from 'react';
import { ExerciseTime, type PlanHead } from '../../../../../electron/contract/tabletop/plan.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { SelectField, TextArea, TextField } from '../../../components/Fields.tsx';
import { useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import type { TableDialogProps } from './TableDialogs.tsx';
import { useAct } from './use-act.ts';

const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

export function PlanDialog({ table, onClose }: TableDialogProps) {
  const { plan, clock } = table.exercise;
  const runs = useQuery('run.list', {});
  const earlier = (runs.result?.runs ?? []).filter((run) => run.mode === 'tabletop' && run.id !== table.view.id && run.runbook.id === table.view.runbook.id);
  const [reuse, setReuse] = useState('');
  const [title, setTitle] = useState(plan.title);
  const [scope, setScope] = useState(plan.scope);
  const [objectives, setObjectives] = useState(plan.objectives.map(({ text }) => text).join('\n'));
  const [rules, setRules] = useState(plan.rules.join('\n'));
  const [until, setUntil] = useState(plan.end.at ?? '');
  const [when, setWhen] = useState(plan.end.when);
  const [facilitator, setFacilitator] = useState(plan.facilitator ?? table.view.operator?.name ?? '');
  const act = useAct(table, onClose);
  const badEnd = until !== '' && !ExerciseTime.safeParse(until).success;
  const missing = reuse !== '' ? undefined : title.trim() === '' ? 'It needs a title.' : badEnd ? 'The end reads H+3:00.' : undefined;
  const send = (): void => {
    if (reuse !== '') return act({ act: 'reuse', run: reuse });
    const named = lines(objectives).map((text, index) => ({ id: plan.objectives.find((one) => one.text === text)?.id ?? `objective-${index + 1}`, text }));
    const next: PlanHead = { ...plan, title, scope, objectives: named.map((one, index) => (named.findIndex(({ id }) => id === one.id) === index ? one : { ...one, id: `objective-${named.length + index + 1}` })), rules: lines(rules), end: { ...(until === '' ? {} : { at: until }), when }, ...(facilitator === '' ? {} : { facilitator }) };
    act({ act: 'plan', plan: next });
  };
  return (
    <DialogBox title="The plan of the exercise" wide error={table.run.error} onClose={onClose} actions={<Primary id={`plan ${reuse}`} label={reuse === '' ? 'Keep the plan' : 'Take that plan over'} missing={missing} busy={table.run.busy} onPress={send} />}>
      <div className="stack loose">
        {clock.state === 'planned' && earlier.length > 0 && <SelectField label="Reuse an earlier exercise" value={reuse} onChange={setReuse} options={[{ value: '', label: 'No, as written here' }, ...earlier.map((run) => ({ value: run.id, label: `${run.id} ${visible(run.title)}` }))]} />}
        {reuse === '' && (
          <>
            <div className="pair2"><TextField label="Title" value={title} onChange={setTitle} autoFocus /><TextField label="Facilitator" value={facilitator} onChange={setFacilitator} /></div>
            <TextArea label="Objectives, one a line" value={objectives} onChange={setObjectives} rows={3} />
            <TextArea label="Scope" value={scope} onChange={setScope} rows={2} />
            <TextArea label="Rules, one a line" value={rules} onChange={setRules} rows={3} />
            <div className="pair2"><TextField label="Ends at (optional)" value={until} onChange={setUntil} placeholder="H+3:00" /><TextField label="Ends when" value={when} onChange={setWhen} /></div>
          </>
        )}
      </div>
    </DialogBox>
  );
}
