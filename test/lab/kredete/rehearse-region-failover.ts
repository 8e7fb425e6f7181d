/**
 * The failover of Kredete's region, as it happens by itself: the primary is dead, the name has moved, the parameter was written. What nothing
 * does by itself, the promotion, is done by the runbook's rehearsal on a real standby; RDS, Route 53 and Parameter Store are emulated.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deleteNamespace } from '../kubernetes/cluster.ts';
import { giveToLab } from '../lab-account.ts';
import { passwordOf, sqlOn, startServer, stopServer } from '../postgres-server.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { moveName, ZONE } from '../units/knot.ts';
import { aws, emptyAws } from '../units/moto.ts';
import { ask } from '../units/redis.ts';
import { PAIR_PORT, pairIn, renewPair, STANDBY_HOST } from '../units/standby-pair.ts';
import { APPLICATIONS, applicationRows, deployApplications, fillAws, makeKit, NAMESPACE, PROGRAMS, secretsIn, STANDBY_REGION, toolEnv, writeAnswers } from './kredete-lab.ts';

const DATABASE = 'kredete';
const NAME = `api.${ZONE}`;
/** What the runbook expects in a rehearsal when eu-west-1 is active. */
const STANDBY_ADDRESS = '127.0.0.9';
const PRIMARY_ADDRESS = '127.0.0.1';
const CACHED = 'application:1';

export function regionFailover(): Rehearsal {
  return {
    runbook: 'kredete-region-failover',
    units: ['standby-pair', 'moto', 'knot', 'redis', 'kubelet'],
    programs: { ...PROGRAMS, kdig: 'real', 'redis-cli': 'real' },
    async prepare(place) {
      const outage = new Date();
      const pair = await renewPair(place, DATABASE, applicationRows(new Date(outage.getTime() - 4 * 60_000)));
      const { kit, photo } = makeKit(place, passwordOf(pair.primary));
      writeFileSync(join(kit, 'redis-password'), readFileSync(join(place.state, 'redis', 'password')), { mode: 0o600 });
      giveToLab(kit);
      await fillAws(place, STANDBY_HOST);
      const healthCheck = publish(place);
      stopServer(pair.primary);
      deployApplications(place, { host: STANDBY_HOST, port: PAIR_PORT, password: passwordOf(pair.primary), name: DATABASE, lost: true });
      happenByItself(place);
      return { params: { kit, health_check: healthCheck }, answers: writeAnswers(place, answers(photo)), env: toolEnv(place, kit), outageAt: outage.toISOString() };
    },
    check: async (place) => [...secretsIn(place), ...afterwards(place)],
    async finish(place) {
      deleteNamespace(place, NAMESPACE);
      moveName(place, NAME, PRIMARY_ADDRESS);
      ask(place, 'DEL', CACHED);
      startServer(pairIn(place).primary);
      await emptyAws();
    },
  };
}

/** The zone and the health check of the primary region; returns the id of the latter. */
function publish(place: RehearsalPlace): string {
  aws(place, STANDBY_REGION, 'route53', 'create-hosted-zone', `--name=${ZONE}`, '--caller-reference=lab', '--query=HostedZone.Id');
  return aws(place, STANDBY_REGION, 'route53', 'create-health-check', '--caller-reference=lab', '--health-check-config=Type=HTTPS,FullyQualifiedDomainName=api.kredete.com,FailureThreshold=3,RequestInterval=10,Disabled=false', '--query=HealthCheck.Id');
}

/** What Route 53 and the jobs of eu-west-1 do in the first minutes, with nobody at a keyboard. */
function happenByItself(place: RehearsalPlace): void {
  moveName(place, NAME, STANDBY_ADDRESS);
  ask(place, 'SET', CACHED, 'warm');
}

function afterwards(place: RehearsalPlace): string[] {
  const kept = sqlOn(pairIn(place).standby, "INSERT INTO credit_applications VALUES (0, 'written in eu-west-1', now()); SELECT count(*) FROM credit_applications", DATABASE);
  return kept === String(APPLICATIONS + 1) ? [] : [`the new primary holds ${kept} applications`];
}

function answers(photo: string): string {
  return `decisions: { regulator-question: 'yes', traffic-how: automatic, promotion-how: automatic, address-how: automatic, scaling-how: automatic }
confirmations:
  tell-engineering: { note: Written into the channel. }
  tell-executives: { note: Mail sent. }
  tell-partners: { note: Put on the status page. }
  call-regulator: { note: Spoke to the duty desk. }
  alert-seen: { note: The person on duty was rung; the lab has no PagerDuty., checklist: [true] }
  tell-executives-restored: { note: Mail sent. }
  tell-partners-restored: { note: Put on the status page. }
  look: { note: The rows were counted; MongoDB and Kafka are not in the lab., evidence: ${photo}, checklist: [true, true, true, true] }
`;
}
