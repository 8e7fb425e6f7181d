/** What the Incident screen says of a system, and what is to be done next. Pure. */
import { runState, type State } from '../../components/States.tsx';
import { systemName } from '../../wording.ts';
import type { IncidentMember, IncidentView } from '../../../../electron/contract/incident-view.ts';

const OVER: ReadonlySet<string> = new Set(['succeeded', 'aborted']);

export function memberState({ state, run }: IncidentMember): State {
  switch (state) {
    case 'blocked': return { word: 'Waits for another', shape: 'blocked', tone: 'grey' };
    case 'ready': return { word: 'Can begin', shape: 'needs', tone: 'amber' };
    case 'ended': return { word: 'Run ended, not back', shape: 'failed', tone: 'red' };
    case 'recovered': return { word: run !== null && !OVER.has(run.state) ? 'Back, run goes on' : 'Back', shape: 'sensed', tone: 'green' };
    case 'open': return runState(run?.state ?? 'running');
  }
}

/** Whoever needs somebody most comes first: what failed, what asks, what could begin, what runs by itself. */
export function mostUrgent({ members }: IncidentView): IncidentMember | null {
  const rank = ({ state, run }: IncidentMember): number => {
    if (state === 'open') return run?.state === 'failed' || run?.state === 'interrupted' ? 0 : run?.state === 'waiting' ? 1 : 4;
    return { ready: 2, ended: 3, recovered: run !== null && !OVER.has(run.state) ? 5 : 7, blocked: 6 }[state];
  };
  return [...members].sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

export type Next =
  | { kind: 'add' | 'close' | 'report'; label: string }
  | { kind: 'run'; run: string; label: string }
  | { kind: 'start'; runbook: string; label: string; missing?: string };

export function nextOf(view: IncidentView, member: IncidentMember | null): Next {
  if (view.state === 'closed') return { kind: 'report', label: 'Report' };
  if (member === null) return { kind: 'add', label: 'Add systems…' };
  const { total, members } = view;
  if (total.recovered === total.of && members.every(({ run }) => run !== null && OVER.has(run.state))) return { kind: 'close', label: 'Close the incident…' };
  const name = systemName(member.system);
  switch (member.state) {
    case 'ready': return { kind: 'start', runbook: member.runbook, label: `Start ${name}…` };
    case 'ended': return { kind: 'start', runbook: member.runbook, label: `Start ${name} again…` };
    case 'blocked': return { kind: 'start', runbook: member.runbook, label: `Start ${name}…`, missing: `It waits for ${lackingNames(view, member)}.` };
    case 'open':
    case 'recovered': return { kind: 'run', run: member.run?.id ?? '', label: `Go to ${name}` };
  }
}

export function lackingNames({ members }: Pick<IncidentView, 'members'>, { lacking }: Pick<IncidentMember, 'lacking'>): string {
  return lacking.map((id) => systemName(members.find(({ runbook }) => runbook === id)?.system ?? id)).join(' and ');
}

/** Where a stretch of time lies between the outage and the end of the picture, in percent. */
export function place(from: number, to: number, outage: number, end: number): { left: number; width: number } {
  const whole = Math.max(1, end - outage);
  const left = Math.min(100, Math.max(0, ((from - outage) / whole) * 100));
  return { left, width: Math.max(0.5, Math.min(100 - left, ((to - from) / whole) * 100)) };
}
