/** One step as it is read, on screen and on paper. */
import type { Probe } from '../../../../electron/contract/check.ts';
import type { Runbook, Step } from '../../../../electron/contract/runbook.ts';
import { durationSeconds } from '../../../../electron/contract/scalars.ts';
import { otherWayWords } from '../../../../electron/contract/step.ts';
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import { Command } from '../../components/Command.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { Prose } from '../../components/Prose.tsx';
import { visible } from '../../visible.ts';
import { assertionWords } from './assertion-words.ts';

type Block = Step['block'];

function commandsOf(block: Block): string[][] {
  switch (block.kind) {
    case 'run': return block.pipe ?? (block.run === undefined ? [] : [block.run]);
    case 'secret': return block.run === undefined ? [] : [block.run];
    case 'wait': return block.wait_until === undefined ? [] : [block.wait_until.run];
    case 'check': return typeof block.check !== 'string' && block.check.kind === 'command' ? [block.check.run] : [];
    case 'manual':
    case 'decide':
    case 'approve':
    case 'notify':
    case 'call': return [];
  }
}

function inlineCheck(probe: Probe): string {
  if (probe.kind === 'http') return `Checks: ${probe.url} answers ${probe.status}${probe.verify === undefined ? '' : `; ${probe.verify.map(assertionWords).join('; ')}`}`;
  return probe.kind === 'known-answer' ? `Checks: the secret ${probe.secret} opens a known answer` : `Checks: ${probe.kind}`;
}

/** What the step asks, beyond a program. */
function taskOf(block: Block, runbook: Runbook): string | null {
  switch (block.kind) {
    case 'manual': return [block.confirm, ...(block.checklist ?? []), ...(block.evidence === undefined ? [] : [`a ${block.evidence} is kept as evidence`])].map((item) => item.replace(/\.$/u, '')).join('; ');
    case 'decide': return `${block.question} ${Object.values(block.options).map((option) => option.label).join(' / ')}`;
    case 'approve': return `Approval by ${block.by.join(', ')}`;
    case 'secret': return `Obtain the secret ${block.secret}`;
    case 'notify': return `Tell ${runbook.audiences.find((audience) => audience.id === block.audience)?.title ?? block.audience}`;
    case 'call': return `Runs the runbook ${block.runbook}`;
    case 'wait': return block.for === undefined ? 'Waits until it holds' : `Waits ${spokenDuration(durationSeconds(block.for))}`;
    case 'check': return typeof block.check === 'string' ? `Checks: ${runbook.checks.find((check) => check.id === block.check)?.block.title ?? block.check}` : inlineCheck(block.check);
    case 'run': return null;
  }
}

function rehearsalOf(block: Block): string | null {
  const rule = block.modes?.rehearsal;
  if (rule === undefined) return null;
  if (rule === 'simulate') return 'nothing runs';
  if (rule === 'skip') return 'left out';
  return rule === 'run' ? 'runs as it is' : 'another command runs';
}

function rowsOf(step: Step, runbook: Runbook): [string, string][] {
  const { block } = step;
  const suspects = (block.suspects ?? []).map((id) => runbook.symptoms.find((symptom) => symptom.id === id)?.cause ?? id);
  const rows: [string, string | null | undefined][] = [
    ['Task', taskOf(block, runbook)],
    ['Who', block.role],
    ['Approval', block.approve === undefined ? null : `${block.approve.quorum} of ${block.approve.by.join(', ')}${block.approve.not_self ? ', not by whoever starts it' : ''}`],
    ['Done when', block.verify === undefined ? null : block.verify.map(assertionWords).join('; ')],
    ['Only when', block.when],
    ['Alarm', block.quiet_alarm === undefined ? null : `no output for ${spokenDuration(durationSeconds(block.quiet_alarm))}`],
    ['Time limit', block.timeout === undefined ? null : spokenDuration(durationSeconds(block.timeout))],
    ['Needs alive', block.needs_alive?.join(', ')],
    ['While dead', alternateOf(block, runbook)],
    ['If it fails', suspects.length === 0 ? null : suspects.join('; ')],
    ['Way back', block.undo?.run.join(' ')],
    ['In a rehearsal', rehearsalOf(block)],
  ];
  return rows.flatMap(([label, value]): [string, string][] => (value === null || value === undefined || value === '' ? [] : [[label, visible(value)]]));
}

/** The other way while something that the step needs is dead. */
function alternateOf({ alternate }: Block, runbook: Runbook): string | null {
  if (alternate === undefined) return null;
  return `${alternate.when_dead.join(', ')}: ${otherWayWords(alternate, (wanted) => runbook.steps.find(({ id }) => id === wanted)?.title)}`;
}

export function StepArticle({ step, number, runbook }: { step: Step; number: number; runbook: Runbook }) {
  const rows = rowsOf(step, runbook);
  const commands = commandsOf(step.block);
  return (
    <article id={`step-${step.id}`}>
      <h3>{number}&ensp;{visible(step.title)}{step.block.budget !== undefined && <span className="end">{spokenDuration(durationSeconds(step.block.budget))} budget</span>}</h3>
      <Prose text={step.prose} />
      {step.block.point_of_no_return === true && <p className="ponr"><Glyph shape="ponr" tone="amber" />No way back after this step.</p>}
      {(rows.length > 0 || commands.length > 0) && (
        <div className="block">
          <Command commands={commands} />
          {rows.length > 0 && <dl className="kv">{rows.map(([label, value]) => <div className="pair" key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>}
        </div>
      )}
    </article>
  );
}
