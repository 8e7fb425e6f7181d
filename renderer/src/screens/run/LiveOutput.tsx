import { useRef } from 'react';
import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { spokenBytes } from '../../../../electron/contract/wording.ts';
import { Terminal } from '../../components/Terminal.tsx';
import { useKeys } from '../../keys/use-keys.tsx';
import { useNow } from '../../use-now.ts';
import { ago } from '../../wording.ts';
import type { RunDialog } from './dialogs/RunDialogs.tsx';
import { useKeystrokes, useOutput } from './use-run.ts';

/** The tool's own words, live; the whole is one key away. */
export function LiveOutput({ view, step, onDialog }: { view: RunView; step: StepView; onDialog(dialog: RunDialog): void }) {
  const now = useNow();
  const source = useOutput(view.id, step.id, step.attempts, step.output?.size ?? 0);
  const type = useKeystrokes(view.id, step.id);
  const place = useRef<HTMLDivElement>(null);
  const running = step.state === 'running' && step.pid !== null;
  const takesKeys = running && step.tty === true;
  const enter = (): void => { place.current?.querySelector('textarea')?.focus(); };
  useKeys(takesKeys ? [{ key: 'i', label: 'Type into the tool’s terminal; F6 leaves it', run: enter }] : []);
  return (
    <div className={`term grow${takesKeys ? ' asks' : ''}`} ref={place}>
      <header>
        <span className={running ? 'c-blue tx semi' : 'semi'}>{step.output === null ? (running ? 'Running' : 'Output') : spokenBytes(step.output.size)}</span>
        {step.pid !== null && <span>process {step.pid}</span>}
        {step.last_output_at !== null && running && <span>last line {ago(step.last_output_at, now)}</span>}
        {step.quiet_since !== null && <span className="tx c-amber semi">quiet for too long</span>}
        {takesKeys && <span className="typing tx semi c-blue">Your keys go to the tool. <kbd>F6</kbd> leaves</span>}
        {takesKeys && <button type="button" className="plain not-typing" onClick={enter}>Type into it <kbd>I</kbd></button>}
        <button type="button" className="end plain" onClick={() => { onDialog({ kind: 'output' }); }}>Full output <kbd>O</kbd></button>
      </header>
      <Terminal source={source} label={`Output of step ${step.number}`} onType={takesKeys ? type : undefined} />
    </div>
  );
}
