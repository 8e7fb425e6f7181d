/** Group 4: who took part, as what, from when to when. */
import type { Person } from '../../contract/record.ts';
import type { ReportPerson } from '../../contract/report.ts';
import type { Part, ReportFacts } from '../../contract/report-facts.ts';
import type { RunView } from '../../contract/run.ts';
import { THERE } from '../../contract/run/take-over.ts';
import type { RunFacts } from './run-facts.ts';

const PARTS: Readonly<Record<string, Part>> = {
  operator: 'operator', witness: 'witness', facilitator: 'facilitator', observer: 'observer', compliance: 'compliance officer', 'compliance-officer': 'compliance officer',
};
const ORDER: readonly Part[] = ['operator', 'approver', 'witness', 'facilitator', 'participant', 'observer', 'compliance officer'];

/** From the record first; what a person said adds people, and the organisation of those who are there. */
export function buildPeople(view: RunView, facts: RunFacts, said: ReportFacts['people'], enrolled: readonly Person[]): ReportPerson[] {
  const recorded = [...new Set([...facts.operators, ...view.present.map(({ id }) => id), ...facts.approvers.keys()])].map((id) => recordedPerson(id, view, facts, enrolled));
  const people = [...recorded];
  for (const one of said ?? []) {
    const index = people.findIndex(({ name, part }) => name === one.name && part === one.part);
    const known = people[index];
    const from = one.from ?? known?.from ?? null;
    const row: ReportPerson = { id: known?.id ?? null, name: one.name, part: one.part, role: one.role ?? known?.role ?? one.part, organisation: one.organisation ?? known?.organisation ?? null, from, to: one.to ?? known?.to ?? null };
    if (index === -1) people.push(row);
    else people[index] = row;
  }
  return people.sort((a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part));
}

function recordedPerson(id: string, view: RunView, facts: RunFacts, enrolled: readonly Person[]): ReportPerson {
  const here = view.present.find((person) => person.id === id);
  const approver = facts.approvers.get(id);
  const presence = facts.presence.get(id);
  const role = approver?.role ?? here?.role ?? 'operator';
  const part: Part = facts.operators.includes(id) ? 'operator' : approver !== undefined ? 'approver' : (PARTS[role.split(THERE)[0] ?? role] ?? 'participant');
  const name = here?.name ?? approver?.name ?? enrolled.find((person) => person.id === id)?.name ?? id;
  return { id, name, part, role, organisation: null, from: presence?.from ?? null, to: presence?.to ?? null };
}
