import type { RunView, StepView } from '../../../../electron/contract/run.ts';
import { spokenBytes } from '../../../../electron/contract/wording.ts';
import { Terminal } from '../../components/Terminal.tsx';
import { useNow } from '../../use-now.ts';
import { ago } from '../../wording.ts';
import type { RunDialog } from './dialogs/RunDialogs.tsx';
import { type Run, useOutput } from './use-run.ts';

/** The tool's own words, live; the whole is one key away. */
export function LiveOutput({ run, view, step, onDialog }: { run: Run; view: RunView; step: StepView; onDialog(dialog: RunDialog): void }) {
  const now = useNow();
  const source = useOutput(view.id, step.id, step.attempts);
  const running = step.state === 'running' && step.pid !== null;
  return (
    <div className="term grow">
      <header>
        <span className={running ? 'c-blue tx semi' : 'semi'}>{step.output === null ? (running ? 'Running' : 'Output') : spokenBytes(step.output.size)}</span>
        {step.pid !== null && <span>process {step.pid}</span>}
        {step.last_output_at !== null && running && <span>last line {ago(step.last_output_at, now)}</span>}
        {step.quiet_since !== null && <span className="tx c-amber semi">quiet for too long</span>}
        <button type="button" className="end plain" onClick={() => { onDialog({ kind: 'output' }); }}>Full output <kbd>O</kbd></button>
      </header>
      <Terminal source={source} label={`Output of step ${step.number}`} onType={running && step.tty === true ? (text) => { void run.send({ do: 'input', step: step.id, text }); } : undefined} />
    </div>
  );
}
