/** Drill 1: a dropped table comes back from the newest dump of before the damage, while its application waits for it. */
import { akkoOf, DASHBOARDS, dropDashboards, dump, endAkko, NAMESPACE, sql, startAkko, startSuperset } from '../akko/akko.ts';
import { typed, ticked, writeAnswers } from '../answers.ts';
import { kubectl } from '../kubernetes/cluster.ts';
import type { Rehearsal } from '../rehearsal.ts';

export const rehearsal: Rehearsal = {
  runbook: 'akko-single-database',
  units: ['kubelet', 's3'],
  programs: { kubectl: 'real', aws: 'real', jq: 'real', gzip: 'real', tail: 'real', grep: 'real' },
  people: [{ name: 'Dora', roles: ['dba'], credentialEnv: 'DORA' }],
  async prepare(place) {
    const akko = await startAkko(place);
    await startSuperset(akko);
    const lastGood = await dump(akko, 'superset_metadata');
    const outageAt = dropDashboards(akko);
    // A job that runs after the damage makes a dump without the table: the runbook must pass it over.
    await dump(akko, 'superset_metadata');
    return {
      outageAt,
      params: { last_good: lastGood, rows_min: String(DASHBOARDS) },
      answers: writeAnswers(place, {
        confirmations: { 'tell-users': { note: 'Told by phone.' }, 'tell-restored': { note: 'Told by phone.' }, 'note-number': { note: 'In the drill log.', checklist: ticked(3) } },
        approvals: { 'recreate-database': [{ by: 'Dora', credential_env: 'DORA' }] },
        point_of_no_return: typed('recreate-database'),
      }),
    };
  },
  async check(place) {
    const rows = sql(akkoOf(place), 'SELECT count(*) FROM dashboards', 'superset_metadata');
    const ready = kubectl(place, ['--namespace', NAMESPACE, 'get', 'deployment', 'akko-superset', '--output=jsonpath={.status.readyReplicas}']);
    return [...(rows === String(DASHBOARDS) ? [] : [`${rows} dashboards are back, not ${DASHBOARDS}`]), ...(ready === '1' ? [] : ['Superset is not ready'])];
  },
  finish: endAkko,
};
