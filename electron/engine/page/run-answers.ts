/** The page's calls about runs and the people who carry them. */
import { METHODS } from '../../contract/methods.ts';
import { readStock } from '../tabletop/stock.ts';
import { answer } from './serve-page.ts';
import type { TwoFolders } from './two-folders.ts';

export function runAnswers(folders: TwoFolders, runbookDirs: readonly string[]) {
  return {
    'run.prepare': answer(METHODS['run.prepare'], async (request) => (await folders.toUse(request.id)).runs.prepare(request)),
    'run.start': answer(METHODS['run.start'], async (request) => ({ run: (await (await folders.toUse(request.id)).runs.start(request, 'step')).id })),
    'run.list': answer(METHODS['run.list'], () => ({ runs: folders.summaries() })),
    'run.view': answer(METHODS['run.view'], ({ run }) => folders.ofRun(run).runs.view(run)),
    'run.resume': answer(METHODS['run.resume'], async ({ run, operator, passphrase }) => {
      const { runs } = folders.ofRun(run);
      await runs.resume(run, { operator, passphrase, pace: 'step' });
      return runs.view(run);
    }),
    'run.command': answer(METHODS['run.command'], async ({ run, command }) => folders.ofRun(run).runs.command(run, command)),
    'tabletop.stock': answer(METHODS['tabletop.stock'], () => ({ injects: readStock(runbookDirs) })),
    'run.output': answer(METHODS['run.output'], ({ run, step, offset, length }) => {
      const found = folders.ofRun(run).runs.output(run, step, offset, length);
      return { ...found, bytes: Uint8Array.from(found.bytes) };
    }),
  };
}

export function peopleAnswers(folders: TwoFolders) {
  const { people } = folders.real;
  return {
    'people.list': answer(METHODS['people.list'], ({ run }) => ({ people: (run === undefined ? people : folders.ofRun(run).people).list() })),
    'people.enroll': answer(METHODS['people.enroll'], async (enrolment) => people.enroll(enrolment)),
    'people.endorse': answer(METHODS['people.endorse'], async ({ id, by, passphrase }) => {
      await people.endorse(id, by, passphrase);
      return {};
    }),
    'people.revoke': answer(METHODS['people.revoke'], async ({ id }) => {
      await people.revoke(id);
      return {};
    }),
  };
}
