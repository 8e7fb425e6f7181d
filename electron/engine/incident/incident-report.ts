/** The short report of an incident: each system's target against what was measured, the total, and what decided it. */
import type { IncidentReport } from '../../contract/incident.ts';
import { counted, spokenDuration } from '../../contract/wording.ts';
import type { CriticalPart, IncidentMember, IncidentView } from '../../contract/incident-view.ts';
import { full, mark, span, time, type Block, type Cell } from '../report/block.ts';
import { sheetHtml } from '../report/sheet.ts';
import { VERSION } from '../version.ts';

export function incidentReport(incident: IncidentView, { now, laptop }: { now: number; laptop: string }): IncidentReport {
  return { blackstart_incident: 1, generated_at: new Date(now).toISOString(), generated_with: VERSION, laptop, headline: headlineOf(incident), incident };
}

function headlineOf({ total, state }: IncidentView): string {
  if (total.of === 0) return 'No system is in this incident.';
  if (total.achieved_s !== null) return `All ${counted(total.of, 'system was', 'systems were')} back ${spokenDuration(total.achieved_s)} after the outage.`;
  const back = `${total.recovered} of ${counted(total.of, 'system is', 'systems are')} back`;
  if (state === 'closed') return `${back}; it was closed like that.`;
  return total.forecast_s === null ? `${back}; when the last will be is not known.` : `${back}; the last is expected ${spokenDuration(total.forecast_s)} after the outage.`;
}

export function incidentHtml(report: IncidentReport): string {
  const { incident, headline } = report;
  const { total } = incident;
  return sheetHtml({
    title: `${incident.title}, incident ${incident.id}`,
    banner: incident.mode === 'live' ? null : 'REHEARSAL: no production system was touched',
    heading: incident.title,
    sub: `${incident.mode === 'live' ? 'Incident' : 'Rehearsed incident'}, outage ${full(incident.outage_at) ?? ''}`,
    verdict: { met: total.met, sentence: headline },
    parts: [
      { id: 'incident', title: 'Incident', blocks: aboutBlocks(report) },
      { id: 'systems', title: 'Systems, target against measured', blocks: [systemsTable(incident.members)] },
      { id: 'critical', title: 'What decided when the last was back', blocks: [pathTable(incident.critical)] },
      { id: 'notes', title: 'Not as planned', blocks: [deviations(incident.members)] },
    ],
  });
}

function aboutBlocks({ incident: i, laptop, generated_at, generated_with }: IncidentReport): Block[] {
  return [{ kind: 'pairs', rows: [
    ['Incident', i.id],
    ['Outage at', full(i.outage_at)],
    ['Declared at', full(i.declared_at)],
    ['Opened', `by ${i.opened.by}, ${full(i.opened.at) ?? ''}`],
    ['Closed', i.closed === null ? 'it is open' : `by ${i.closed.by}, ${full(i.closed.at) ?? ''}${i.closed.reason === null ? '' : `: “${i.closed.reason}”`}`],
    ['Total, measured', i.total.achieved_s === null ? 'not all systems are back' : span(i.total.achieved_s)],
    ['Total, forecast', i.total.forecast_at === null ? '–' : `${span(i.total.forecast_s) ?? ''}, at ${full(i.total.forecast_at) ?? ''}`],
    ['Longest target', span(i.total.target_s) ?? 'none set'],
    ['Made', `${full(generated_at) ?? ''} on ${laptop}, Blackstart ${generated_with}`],
  ] }];
}

function systemsTable(members: readonly IncidentMember[]): Block {
  return {
    kind: 'table', head: ['System', 'Runbook', 'Waits for', 'Begun', 'Back', 'Measured', 'Target', 'Result', 'Run'], none: 'None.',
    rows: members.map((m): Cell[] => [m.system, m.runbook, m.after.length === 0 ? 'nothing' : m.after.join(', '), m.run === null ? '–' : time(m.run.begun_at), m.recovered_at === null ? '–' : time(m.recovered_at), span(m.achieved_s) ?? '–', span(m.target_s) ?? 'none', resultOf(m), m.run?.id ?? '–']),
  };
}

function resultOf({ met, state, target_s }: IncidentMember): Cell {
  if (met !== null) return met ? mark('good', '✓ met') : mark('bad', '× missed');
  if (state === 'recovered') return mark('quiet', target_s === null ? 'back, no target' : 'back');
  return mark('care', { blocked: '! waits', ready: '! not begun', open: '! under way', ended: '× run ended' }[state]);
}

function pathTable(critical: readonly CriticalPart[]): Block {
  return {
    kind: 'table', head: ['System', 'From', 'To', 'Took', 'Why'], none: 'Not known: not every system is back or forecast.',
    rows: critical.map(({ system, from, to, measured, why }) => [system, time(from), `${time(to)}${measured ? '' : ' forecast'}`, span((Date.parse(to) - Date.parse(from)) / 1000), why]),
  };
}

function deviations(members: readonly IncidentMember[]): Block {
  const rows = members.flatMap((m): Cell[][] => [
    ...(m.despite === null ? [] : [[m.system, `Begun before ${m.despite.lacking.join(', ')} was back`, `${m.despite.by}: “${m.despite.reason}”`]]),
    ...(m.run?.from == null ? [] : [[m.system, `Its run was taken over from the laptop ${m.run.from}`, m.run.operator ?? '–']]),
    ...(m.earlier.length === 0 ? [] : [[m.system, `${counted(m.earlier.length, 'other run', 'other runs')}`, m.earlier.join(', ')]]),
  ]);
  return { kind: 'table', head: ['System', 'What', 'Who, why'], rows, none: 'Nothing.' };
}
