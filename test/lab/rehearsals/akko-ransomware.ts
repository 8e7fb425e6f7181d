/** Drill 3: somebody is inside as akko-admin. The evidence is kept before anything of theirs is removed, and the dropped table comes back by drill 1. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesWith } from '../../support/secret-traces.ts';
import { DASHBOARDS, dropDashboards, dump, endAkko, sql, startAkko, startSuperset, akkoOf } from '../akko/akko.ts';
import { AUDIT_BUCKET, breakIn, identityIn, leftInCluster, newSecond, receiptsIn, SUSPECT } from '../akko/compromise.ts';
import { putRepositoryInKit } from '../akko/repository.ts';
import { ticked, typed, writeAnswers } from '../answers.ts';
import { giveToLab } from '../lab-account.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { removeBucket } from '../s3/client.ts';
import { keycloakState } from '../units/akko-services.ts';

export const rehearsal: Rehearsal = {
  runbook: 'akko-ransomware',
  units: ['kubelet', 's3', 'akko-services'],
  programs: {
    kubectl: 'real', aws: 'real', jq: 'real', gzip: 'real', tail: 'real', grep: 'real', install: 'real', tee: 'real', find: 'real', sort: 'real', sed: 'real', sha256sum: 'real', cp: 'real', awk: 'real', xargs: 'real',
    curl: 'stand-in', // the real curl, but what it asks are the lab's stand-ins for Keycloak and the logs layer
    '{{rotate_program}}': 'stand-in',
  },
  people: [
    { name: 'Selma', roles: ['security-lead'], credentialEnv: 'SELMA' },
    { name: 'Ines', roles: ['incident-lead'], credentialEnv: 'INES' },
    { name: 'Dora', roles: ['dba'], credentialEnv: 'DORA' },
  ],
  async prepare(place) {
    const akko = await startAkko(place, { '/receipts': receiptsIn(place) });
    putRepositoryInKit(akko);
    identityIn(akko);
    await startSuperset(akko);
    const lastGood = await dump(akko, 'superset_metadata');
    const compromisedSince = await newSecond();
    await breakIn(akko);
    const outageAt = dropDashboards(akko);
    return { outageAt, params: { compromised_since: compromisedSince, last_good: lastGood }, answers: answers(place) };
  },
  check: async (place) => [...state(place), ...secretsIn(place)],
  async finish(place) {
    await endAkko(place);
    await removeBucket(AUDIT_BUCKET);
  },
};

function answers(place: RehearsalPlace): string {
  const record = join(place.folder, 'adr.txt');
  writeFileSync(record, 'Decision record of the lab.\n');
  giveToLab(record);
  return writeAnswers(place, {
    decisions: { 'choose-damage': 'database' },
    confirmations: {
      'call-security': { note: 'Both are on the phone.' },
      'tell-compliance': { note: 'Told by phone.' },
      'review-suspects': { note: 'Read aloud by two people.', checklist: ticked(4) },
      'restore-database/tell-users': { note: 'Told by phone.' },
      'restore-database/tell-restored': { note: 'Told by phone.' },
      'restore-database/note-number': { note: 'In the drill log.', checklist: ticked(3) },
      'file-adr': { note: 'Stands for the decision record.', evidence: [record], checklist: ticked(4) },
      'hand-over': { note: 'By hand.' },
    },
    approvals: {
      'rotate-secrets': [{ by: 'Ines', credential_env: 'INES' }],
      'evidence-sealed': [{ by: 'Selma', credential_env: 'SELMA' }],
      eradicate: [{ by: 'Selma', credential_env: 'SELMA' }, { by: 'Ines', credential_env: 'INES' }],
      'restore-database/recreate-database': [{ by: 'Dora', credential_env: 'DORA' }],
    },
    point_of_no_return: { ...typed('rotate-secrets', 'eradicate', 'restore-database/recreate-database') },
  });
}

function state(place: RehearsalPlace): string[] {
  const user = keycloakState(place).users.find(({ username }) => username === SUSPECT);
  const rows = sql(akkoOf(place), 'SELECT count(*) FROM dashboards', 'superset_metadata');
  return [
    ...leftInCluster(place).map((name) => `${name} of the attacker is still there`),
    ...(user?.enabled === false && user.sessions === 0 ? [] : ['the identity can still act']),
    ...(rows === String(DASHBOARDS) ? [] : [`${rows} dashboards are back, not ${DASHBOARDS}`]),
  ];
}

/** No spelling of the administrator's password may stand in what the run wrote; the kit below the data folder holds it, of course. */
function secretsIn(place: RehearsalPlace): string[] {
  const { password } = keycloakState(place).administrator;
  return filesWith(place.dataDir, password).filter((file) => !file.startsWith(akkoOf(place).kit)).map((file) => `${file} holds Keycloak's password`);
}
