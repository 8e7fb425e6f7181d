/** A pgBackRest repository in an object store: what the level needs is fetched, then judged as if it lay here. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import type { ProbeContext } from '../probe.ts';
import { fail } from '../probe.ts';
import { readS3Address } from '../s3/s3-address.ts';
import { listBelow, mirror } from '../s3/s3-mirror.ts';
import type { S3Store } from '../s3/s3-store.ts';
import { withS3 } from '../s3/with-s3.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { LEVELS } from './ladder.ts';
import { withRoom } from './room.ts';

type BackupProbe = ProbeOf<'backup'>;
type FolderProbe = (probe: BackupProbe, context: ProbeContext) => Promise<ProbeFinding>;

/** Up to `listed` an index is enough; of the rest only the names are needed. */
const INDEX = /(?:\.info(?:\.copy)?|backup\.manifest(?:\.copy)?|backup\.history\/.*)$/u;

export async function onMirror(probe: BackupProbe, context: ProbeContext, judge: FolderProbe): Promise<ProbeFinding> {
  const address = readS3Address(probe.at);
  const evidence: Evidence = { path: probe.at, level: null, wanted: probe.level, rungs: [] };
  return withS3(probe, address, context, evidence, (store) => judgeMirrored(store, address.key, probe, context, judge));
}

/** The finding names the address, not the folder that goes with the check. PostgreSQL's account has to be able to read it. */
async function judgeMirrored(store: S3Store, prefix: string, probe: BackupProbe, context: ProbeContext, judge: FolderProbe): Promise<ProbeFinding> {
  const place: Evidence = { path: probe.at, endpoint: store.endpoint, credentials: store.source };
  const objects = await listBelow(store, prefix, context);
  if (objects.length === 0) return fail(`There is no backup at ${probe.at}.`, { ...place, level: null, wanted: probe.level, rungs: [] });
  const shallow = LEVELS.indexOf(probe.level) <= LEVELS.indexOf('listed');
  const choose = (key: string): 'fetch' | 'name' => (!shallow || INDEX.test(key) ? 'fetch' : 'name');
  const size = objects.reduce((sum, object) => sum + (choose(object.key) === 'fetch' ? object.size : 0), 0);
  const open = process.getuid?.() === 0;
  const folder = temporaryFolder(open ? tmpdir() : context.scratchDir);
  try {
    if (open) chmodSync(folder, 0o711);
    const to = join(folder, 'fetched');
    mkdirSync(to, { mode: open ? 0o755 : 0o700 });
    const start = context.clock.uptime();
    const proof = await withRoom(context, size, (guarded) => mirror(store, prefix, objects, to, guarded, { open, choose }));
    const fetched: Evidence = { fetched_bytes: size, fetch_ms: Math.max(1, Math.round(context.clock.uptime() - start)), store_checksums: proof.detail };
    if (proof.ok === false) return fail(`The backup at ${probe.at}: ${proof.detail}.`, { ...place, ...fetched, level: 'seen', wanted: probe.level, rungs: [{ level: 'intact', ok: false, by: proof.by, detail: proof.detail.slice(0, 300) }] });
    const finding = await judge({ ...probe, at: to }, context);
    return { ...finding, summary: finding.summary.replaceAll(to, probe.at), evidence: { ...finding.evidence, ...place, ...fetched } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
