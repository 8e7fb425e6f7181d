/** Goes on here with a run of another laptop: who, why, and what has to be accepted for it. */
import { useState } from 'react';
import type { ImportedRun } from '../../../../electron/contract/record.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';
import { takeText, TextArea, TextField } from '../../components/Fields.tsx';
import { Notice } from '../../components/States.tsx';
import { useAction, useEngine, useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';
import { OperatorFields, useOperator } from '../start/OperatorFields.tsx';

/** `name=value`, one a line; null when a line is neither that nor empty. */
export function readValues(text: string): Record<string, string> | null {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const pairs = lines.map((line) => /^([a-z][a-z0-9_]*)\s*=\s*(.*)$/u.exec(line));
  return pairs.some((pair) => pair === null) ? null : Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? '']])));
}

export function TakeOverDialog({ imported, onClose }: { imported: ImportedRun; onClose(): void }) {
  const { client } = useEngine();
  const { go } = useNavigation();
  const people = useQuery('people.list', {});
  const books = useQuery('runbook.list', {});
  const operators = (people.result?.people ?? []).filter((person) => person.revoked_at === null);
  const operator = useOperator(operators);
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  const [stranger, setStranger] = useState('');
  const [bundled, setBundled] = useState('');
  const [text, setText] = useState('');
  const { summary, run, device, known } = imported;
  const live = summary?.mode === 'live';
  const same = books.result?.runbooks.some(({ id, sha256 }) => id === summary?.runbook.id && sha256 === summary.runbook.sha256) ?? true;
  const who = operator.person === '' ? name.trim() : operator.person;
  const params = readValues(text);
  const take = useAction(async () => {
    const passphrase = takeText(operator.passphrase);
    operator.setPresent(false);
    const taken = await client.call('run.takeover', {
      run, operator: who, reason, ...(passphrase === '' ? {} : { passphrase }),
      ...(params === null || Object.keys(params).length === 0 ? {} : { params }),
      ...(stranger.trim() === '' ? {} : { accept_unknown_laptop: stranger }), ...(bundled.trim() === '' ? {} : { use_bundle_runbook: bundled }),
    });
    go({ screen: 'run', run: taken.run });
  });
  const missing = who === '' ? 'Say who takes it over.'
    : operator.person !== '' && !operator.present ? 'The passphrase is missing.'
    : reason.trim() === '' ? 'A reason is missing.'
    : !known && stranger.trim() === '' ? 'Say why the other laptop is believed.'
    : !same && bundled.trim() === '' ? 'Say why the bundle’s runbook will do.'
    : params === null ? 'Write each value as name=value.' : undefined;
  return (
    <DialogBox title="Take the run over" wide error={take.error} onClose={onClose} escape="take nothing over" actions={<Primary id={`takeover ${run}`} label="Go on here" missing={missing} busy={take.busy} onPress={() => { void take.run(); }} />}>
      <div className="start">
        <p><b className="med">{summary === null ? run : visible(summary.title)}</b> was begun on <span className="mono s12">{visible(device)}</span>. What was done there counts as done there; of what was under way you are asked how it ended. Clocks go on from the outage. Secrets and approvals are asked for again, and nothing that lay in scratch places is taken for granted.</p>
        <Notice tone="amber" shape="needs">Make sure that nobody goes on with it on the other laptop: two of them would do the same twice.</Notice>
        <OperatorFields operator={operator} people={operators} required={live} />
        {!live && operator.person === '' && <TextField label="Who takes it over" value={name} onChange={setName} />}
        <TextArea label="Why?" hint="For the record and the report." rows={2} value={reason} onChange={setReason} />
        {!known && <TextField label="Nobody here knows the key of that laptop. Why is it believed?" value={stranger} onChange={setStranger} />}
        {!same && <TextField label="This laptop has another version of the runbook, or none. Why will the bundle’s own do?" value={bundled} onChange={setBundled} />}
        <TextArea label="Values that are others on this laptop (optional)" hint="One a line, for example backup=/media/kit/newest.dump. All others stay as they were." rows={2} mono value={text} onChange={setText} />
      </div>
    </DialogBox>
  );
}
