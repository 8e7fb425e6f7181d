import type { RunView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { takeText } from '../../../components/Fields.tsx';
import { useAction, useEngine, useQuery } from '../../../engine-context.ts';
import { OperatorFields, useOperator } from '../../start/OperatorFields.tsx';
import type { Run } from '../use-run.ts';

/** Goes on with a run whose engine was stopped: everything acknowledged is there, and somebody answers for it again. */
export function ResumeDialog({ run, view, onClose }: { run: Run; view: RunView; onClose(): void }) {
  const { client } = useEngine();
  const people = useQuery('people.list', { run: view.id });
  const operators = (people.result?.people ?? []).filter((person) => person.revoked_at === null);
  const operator = useOperator(operators, view.operator?.id ?? null);
  const named = view.operator !== null;
  const resume = useAction(async () => {
    const passphrase = takeText(operator.passphrase);
    operator.setPresent(false);
    run.show(await client.call('run.resume', { run: view.id, ...(operator.person === '' ? {} : { operator: operator.person }), ...(passphrase === '' ? {} : { passphrase }) }));
  });
  const missing = named && operator.person === '' ? 'Say who operates.' : operator.person !== '' && !operator.present ? 'The passphrase is missing.' : undefined;
  const press = async (): Promise<void> => { if (await resume.run()) onClose(); };
  return (
    <DialogBox title="Resume the run" error={resume.error} onClose={onClose} escape="look at it first" actions={<Primary id={`resume ${view.id}`} label="Resume" missing={missing} busy={resume.busy} onPress={() => { void press(); }} />}>
      <div className="stack loose">
        <p>The engine stopped while this run was open. Everything that was acknowledged is in the journal. A step that was under way is not repeated by itself: you are asked what it did.</p>
        <OperatorFields operator={operator} people={operators} required={named} />
      </div>
    </DialogBox>
  );
}
