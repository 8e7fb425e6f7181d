/** Incidents as the journal tells them: what was said of each; its runs are read from the runs. */
import { IncidentEvent } from '../../contract/incident.ts';
import type { IncidentMode } from '../../contract/incident-view.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';

type Added = Extract<IncidentEvent, { type: 'incident.added' }>['data'];
export type MemberFold = Omit<Added, 'incident' | 'by' | 'place'>;

export interface IncidentFold {
  id: string;
  title: string;
  mode: IncidentMode;
  outage_at: string;
  declared_at: string;
  opened: { by: string; at: string };
  closed: { by: string; at: string; reason: string | null } | null;
  members: MemberFold[]; // in their order
}

const TYPES = IncidentEvent.options.map((option) => option.shape.type.value);

/** Oldest first. */
export function readIncidents(journal: Pick<JournalReader, 'events'>): IncidentFold[] {
  const incidents = new Map<string, IncidentFold>();
  for (const stored of journal.events({ types: TYPES })) if (stored.run === null) apply(incidents, stored);
  return [...incidents.values()];
}

function apply(incidents: Map<string, IncidentFold>, stored: JournalEvent): void {
  const { type, data } = IncidentEvent.parse({ type: stored.type, data: stored.data });
  if (type === 'incident.opened') {
    const { incident: id, title, mode, outage_at, declared_at, by } = data;
    incidents.set(id, { id, title, mode, outage_at, declared_at, opened: { by, at: stored.wall }, closed: null, members: [] });
    return;
  }
  const incident = incidents.get(data.incident);
  if (incident === undefined) throw new Error(`the journal speaks of the incident ${data.incident}, which was never opened`);
  switch (type) {
    case 'incident.added': {
      const { incident: _incident, by: _by, place, ...member } = data;
      const others = incident.members.filter(({ runbook }) => runbook.id !== member.runbook.id);
      incident.members = [...others.slice(0, place), member, ...others.slice(place)];
      return;
    }
    case 'incident.removed':
      incident.members = incident.members.filter(({ runbook }) => runbook.id !== data.runbook).map((member) => ({ ...member, after: member.after.filter((id) => id !== data.runbook) }));
      return;
    case 'incident.closed':
      incident.closed = { by: data.by, at: stored.wall, reason: data.reason };
  }
}
