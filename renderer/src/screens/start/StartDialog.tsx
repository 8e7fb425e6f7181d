/** Start a run: which runbook, how, since when, with what, and who answers for it. */
import { useState } from 'react';
import { useNavigation } from '../../app/navigation.ts';
import type { Start } from '../../app/route.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { Fault } from '../../components/Fault.tsx';
import { CheckField, RadioField, SelectField, takeText } from '../../components/Fields.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { Acknowledge } from './Acknowledge.tsx';
import { type Draft, EMPTY_DRAFT } from './draft.ts';
import { IncidentFields, lackingNames, useIncidentPart } from './IncidentFields.tsx';
import { OperatorFields, useOperator } from './OperatorFields.tsx';
import { OutageField } from './OutageField.tsx';
import { ParamFields } from './ParamFields.tsx';
import { useTypedValues } from './typed-values.ts';
import { usePreparation } from './use-preparation.ts';
import { missingToStart } from './missing.ts';
import './start.css';
import { Mode } from '../../../../electron/contract/vocabulary.ts';

const MODES = [
  { value: 'live', label: 'Live recovery', detail: 'The real thing: tools run against the real targets.' },
  { value: 'rehearsal', label: 'Rehearsal', detail: 'Real tools on scratch targets, taken down at the end.' },
  { value: 'tabletop', label: 'Tabletop', detail: 'Nothing runs; people say what they would do.' },
] as const;

export function StartDialog({ what, onClose }: { what: Start; onClose(): void }) {
  const { client } = useEngine();
  const { go } = useNavigation();
  const books = useQuery('runbook.list', {});
  const readable = (books.result?.runbooks ?? []).filter((row) => row.error === null);
  const [chosen, setChosen] = useState<string | null>(what.runbook);
  const [mode, setMode] = useState<Mode>(what.mode);
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const runbook = chosen ?? (readable.length === 1 ? readable[0]?.id ?? null : null);
  const [params, setParams, forgetParams] = useTypedValues(runbook, mode);
  const prepared = usePreparation(runbook, mode, params);
  const operator = useOperator(prepared.shown?.operators ?? []);
  const offered = useIncidentPart(runbook, mode);
  const part = offered !== null && draft.joins ? offered : null;
  const change = (part: Partial<Draft>): void => { setDraft((old) => ({ ...old, ...part })); };
  const begin = useAction(async () => {
    if (runbook === null) return;
    const passphrase = takeText(operator.passphrase);
    operator.setPresent(false);
    const { run } = await client.call('run.start', {
      id: runbook, mode, params,
      ...(part !== null || draft.outage === '' || draft.outage === null ? {} : { outage_at: draft.outage }),
      ...(part === null ? {} : { incident: part.incident.id }),
      ...(part === null || part.member.lacking.length === 0 ? {} : { despite_dependencies: draft.despite, ...(draft.by.trim() === '' ? {} : { by: draft.by.trim() }) }),
      ...(operator.person === '' ? {} : { operator: operator.person }),
      ...(passphrase === '' ? {} : { passphrase }),
      ...(draft.unsigned === '' ? {} : { acknowledge_unsigned: draft.unsigned }),
      ...(draft.notReady === '' ? {} : { proceed_not_ready: draft.notReady }),
    });
    forgetParams();
    go({ screen: 'run', run });
  });
  const missing = runbook === null ? 'Choose a runbook.' : missingToStart(prepared.current, part === null ? draft : { ...draft, outage: part.incident.outage_at }, operator, mode) ?? (part === null || part.member.lacking.length === 0 ? null : draft.despite.trim() === '' ? `Say why it begins before ${lackingNames(part)} is back.` : operator.person === '' && draft.by.trim() === '' ? 'Say who accepts that.' : null);
  const verb = MODES.find((choice) => choice.value === mode)?.label ?? 'Run';
  return (
    <DialogBox
      title="Start a run" wide onClose={onClose} error={begin.error} escape="start nothing"
      actions={<Primary id={`start ${runbook ?? ''} ${mode}`} label={`Start ${verb.toLowerCase()}`} missing={missing ?? undefined} busy={begin.busy} onPress={() => { void begin.run(); }} />}
    >
      <div className="start">
        <SelectField
          label="Runbook" value={runbook ?? ''} onChange={(value) => { setChosen(value === '' ? null : value); setDraft(EMPTY_DRAFT); }}
          options={[...(runbook === null ? [{ value: '', label: 'Choose a runbook' }] : []), ...readable.map((row) => ({ value: row.id, label: `${visible(row.title)} (${row.system}, ${row.severity})` }))]}
        />
        <RadioField legend="How" value={mode} options={MODES} onChange={(value) => { setMode(Mode.parse(value)); change({ confirmed: false }); }} />
        {prepared.error !== null && <Fault error={prepared.error} />}
        {prepared.shown !== null && (
          <>
            {offered !== null && <IncidentFields part={offered} draft={draft} needsName={operator.person === ''} onChange={change} />}
            {part === null && <OutageField key={mode} drill={!prepared.shown.needs.includes('outage')} value={draft.outage} onChange={(outage) => { change({ outage }); }} />}
            <ParamFields key={`${runbook ?? ''} ${mode}`} questions={prepared.shown.questions} values={params} onChange={(values) => { setParams(values); change({ confirmed: false }); }} />
            {prepared.shown.questions.length > 0 && <CheckField label="These values are right. They are frozen into the run." checked={draft.confirmed} onChange={(confirmed) => { change({ confirmed }); }} />}
            <Acknowledge prepared={prepared.shown} draft={draft} onChange={change} />
            <OperatorFields operator={operator} people={prepared.shown.operators} required={prepared.shown.needs.includes('operator')} />
          </>
        )}
      </div>
    </DialogBox>
  );
}
