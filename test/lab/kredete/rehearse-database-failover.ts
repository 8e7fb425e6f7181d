/** The failover of Kredete's database by hand, for either kind of standby: a real standby is promoted, real pods follow it; RDS is emulated. */
import { passwordOf, sqlOn } from '../postgres-server.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { emptyAws } from '../units/moto.ts';
import { PAIR_PORT, pairIn, PRIMARY_HOST, renewPair, STANDBY_HOST } from '../units/standby-pair.ts';
import { deleteNamespace, kubectl } from '../kubernetes/cluster.ts';
import { APPLICATIONS, applicationRows, deployApplications, fillAws, makeKit, NAMESPACE, PROGRAMS, secretsIn, toolEnv, writeAnswers } from './kredete-lab.ts';

const DATABASE = 'kredete';

export function databaseFailover(kind: 'member' | 'replica'): Rehearsal {
  return {
    runbook: 'kredete-database-failover', variant: kind === 'member' ? 'member of the cluster' : 'replica elsewhere',
    units: ['standby-pair', 'moto', 'kubelet'],
    programs: PROGRAMS,
    async prepare(place) {
      const outage = new Date();
      const pair = await renewPair(place, DATABASE, applicationRows(new Date(outage.getTime() - 90_000)));
      const { kit } = makeKit(place, passwordOf(pair.primary));
      await fillAws(place, PRIMARY_HOST);
      deployApplications(place, { host: PRIMARY_HOST, port: PAIR_PORT, password: passwordOf(pair.primary), name: DATABASE });
      return { params: { kit }, answers: writeAnswers(place, answers(kind)), env: toolEnv(place, kit), outageAt: outage.toISOString() };
    },
    check: async (place) => [...secretsIn(place), ...afterwards(place)],
    async finish(place) {
      deleteNamespace(place, NAMESPACE);
      await emptyAws();
    },
  };
}

/** The old primary could still be reached, so what was written shows where the applications write now. */
function afterwards(place: RehearsalPlace): string[] {
  const { standby } = pairIn(place);
  const kept = sqlOn(standby, "INSERT INTO credit_applications VALUES (0, 'written after the failover', now()); SELECT count(*) FROM credit_applications", DATABASE);
  const host = kubectl(place, ['--namespace', NAMESPACE, 'exec', 'deployment/credit-origination', '--', '/bin/sh', '-c', 'echo "$DATABASE_HOST"']).trim();
  return [...(kept === String(APPLICATIONS + 1) ? [] : [`the new primary holds ${kept} applications`]), ...(host === STANDBY_HOST ? [] : [`the application looks for its database at ${host}`])];
}

function answers(kind: 'member' | 'replica'): string {
  return `decisions: { regulator-question: 'no', choose-standby: ${kind} }
confirmations:
  tell-engineering: { note: Written into the channel. }
  tell-executives: { note: Mail sent. }
  tell-partners: { note: Put on the status page. }
  tell-executives-restored: { note: Mail sent. }
  tell-partners-restored: { note: Put on the status page. }
point_of_no_return: { fail-over: fail-over, promote: promote }
`;
}
