/** The outage switchboard: what is dead, and which steps lean on it. */
import { useState } from 'react';
import type { RunView } from '../../../../../electron/contract/run.ts';
import { Primary } from '../../../components/Buttons.tsx';
import { DialogBox } from '../../../components/DialogBox.tsx';
import { CheckField } from '../../../components/Fields.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { useQuery } from '../../../engine-context.ts';
import { visible } from '../../../visible.ts';
import type { Run } from '../use-run.ts';
import { type Dependency, dependenciesOf } from './dependencies.ts';

function consequence({ needed, otherwise, tells }: Dependency): string {
  const steps = (numbers: readonly number[]): string => `${numbers.length === 1 ? 'step' : 'steps'} ${numbers.join(', ')}`;
  const parts = [needed.length === 0 ? null : `needed by ${steps(needed)}`, otherwise.length === 0 ? null : `another way in ${steps(otherwise)}`, tells.length === 0 ? null : `tells ${tells.map(visible).join(', ')}`].filter((part) => part !== null);
  return parts.length === 0 ? 'no step leans on it' : parts.join('; ');
}

export function DeadDialog({ run, view, onClose }: { run: Run; view: RunView; onClose(): void }) {
  const book = useQuery('runbook.get', { id: view.runbook.id });
  const [dead, setDead] = useState<readonly string[]>(view.dead);
  const rows = book.result === null ? [] : dependenciesOf(book.result.runbook, view.dead);
  const changed = dead.length !== view.dead.length || dead.some((name) => !view.dead.includes(name));
  const send = async (): Promise<void> => { if (await run.send({ do: 'mark-dead', names: [...dead] })) onClose(); };
  const mark = (name: string, is: boolean): void => { setDead((old) => (is ? [...old, name] : old.filter((other) => other !== name))); };
  return (
    <DialogBox title="What is dead?" error={run.error ?? book.error} onClose={onClose} escape="change nothing" actions={<Primary id={`dead ${dead.join(' ')}`} label="Mark it so" missing={changed ? undefined : 'Nothing has changed.'} busy={run.busy} onPress={() => { void send(); }} />}>
      <p className="gap t2">Marked things are dead for this run: steps that need them say so, and those with another way take it.</p>
      {book.result !== null && rows.length === 0 && <p>This runbook names nothing that its steps lean on.</p>}
      <div className="ticks">
        {rows.map((row) => {
          const is = dead.includes(row.name);
          return <CheckField key={row.name} checked={is} onChange={(next) => { mark(row.name, next); }} label={<span className="row wrap"><Glyph shape={is ? 'dead' : 'alive'} tone={is ? 'red' : 'green'} /><b className="med">{visible(row.name)}</b><span className="t2">{is ? 'dead' : 'alive'}</span><span className="s12 t3">{consequence(row)}</span></span>} />;
        })}
      </div>
    </DialogBox>
  );
}
