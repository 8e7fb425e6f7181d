/**
 * Somebody was inside: the backend is cut off, evidence is kept, the database account and the rights of the service account are taken away,
 * data comes back from a dump of before, and a version with a fix is deployed. The lab's network does not enforce policies, so that point is
 * answered by hand and says so.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ticked, typed, writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import { giveToLab } from '../lab-account.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { REGISTRY } from '../units/registry.ts';
import { makeHistory } from '../veza/history.ts';
import { NAMESPACE } from '../veza/repository.ts';
import { deleteUsers, dumpVeza, endVeza, faults, putImageInKit, sql, startVeza, USERS, vezaOf, type Veza } from '../veza/veza.ts';

const NEW_PASSWORD = 'a-new-password-of-the-lab';

export const rehearsal: Rehearsal = {
  runbook: 'veza-security-incident',
  units: ['cluster-dns', 'postgres', 'registry'],
  programs: { kubectl: 'real', tar: 'real', git: 'real', skopeo: 'real' },
  async prepare(place) {
    const veza = await startVeza(place);
    const dump = dumpVeza(veza);
    const { moment } = makeHistory(veza);
    putImageInKit(veza);
    const outageAt = deleteUsers(veza);
    return {
      outageAt,
      params: { damaged_since: moment, named_backup: dump, users_min: String(USERS) },
      answers: writeAnswers(place, {
        decisions: { 'need-restore': 'yes', 'restore/choose-source': 'dump', 'restore/restore-dump/choose-dump': 'named', 'restore/longer-than-an-hour': 'no', 'need-deploy': 'yes', 'deploy/choose-image': 'kit', 'longer-than-an-hour': 'no' },
        confirmations: confirmations(writeEvidence(veza)),
        point_of_no_return: typed('isolate', 'lock-role', 'take-rights', 'end-isolation', 'restore/restore-dump/start-restore'),
      }),
    };
  },
  check: async (place) => [...(await faults(place)), ...afterwards(place)],
  finish: endVeza,
};

/** New credentials in the kit; returns the file that stands for evidence from elsewhere. */
function writeEvidence({ kit, password }: Veza): string {
  writeFileSync(join(kit, 'new-role.sql'), `ALTER ROLE veza_user LOGIN PASSWORD '${NEW_PASSWORD}';`, { mode: 0o600 });
  writeFileSync(join(kit, 'database-url-new'), `postgresql://veza_user:${NEW_PASSWORD}@postgres-service:5432/veza_db`, { mode: 0o600 });
  const evidence = join(kit, 'balancer.log');
  writeFileSync(evidence, `lab: no load balancer, no cloud; the old password had ${password.length} characters\n`);
  giveToLab(kit);
  return evidence;
}

function confirmations(evidence: string): Record<string, { note: string; evidence?: string[]; checklist?: boolean[] }> {
  return {
    'is-isolated': { note: "Not shown here: the lab's network does not enforce policies. The policy itself stands in the cluster.", checklist: ticked(3) },
    'other-evidence': { note: 'The lab has one such file.', evidence: [evidence], checklist: ticked(4) },
    scope: { note: 'Somebody deleted users.', checklist: ticked(7) },
    'revoke-others': { note: 'The lab has no other credentials.', checklist: ticked(7) },
    contained: { note: 'As far as the lab goes.' },
    'restore/affected-data': { note: 'Most users.', checklist: ticked(4) },
    'restore/pre-recovery/incident-details': { note: 'See the scope.', checklist: ticked(4) },
    'restore/pre-recovery/right-runbook': { note: 'It fits.', checklist: ticked(3) },
    'restore/damage-gone': { note: 'The users are back.' },
    'restore/root-cause': { note: 'See the scope.', checklist: ticked(3) },
    'close-hole': { note: 'The lab has no hole.', checklist: ticked(3) },
    'watch-closely': { note: 'The lab is not watched.', checklist: ticked(5) },
  };
}

/** The old password is of no use, nothing is cut off any more, the rights stand as in Git, and the fixed version runs. */
function afterwards(place: RehearsalPlace): string[] {
  const ask = (...words: string[]): string => kubectl(place, ['--namespace', NAMESPACE, ...words]);
  const url = Buffer.from(ask('get', 'secret', 'veza-secrets', '--output=jsonpath={.data.database-url}'), 'base64').toString();
  const image = ask('get', 'pods', '--selector=app=veza-backend-api', '--output=jsonpath={.items[*].spec.containers[0].image}');
  return [
    ...(url.includes(NEW_PASSWORD) ? [] : ['the Secret holds the old connection string']),
    ...(ask('get', 'networkpolicy', '--output=name') === '' ? [] : ['a policy is still there']),
    ...(ask('get', 'rolebinding', 'veza-backend-api', '--ignore-not-found', '--output=name') === '' ? ['the rights did not come back'] : []),
    ...(image.startsWith(REGISTRY) ? [] : [`the backend runs ${image}`]),
    ...(sql(vezaOf(place), "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'veza_user'") === 't' ? [] : ['the account is still locked']),
  ];
}
