/** The run goes to another operator: what is done, what runs, what worries; both sign at this laptop. */
import { useRef, useState } from 'react';
import type { RunView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { PassphraseField, SelectField, takeText, TextArea } from '../../../components/Fields.tsx';
import { useDraft } from '../../../drafts.ts';
import { useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import { doneWords, runningWords } from '../comms/handover-words.ts';
import type { Run } from '../use-run.ts';

export function HandoverDialog({ run, view, onClose }: { run: Run; view: RunView; onClose(): void }) {
  const people = useQuery('people.list', { run: view.id });
  const { operator } = view;
  const [done, setDone] = useState(() => doneWords(view));
  const [running, setRunning] = useState(() => runningWords(view));
  const [worries, setWorries, forget] = useDraft(`handover ${view.id}`);
  const [to, setTo] = useState('');
  const [present, setPresent] = useState({ out: false, in: false });
  const outgoing = useRef<HTMLInputElement>(null);
  const incoming = useRef<HTMLInputElement>(null);
  const others = (people.result?.people ?? []).filter(({ id, revoked_at }) => revoked_at === null && id !== operator?.id);
  const next = others.find(({ id }) => id === to) ?? null;
  const send = async (): Promise<void> => {
    if (operator === null || next === null) return;
    const [first, second] = [takeText(outgoing), takeText(incoming)];
    setPresent({ out: false, in: false });
    if (!(await run.send({ do: 'handover', outgoing: { person: operator.id, passphrase: first }, incoming: { person: next.id, passphrase: second }, done, running, worries }))) { outgoing.current?.focus(); return; }
    forget();
    onClose();
  };
  const missing = done.trim() === '' || running.trim() === '' ? 'Say what is done and what is running.' : worries.trim() === '' ? 'Say what worries; where nothing does, write "nothing".' : next === null ? 'Choose who takes over.' : !present.out ? `${visible(operator?.name ?? '')} has to sign.` : present.in ? undefined : `${visible(next.name)} has to sign.`;
  return (
    <DialogBox title="Hand the run over" wide error={run.error ?? people.error} onClose={onClose} escape="keep the run" actions={<Primary id={`handover ${to} ${view.handovers.length}`} label={next === null ? 'Hand over' : `Hand over to ${visible(next.name)}`} missing={missing} busy={run.busy} onPress={() => { void send(); }} />}>
      <div className="stack loose">
        <p className="t2">What runs goes on meanwhile. From the second signature on, the new operator leads the run; the record and the report keep these words.</p>
        <div className="two-sign">
          <TextArea label="What is done" rows={5} value={done} onChange={setDone} />
          <TextArea label="What is running, and what comes next" rows={5} value={running} onChange={setRunning} />
        </div>
        <TextArea label="What worries" hint="What you would want to be told: what looked odd, what was promised to whom, what to watch." rows={3} value={worries} onChange={setWorries} autoFocus />
        <div className="two-sign">
          <div className="slot">
            <div className="who">{visible(operator?.name ?? 'Nobody')}<span className="end">hands over</span></div>
            <PassphraseField label="Passphrase of whoever hands over" source={outgoing} onPresence={(out) => { setPresent((old) => ({ ...old, out })); }} />
          </div>
          <div className="slot">
            <div className="who">{next === null ? 'Who takes over' : visible(next.name)}<span className="end">takes over</span></div>
            <SelectField label="Person" value={to} onChange={setTo} options={[{ value: '', label: 'Choose' }, ...others.map(({ id, name, roles }) => ({ value: id, label: `${visible(name)}, ${roles.map(visible).join(', ')}` }))]} />
            {others.length === 0 && people.result !== null && <p className="t2">Nobody else is enrolled on this laptop. Enrol someone under People.</p>}
            <PassphraseField key={to} label="Passphrase of whoever takes over" source={incoming} onPresence={(is) => { setPresent((old) => ({ ...old, in: is })); }} />
          </div>
        </div>
      </div>
    </DialogBox>
  );
}
