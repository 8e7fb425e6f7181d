/** The questions of AKKO's playbook, asked of backups that were really made, and the closing of a quarter with its signature. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endAkko } from '../akko/akko.ts';
import { backUpNamespace, runBackupJobs, startArchivingAkko } from '../akko/backup-jobs.ts';
import { putRepositoryInKit } from '../akko/repository.ts';
import { ticked, writeAnswers } from '../answers.ts';
import { giveToLab } from '../lab-account.ts';
import type { Rehearsal, RehearsalPlace } from '../rehearsal.ts';
import { makeBucket, putObject, removeBucket } from '../s3/client.ts';
import { removeVelero, veleroFolder } from '../units/velero.ts';

const AUDIT_BUCKET = 'akko-audit-cold';

export const rehearsal: Rehearsal = {
  runbook: 'akko-verification',
  units: ['kubelet', 's3', 'velero'],
  programs: { kubectl: 'real', jq: 'real', velero: 'stand-in' },
  people: [{ name: 'Claire', roles: ['compliance-officer'], credentialEnv: 'CLAIRE' }],
  async prepare(place) {
    const akko = await startArchivingAkko(place);
    putRepositoryInKit(akko);
    await runBackupJobs(akko);
    backUpNamespace(akko);
    await makeBucket(AUDIT_BUCKET, { lockDays: 365 });
    await putObject(AUDIT_BUCKET, `logs/${new Date().toISOString().slice(0, 10)}.ndjson`, Buffer.from('{"audit_type":"lab","user":"nobody"}\n'));
    return { params: { quarter: quarter() }, answers: answers(place), env: { PATH: `${veleroFolder(place)}:/usr/local/bin:/usr/bin:/bin` } };
  },
  async finish(place) {
    removeVelero(place);
    await endAkko(place);
    await removeBucket(AUDIT_BUCKET);
  },
};

function quarter(): string {
  const now = new Date();
  return `${now.getUTCFullYear()}-Q${Math.floor(now.getUTCMonth() / 3) + 1}`;
}

function answers(place: RehearsalPlace): string {
  const file = (name: string, text: string): string[] => {
    const path = join(place.folder, name);
    writeFileSync(path, `${text}\n`);
    giveToLab(path);
    return [path];
  };
  return writeAnswers(place, {
    decisions: { 'choose-closing': 'yes' },
    confirmations: {
      'closed-drill-1': { note: 'Stands for the report of drill 1.', evidence: file('drill-1.txt', 'Report of drill 1, of the lab.'), checklist: ticked(3) },
      'closed-drill-2': { note: 'Stands for the report of drill 2.', evidence: file('drill-2.txt', 'Report of drill 2, of the lab.'), checklist: ticked(4) },
      'closed-drill-3': { note: 'Stands for the report of drill 3.', evidence: file('drill-3.txt', 'Report of drill 3, of the lab.'), checklist: ticked(3) },
      'drill-log': { note: 'Stands for the drill log.', evidence: file('drill-log.txt', 'Drill log of the lab.'), checklist: ticked(7) },
      'playbook-reviewed': { note: 'Read against the lab; its figures are not those of a site.', checklist: ticked(4) },
      'findings-noted': { note: 'The volumes of the lab are in no Velero backup: the stand-in takes no snapshots.' },
    },
    approvals: { 'sign-off': [{ by: 'Claire', credential_env: 'CLAIRE' }] },
  });
}
