/** The incidents of a data folder: what people say of them, and what they look like with their runs. */
import { hostname } from 'node:os';
import type { IncidentReport } from '../../contract/incident.ts';
import type { RunView } from '../../contract/run.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { IncidentView } from '../../contract/incident-view.ts';
import type { Mode } from '../../contract/vocabulary.ts';
import type { Clock } from '../deps.ts';
import type { Journal, JournalReader } from '../journal/journal.ts';
import { incidentReport } from './incident-report.ts';
import { addToIncident, closeIncident, listIncidents, openIncident, removeFromIncident, resolveIncident, showIncident, type Opening } from './incidents.ts';

export interface ReadIncidents {
  /** The open ones first, each group newest first. */
  list(): IncidentView[];
  show(name: string): IncidentView;
  report(name: string): IncidentReport;
}

export interface Incidents extends ReadIncidents {
  /** @param runbooks ids, in the order in which they shall come back */
  open(opening: Opening & { runbooks: readonly string[] }): IncidentView;
  /** `after`: runbooks or systems that have to be back before each of them; `place` counts from 1. */
  add(name: string, what: { runbooks: readonly string[]; after: readonly string[]; place?: number | undefined; by: string }): IncidentView;
  remove(name: string, what: { runbook: string; by: string; reason: string }): IncidentView;
  close(name: string, what: { by: string; reason?: string | undefined }): IncidentView;
}

export interface IncidentSources {
  journal: Journal;
  clock: Clock;
  find(runbook: string): Runbook;
  expected(runbook: string, mode: Mode): number | null;
  /** Runs that belong to an incident. */
  runs(): RunView[];
}

export function readingIncidents({ journal, clock, runs }: { journal: Pick<JournalReader, 'events'>; clock: Clock; runs(): readonly RunView[] }): ReadIncidents {
  const show = (name: string): IncidentView => showIncident(journal, name, runs(), clock.now());
  return { show, list: () => listIncidents(journal, runs(), clock.now()), report: (name) => incidentReport(show(name), { now: clock.now(), laptop: hostname() }) };
}

export function createIncidents(sources: IncidentSources): Incidents {
  const { journal, clock, find, expected, runs } = sources;
  const reading = readingIncidents(sources);
  const add = (id: string, { runbooks, after, place, by }: Parameters<Incidents['add']>[1]): void => {
    const { mode } = resolveIncident(journal, id);
    addToIncident(journal, id, runbooks.map((runbook, index) => ({ runbook: find(runbook), expected_ms: expected(runbook, mode), after, place: place === undefined ? undefined : place - 1 + index })), by);
  };
  return {
    ...reading,
    open({ runbooks, ...opening }) {
      for (const runbook of runbooks) find(runbook); // an unknown one opens nothing
      const id = openIncident(journal, clock, opening);
      if (runbooks.length > 0) add(id, { runbooks, after: [], by: opening.by });
      return reading.show(id);
    },
    add(name, what) {
      const { id } = resolveIncident(journal, name);
      add(id, what);
      return reading.show(id);
    },
    remove(name, what) {
      const { id } = resolveIncident(journal, name);
      removeFromIncident(journal, id, what, runs());
      return reading.show(id);
    },
    close(name, what) {
      const { id } = resolveIncident(journal, name);
      closeIncident(journal, id, what, runs());
      return reading.show(id);
    },
  };
}
