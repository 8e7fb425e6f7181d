/** What a step's program printed on another machine, pasted by a person: judged as if it had run here. */
import type { AssertionResult } from '../../contract/assertion.ts';
import type { PastedOutput } from '../../contract/run/events.ts';
import type { CapturedText } from '../tool/tool.ts';
import type { Effort, RunHost } from './host.ts';
import { judgeAside } from './judge-aside.ts';
import { captureFrom, failures, type Captures } from './judgement.ts';
import { failureText, finalEvents, judged, storedAssertions } from './work-program.ts';

/** What was pasted counts as standard output. The exit status first, then what must hold, then what is captured. */
export async function judgePasted(host: RunHost, effort: Effort, { output, exit_code }: PastedOutput, attempt: number): Promise<void> {
  const { step, signal } = effort;
  const { block } = step.plan;
  const begun = host.clock.uptime();
  const good = block.kind === 'run' ? (block.ok_exit_codes ?? [0]) : [0];
  const stdout: CapturedText = { text: Buffer.from(host.journal.blobs.read(output.sha256)).toString('utf8'), truncated: false };
  const ended = good.includes(exit_code) ? null : `it ended with exit ${exit_code} on the other machine`;
  const results: readonly AssertionResult[] = ended === null ? await judgeAside(host, step, block.verify ?? [], { attempt, signal, stdout }) : [];
  const captured: Captures = ended !== null || failures(results).length > 0 ? { values: {}, problem: null } : await captureFrom(block.capture ?? {}, stdout);
  const reason = signal.aborted ? 'It was stopped.' : ended ?? failureText(results) ?? captured.problem;
  const { data } = judged(host, effort, 'verify', attempt, results, reason, host.clock.uptime() - begun);
  await host.record(() => finalEvents(host, effort, { ...data, ok: reason === null, exit_codes: [exit_code], output, captures: captured.values, ...storedAssertions(host, results) }));
}
