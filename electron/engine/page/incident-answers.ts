/** The page's calls about incidents, and the one by which a run of another laptop is taken over. They live in the laptop's own record. */
import { EngineError } from '../../contract/errors.ts';
import { IncidentReport } from '../../contract/incident.ts';
import { METHODS } from '../../contract/methods.ts';
import type { DataFolder } from '../data-folder.ts';
import { FIRST_DRILL_ID } from '../drill/first-drill.ts';
import { incidentHtml } from '../incident/incident-report.ts';
import { writeReport } from '../report/write-report.ts';
import { answer } from './serve-page.ts';

/** @param changed told after each word about an incident */
export function incidentAnswers({ incidents, takeOver }: Pick<DataFolder, 'incidents' | 'takeOver'>, changed: () => void) {
  const said = <T>(view: T): T => {
    changed();
    return view;
  };
  return {
    'incident.list': answer(METHODS['incident.list'], () => ({ incidents: incidents.list() })),
    'incident.view': answer(METHODS['incident.view'], ({ id }) => incidents.show(id)),
    'incident.open': answer(METHODS['incident.open'], (opening) => {
      refuseDrill(opening.runbooks);
      return said(incidents.open(opening));
    }),
    'incident.add': answer(METHODS['incident.add'], ({ id, ...what }) => {
      refuseDrill(what.runbooks);
      return said(incidents.add(id, what));
    }),
    'incident.remove': answer(METHODS['incident.remove'], ({ id, ...what }) => said(incidents.remove(id, what))),
    'incident.close': answer(METHODS['incident.close'], ({ id, ...what }) => said(incidents.close(id, what))),
    'incident.report': answer(METHODS['incident.report'], ({ id }) => ({ html: incidentHtml(incidents.report(id)) })),
    'incident.write': answer(METHODS['incident.write'], ({ id, format, path }) => {
      const report = incidents.report(id);
      writeReport(path, format === 'html' ? incidentHtml(report) : `${JSON.stringify(IncidentReport.parse(report), null, 2)}\n`);
      return { path };
    }),
    'run.takeover': answer(METHODS['run.takeover'], async ({ run, ...request }) => ({ run: (await takeOver(run, { ...request, pace: 'step' })).id })),
  };
}

function refuseDrill(runbooks: readonly string[]): void {
  if (runbooks.includes(FIRST_DRILL_ID)) throw new EngineError('refused', 'The First drill has a record of its own, so it cannot be a part of an incident.', { hint: 'Rehearse an incident with the runbooks of real systems.' });
}
