/** A store that is open while something is judged in it, and closed whatever comes of that. */
import type { ProbeOf } from '../../../contract/check.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell, fail } from '../probe.ts';
import type { S3Address } from './s3-address.ts';
import { NoSuchBucket } from './s3-faults.ts';
import type { S3Store } from './s3-store.ts';
import { openS3 } from './s3-store.ts';

type OpensStore = Pick<ProbeOf<'backup' | 's3-object'>, 'endpoint' | 'credentials'>;

/** @param evidence is told which store and whose keys; a fault of the store keeps what is known by then */
export async function withS3({ endpoint, credentials }: OpensStore, { bucket }: S3Address, context: ProbeContext, evidence: Evidence, work: (store: S3Store) => Promise<ProbeFinding>): Promise<ProbeFinding> {
  const store = await openS3({ bucket, endpoint, credentials }, context);
  Object.assign(evidence, { endpoint: store.endpoint, credentials: store.source });
  try {
    return await work(store);
  } catch (thrown) {
    if (thrown instanceof NoSuchBucket) return fail(`There is no bucket ${bucket} in ${store.where.replace(/^The/u, 'the')}.`, evidence);
    if (thrown instanceof CannotTell) throw new CannotTell(thrown.reason, thrown.message, { ...evidence, ...thrown.evidence });
    throw thrown;
  } finally {
    store.close();
  }
}
