/** The page's calls about what runs leave to be done. The First drill keeps its own. */
import { byDueDate, type ImprovementPlan } from '../../contract/after-action.ts';
import { METHODS } from '../../contract/methods.ts';
import type { Runbook } from '../../contract/runbook.ts';
import type { DataFolder } from '../data-folder.ts';
import { answer } from './serve-page.ts';

export interface FindingHost {
  folders(): readonly DataFolder[];
  runbooks(): readonly Runbook[];
  folderOfRunbook(id: string): DataFolder;
  /** EngineError `not-found`. */
  folderOfRun(run: string): DataFolder;
  /** Home and the readiness of that runbook say something else now. */
  changed(runbook: string): void;
}

/** Each folder speaks for its own runbooks. */
export function planOfAll({ folders, folderOfRunbook }: Pick<FindingHost, 'folders' | 'folderOfRunbook'>, runbooks: readonly Runbook[]): ImprovementPlan {
  const findings = folders().flatMap((folder) => folder.findings.plan(runbooks).findings.filter(({ runbook }) => folderOfRunbook(runbook) === folder)).sort(byDueDate);
  return { findings, open: findings.filter(({ closed }) => !closed).length, overdue: findings.filter(({ overdue_days }) => overdue_days > 0).length };
}

export function findingAnswers(host: FindingHost) {
  const { folderOfRunbook, folderOfRun, changed } = host;
  return {
    'finding.plan': answer(METHODS['finding.plan'], () => planOfAll(host, host.runbooks())),
    'finding.raise': answer(METHODS['finding.raise'], (finding) => {
      const made = (finding.run === undefined ? folderOfRunbook(finding.runbook ?? '') : folderOfRun(finding.run)).findings.raise(finding);
      changed(made.runbook);
      return made;
    }),
    'finding.change': answer(METHODS['finding.change'], (correction) => {
      const made = folderOfRunbook(correction.id.split('/')[0] ?? '').findings.change(correction);
      changed(made.runbook);
      return made;
    }),
    'run.hot-wash': answer(METHODS['run.hot-wash'], ({ run }) => folderOfRun(run).findings.hotWash(run)),
    'run.say-hot-wash': answer(METHODS['run.say-hot-wash'], ({ run, by, said }) => folderOfRun(run).findings.sayHotWash(run, by, said)),
  };
}
