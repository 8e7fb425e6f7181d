/** Whether a run may begin as a part of an incident, and what it takes from it. */
import { EngineError } from '../../contract/errors.ts';
import type { RunFold } from '../../contract/run/state.ts';
import type { RunIncident } from '../../contract/run/summary.ts';
import type { Mode } from '../../contract/vocabulary.ts';
import type { JournalReader } from '../journal/journal.ts';
import { openOne } from './incidents.ts';

export interface Admission { incident: string; runbook: string; mode: Mode; outage_at?: string | undefined; by: string | null; despite?: string | undefined }
export interface Admitted { outage_at: string; declared_at: string; incident: RunIncident }

/** Whether a run brought its system back. */
function isBack({ restoredAt, finished }: RunFold): boolean {
  return restoredAt !== null || finished?.state === 'succeeded';
}

/**
 * @param runs every run of this laptop that can be read
 * @throws EngineError `refused` for another mode, a stranger or a second run, `usage` for another outage time, `waiting` while what it
 * depends on is not back and nobody accepts that by name
 */
export function admitRun(journal: Pick<JournalReader, 'events'>, { incident: name, runbook, mode, outage_at, by, despite = '' }: Admission, runs: readonly RunFold[]): Admitted {
  const incident = openOne(journal, name);
  const { id } = incident;
  if (mode !== incident.mode) throw new EngineError('refused', `The incident ${id} is ${incident.mode === 'live' ? 'live' : 'a rehearsal'}; a ${mode} run cannot be a part of it.`, { hint: 'Its runs are all live or all rehearsals.' });
  const member = incident.members.find((one) => one.runbook.id === runbook);
  if (member === undefined) throw new EngineError('refused', `${runbook} is not in the incident ${id}.`, { hint: `Add it with: blackstart incident add ${id} ${runbook} --by NAME` });
  if (outage_at !== undefined && Date.parse(outage_at) !== Date.parse(incident.outage_at)) throw new EngineError('usage', `The outage of this incident began at ${incident.outage_at}; its runs have no other.`, { hint: 'Leave --outage-at out.' });
  const own = runs.filter(({ created }) => created.incident?.id === id);
  const open = own.find((run) => run.created.runbook.id === runbook && run.finished === null);
  if (open !== undefined) throw new EngineError('refused', `${runbook} is being recovered in this incident already: run ${open.id}.`, { hint: `Go on with: blackstart resume ${open.id}` });
  const lacking = member.after.filter((before) => !own.some((run) => run.created.runbook.id === before && isBack(run)));
  const reason = despite.trim();
  if (lacking.length > 0 && (reason === '' || by === null)) {
    const systems = lacking.map((before) => incident.members.find((one) => one.runbook.id === before)?.system ?? before).join(' and ');
    throw new EngineError('waiting', `${member.system} depends on ${systems}, which ${lacking.length === 1 ? 'is' : 'are'} not back.`, { hint: 'Bring that back first, or begin all the same with --despite-dependencies REASON and a name; both are recorded.' });
  }
  return { outage_at: incident.outage_at, declared_at: incident.declared_at, incident: { id, despite: lacking.length === 0 ? null : { by: by ?? '', reason, lacking } } };
}
