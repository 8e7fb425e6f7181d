/** The page's calls about readiness: checks, what a person says in their place, and the secrets that are held for them. */
import { EngineError, spokenFault } from '../../contract/errors.ts';
import { METHODS } from '../../contract/methods.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { checkRunbook } from '../check-runbook.ts';
import type { DataFolder, FolderOptions } from '../data-folder.ts';
import type { People } from '../people/people.ts';
import type { HeldSecrets } from '../readiness/held-secrets.ts';
import { answer, type Say } from './serve-page.ts';
import type { TwoFolders } from './two-folders.ts';

interface Round {
  only: readonly string[] | undefined;
  prove: boolean | undefined;
  params: Readonly<Record<string, string>>;
}

export interface ReadinessHost {
  folders: TwoFolders;
  secrets: HeldSecrets;
  options: Pick<FolderOptions, 'env' | 'launcher'>;
  say: Say;
}

export function readinessAnswers(host: ReadinessHost) {
  const { folders, secrets } = host;
  const runbookOf = (id: string): Runbook => folders.runbook(id).runbook;
  const use = async (id: string): Promise<DataFolder['readiness']> => (await folders.toUse(id)).readiness;
  return {
    'readiness.view': answer(METHODS['readiness.view'], ({ id }) => folders.ofRunbook(id).readiness.view(runbookOf(id))),
    'readiness.start': answer(METHODS['readiness.start'], async ({ id, only, prove, params }) => {
      const folder = await folders.toUse(id);
      const runbook = runbookOf(id);
      void check(host, folder, runbook, { only, prove, params: params ?? {} });
      return { started: only ?? runbook.checks.map((one) => one.id) };
    }),
    'readiness.cancel': answer(METHODS['readiness.cancel'], ({ id }) => {
      folders.ofRunbook(id).readiness.cancel(id);
      return {};
    }),
    'readiness.override': answer(METHODS['readiness.override'], async ({ id, check: of, by, reason }) => (await use(id)).override(runbookOf(id), of, { by, actor: `person/${by}`, reason })),
    'readiness.attest': answer(METHODS['readiness.attest'], async ({ id, check: of, by, note }) => (await use(id)).attest(runbookOf(id), of, { by, actor: `person/${by}`, note, ...rolesOf(folders.real.people, by) })),
    'readiness.secret': answer(METHODS['readiness.secret'], ({ id, secret, value }) => {
      const spec = runbookOf(id).front.secrets?.[secret];
      if (spec === undefined) throw new EngineError('not-found', `The runbook ${id} has no secret ${secret}.`);
      secrets.keep(id, secret, spec, typeof value === 'string' ? Buffer.from(value, 'utf8') : value, 'prompt');
      return { held: secrets.names(id) };
    }),
    'readiness.secrets': answer(METHODS['readiness.secrets'], ({ id }) => ({ held: secrets.names(id) })),
    'readiness.forget': answer(METHODS['readiness.forget'], ({ id, secret }) => {
      secrets.forget(id, secret);
      return { held: secrets.names(id) };
    }),
  };
}

/** Results come as events; what goes wrong around the checks is told as a notice. */
async function check({ secrets, options: { env, launcher }, say }: ReadinessHost, folder: DataFolder, runbook: Runbook, { only, prove, params }: Round): Promise<void> {
  const held = secrets.forRound(runbook.front.id);
  try {
    const report = await checkRunbook(folder, { runbook, params, secrets: held, actor: 'engine', env, launcher, ...(only === undefined ? {} : { only }), ...(prove === undefined ? {} : { prove }) });
    say.changed({ event: 'readiness.changed', report });
  } catch (thrown) {
    say.emit({ event: 'notice', level: 'attention', text: spokenFault(thrown) });
  } finally {
    held.forgetAll();
  }
}

/** Of somebody who is enrolled under that name; of others nothing is known. */
function rolesOf(people: People, name: string): { roles?: string[] } {
  const person = people.list().find((one) => one.name === name.trim() && one.revoked_at === null);
  return person === undefined ? {} : { roles: person.roles };
}
