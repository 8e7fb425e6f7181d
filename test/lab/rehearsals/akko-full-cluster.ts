/**
 * Drill 2: the cluster is lost with all that ran in it. Objects come back from the bucket, the installation is laid over them, eight databases
 * are replayed from their dumps, the warehouse from its replica, and a real name server leads to the new balancer. Velero, k3d and mc are
 * stand-ins, the release's programs are the lab's, and the one cluster that the lab has is emptied instead of made anew.
 */
import { join } from 'node:path';
import { CONSUMERS } from '../akko/release.ts';
import { akkoEnv, endWhole, loseCluster, ROWS, startWhole } from '../akko/whole.ts';
import { NAMESPACE, POD, type Akko } from '../akko/akko.ts';
import { ticked, typed, writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { serve } from '../units/health.ts';
import { resolve } from '../units/knot.ts';

const [HARBOR, FRONT] = [17485, 17488];
const REPLAYS = ['keycloak', 'airflow', 'openmetadata', 'superset', 'mlflow', 'polaris', 'aden', 'data'].map((name) => `replay-${name}`);

export const rehearsal: Rehearsal = {
  runbook: 'akko-full-cluster',
  units: ['cluster-dns', 's3', 'knot', 'helm', 'health', 'velero', 'stand-ins'],
  programs: {
    kubectl: 'real', aws: 'real', jq: 'real', gzip: 'real', tail: 'real', grep: 'real', helm: 'real', knsupdate: 'real', kdig: 'real',
    velero: 'stand-in', mc: 'stand-in', k3d: 'stand-in', '{{k3d_program}}': 'stand-in', '{{deploy_program}}': 'stand-in', '{{validate_program}}': 'stand-in',
  },
  people: [{ name: 'Dora', roles: ['dba'], credentialEnv: 'DORA' }, { name: 'Ines', roles: ['incident-lead'], credentialEnv: 'INES' }],
  async prepare(place) {
    const { akko, lastGood } = await startWhole(place);
    const outageAt = loseCluster(place);
    serveFront(akko);
    const [dora, ines] = [[{ by: 'Dora', credential_env: 'DORA' }], [{ by: 'Ines', credential_env: 'INES' }]];
    return {
      outageAt, env: akkoEnv(place), params: { last_good: lastGood },
      answers: writeAnswers(place, {
        decisions: { 'choose-target': 'k3d' },
        confirmations: { 'tell-executives': { note: 'Told by phone.' }, 'tell-users': { note: 'Told by phone.' }, 'tell-restored': { note: 'Told by phone.' }, 'note-number': { note: 'In the drill log.', checklist: ticked(3) } },
        approvals: { 'agree-to-rebuild': ines, 'point-dns': ines, ...Object.fromEntries(REPLAYS.map((call) => [`${call}/recreate-database`, dora])) },
        point_of_no_return: typed('point-dns', ...REPLAYS.map((call) => `${call}/recreate-database`)),
      }),
    };
  },
  check: async (place) => (resolve(place, 'akko.customer.example') === '127.0.0.9' ? left(place) : ['the name does not lead to the new balancer']),
  async finish(place) {
    for (const port of [HARBOR, FRONT]) serve(place, port, []);
    await endWhole(place);
  },
};

/** Harbor outlived the region; the front door is open while the facts can be counted in the new cluster. */
function serveFront({ place, kit }: Akko): void {
  const ok = { body: { status: 'healthy' } };
  serve(place, HARBOR, [{ path: '/api/v2.0/health', good: ok, bad: { status: 503, body: {} } }]);
  const argv = ['kubectl', `--kubeconfig=${join(kit, 'kubeconfig')}`, `--namespace=${NAMESPACE}`, 'exec', POD, '--', 'psql', '--no-psqlrc', '--username=postgres', '--dbname=akko_data', '-At', '--command=SELECT count(*) FROM public.facts'];
  serve(place, FRONT, [{ path: '/', good: ok, bad: { status: 503, body: {} }, probes: { facts: { kind: 'number', min: ROWS, argv } } }]);
}

/** The rehearsal's own teardown took the scratch cluster's content away. */
function left(place: RehearsalPlace): string[] {
  const found = kubectl(place, ['get', 'namespaces', '--output=name']);
  return [NAMESPACE, 'velero'].filter((name) => found.includes(`namespace/${name}\n`)).map((name) => `the namespace ${name} is still there, with ${CONSUMERS.length} applications`);
}
