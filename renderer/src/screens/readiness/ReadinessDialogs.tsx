/** What a person adds to readiness: an override, their word, a secret, values. */
import { useRef, useState } from 'react';
import type { CheckResult, ReadinessReport } from '../../../../electron/contract/readiness.ts';
import { Button, Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { SelectField, TextArea, TextField } from '../../components/Fields.tsx';
import { SecretField, takeSecret } from '../../components/SecretField.tsx';
import { useDraft } from '../../drafts.ts';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { offeredSecrets } from './secrets-of.ts';
import type { Values } from '../start/typed-values.ts';
import { usePreparation } from '../start/use-preparation.ts';
import { ParamFields } from '../start/ParamFields.tsx';

export type ReadinessDialog = { kind: 'override' | 'attest' | 'secret'; check: CheckResult } | { kind: 'values' };

interface DialogsProps {
  dialog: ReadinessDialog;
  runbook: string;
  params: Values;
  onParams(params: Values): void;
  onReport(report: ReadinessReport): void;
  /** A secret has been handed over: what is held now. */
  onHeld(secrets: readonly string[]): void;
  onClose(): void;
}

export function ReadinessDialogs({ dialog, runbook, params, onParams, onReport, onHeld, onClose }: DialogsProps) {
  switch (dialog.kind) {
    case 'override':
    case 'attest': return <WordDialog kind={dialog.kind} check={dialog.check} runbook={runbook} onReport={onReport} onClose={onClose} />;
    case 'secret': return <SecretDialog check={dialog.check} runbook={runbook} onHeld={onHeld} onClose={onClose} />;
    case 'values': return <ValuesDialog runbook={runbook} params={params} onParams={onParams} onClose={onClose} />;
  }
}

function WordDialog({ kind, check, runbook, onReport, onClose }: { kind: 'override' | 'attest'; check: CheckResult; runbook: string; onReport(report: ReadinessReport): void; onClose(): void }) {
  const { client } = useEngine();
  const people = useQuery('people.list', {});
  const names = (people.result?.people ?? []).filter((person) => person.revoked_at === null).map((person) => person.name);
  const [by, setBy] = useState('');
  const [text, setText, forget] = useDraft(`${kind} ${runbook} ${check.id}`);
  const send = useAction(async () => {
    const common = { id: runbook, check: check.id, by };
    onReport(kind === 'override' ? await client.call('readiness.override', { ...common, reason: text }) : await client.call('readiness.attest', { ...common, note: text }));
    forget();
    onClose();
  });
  const missing = by.trim() === '' ? 'A name is missing.' : text.trim() === '' ? (kind === 'override' ? 'A reason is missing.' : 'Say how you know.') : undefined;
  const override = kind === 'override';
  return (
    <DialogBox title={override ? `Override: ${visible(check.title)}` : visible(check.title)} error={send.error} onClose={onClose} escape={override ? 'leave it as it is' : 'say nothing'} actions={<Primary id={`${kind} ${check.id}`} label={override ? 'Override it' : 'I say so'} missing={missing} busy={send.busy} onPress={() => { void send.run(); }} />}>
      <div className="stack loose">
        <p className="t2">{override ? 'The check still fails. It counts as overridden, with your name and reason, until it is checked again.' : visible(check.summary)}</p>
        <TextField label="Your name" value={by} onChange={setBy} suggestions={names} autoFocus />
        <TextArea label={override ? 'Why may it be ignored?' : 'How do you know?'} hint="For the record. Ctrl Enter sends it." value={text} onChange={setText} />
      </div>
    </DialogBox>
  );
}

function SecretDialog({ check, runbook, onHeld, onClose }: { check: CheckResult; runbook: string; onHeld(secrets: readonly string[]): void; onClose(): void }) {
  const { client } = useEngine();
  const book = useQuery('runbook.get', { id: runbook });
  const block = book.result?.runbook.checks.find((each) => each.id === check.id)?.block ?? null;
  const names = offeredSecrets(Object.keys(book.result?.runbook.front.secrets ?? {}), block);
  const [chosen, setChosen] = useState<string | null>(null);
  const [bytes, setBytes] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const secret = chosen ?? names[0] ?? '';
  const send = useAction(async () => {
    const value = takeSecret(field);
    setBytes(0);
    try {
      onHeld((await client.call('readiness.secret', { id: runbook, secret, value })).held);
    } finally {
      value.fill(0);
    }
    onClose();
  });
  const missing = secret === '' ? 'This runbook names no secrets.' : bytes === 0 ? 'Type or paste it.' : bytes < 6 ? 'Under 6 bytes it could not be masked.' : undefined;
  return (
    <DialogBox title="Supply a secret for the checks" error={send.error ?? book.error} onClose={onClose} escape="supply nothing" actions={<Primary id={`secret ${secret}`} label="Hand it over" missing={missing} busy={send.busy} onPress={() => { void send.run(); }} />}>
      <div className="stack loose">
        <p className="t2">Held in memory for the checks of this runbook until you forget it or this window closes. It is in no file and in no record.</p>
        {names.length > 1 && <SelectField label="Which secret" value={secret} onChange={setChosen} options={names.map((name) => ({ value: name, label: name }))} />}
        <SecretField label={names.length === 1 ? secret : 'Secret'} field={field} bytes={bytes} onBytes={setBytes} autoFocus />
      </div>
    </DialogBox>
  );
}

function ValuesDialog({ runbook, params, onParams, onClose }: { runbook: string; params: Values; onParams(params: Values): void; onClose(): void }) {
  const prepared = usePreparation(runbook, 'live', params);
  const questions = prepared.shown?.questions ?? [];
  return (
    <DialogBox title="Values that the checks use" wide error={prepared.error} onClose={onClose} actions={<><Button tall onPress={() => { onParams({}); }}>As in the runbook</Button><Primary id="values" label="Use these" onPress={onClose} /></>}>
      {prepared.shown !== null && questions.length === 0 && <p className="t2">This runbook asks for no values.</p>}
      {prepared.shown !== null && <ParamFields key={Object.keys(params).length === 0 ? 'own' : 'set'} questions={questions} values={params} onChange={onParams} />}
    </DialogBox>
  );
}
