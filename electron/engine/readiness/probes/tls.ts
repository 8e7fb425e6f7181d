/** `tls`: certificate and key belong together, the chain reaches the CA, the names and dates hold. */
import { createPrivateKey } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename } from 'node:path';
import type { Evidence } from '../../../contract/readiness.ts';
import { spokenDuration } from '../../../contract/wording.ts';
import { chainTo, readCertificates, validityFault, validityOf } from '../certificates.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass } from '../probe.ts';

/** Fails with the first thing that does not hold, the most telling first: dates, pair, names, chain. */
export const probeTls: ProbeRunner<'tls'> = async (probe, context) => {
  const read = (path: string): X509Certificate[] | string => certificatesAt(path, context);
  const own = read(probe.cert);
  if (typeof own === 'string') return fail(own, { cert: context.resolve(probe.cert) });
  const [leaf, ...bundled] = own;
  if (leaf === undefined) return fail(`${probe.cert} holds no certificate.`, { cert: context.resolve(probe.cert) });
  const now = context.clock.now();
  const validity = validityOf(leaf, now);
  const evidence: Evidence = {
    cert: context.resolve(probe.cert), subject: leaf.subject, names: leaf.subjectAltName ?? '', fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    not_after: new Date(validity.to * 1000).toISOString(), left_s: validity.left_s,
  };
  const dates = validityFault('The certificate', validity, now, probe.min_validity);
  if (dates !== null) return fail(`${dates}.`, evidence);
  const key = probe.key === undefined ? null : keyFault(leaf, context.resolve(probe.key));
  if (key !== null) return fail(key, evidence);
  const name = (probe.names ?? []).find((one) => !covers(leaf, one));
  if (name !== undefined) return fail(`The certificate is not for ${name}: it names ${leaf.subjectAltName ?? 'nothing'}.`, evidence);
  const chain = [probe.chain, probe.ca].map((path) => (path === undefined ? [] : read(path)));
  const missing = chain.find((one) => typeof one === 'string');
  if (typeof missing === 'string') return fail(missing, evidence);
  const [others = [], anchors = []] = chain.map((one) => (typeof one === 'string' ? [] : one));
  const fault = chainFault(leaf, [...bundled, ...others], anchors, probe, now);
  if (fault !== null) return fail(fault, evidence);
  return pass(`The certificate holds for another ${spokenDuration(validity.left_s)}${proven(probe)}.`, evidence);
};

/** Says only what was looked at. */
function proven(probe: Parameters<ProbeRunner<'tls'>>[0]): string {
  const parts = [probe.key === undefined ? [] : ['its key belongs to it'], probe.ca === undefined && probe.chain === undefined ? [] : ['its chain holds'], probe.names === undefined ? [] : ['it is for the right names']].flat();
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`;
}

/** All certificates of a PEM file in order, or why there is none. */
function certificatesAt(path: string, context: ProbeContext): X509Certificate[] | string {
  try {
    const found = readCertificates(readFileSync(context.resolve(path)));
    return found.length === 0 ? `${path} holds no certificate.` : found;
  } catch {
    return `${path} is not there or cannot be read.`;
  }
}

/** Null when the pair belongs together. */
function keyFault(leaf: X509Certificate, path: string): string | null {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(path));
  } catch (thrown) {
    const locked = thrown instanceof Error && /passphrase|bad decrypt|interrupted or cancelled/iu.test(thrown.message);
    return locked ? `The key ${basename(path)} is locked with a passphrase, so it cannot be tried.` : `The key ${basename(path)} is not there, cannot be read, or is no private key.`;
  }
  return leaf.checkPrivateKey(key) ? null : `The key ${basename(path)} does not belong to the certificate.`;
}

/** By the alternative names alone, as clients do today; the common name does not count. */
function covers(leaf: X509Certificate, name: string): boolean {
  return isIP(name) === 0 ? leaf.checkHost(name, { subject: 'never' }) !== undefined : leaf.checkIP(name) !== undefined;
}

/** Dates of the whole path count as well: an expired intermediate breaks the service just the same. */
function chainFault(leaf: X509Certificate, others: X509Certificate[], anchors: X509Certificate[], probe: Parameters<ProbeRunner<'tls'>>[0], now: number): string | null {
  if (anchors.length === 0 && others.length === 0) return null;
  const roots = anchors.length > 0 ? anchors : others.filter((one) => one.checkIssued(one));
  const path = chainTo(leaf, others, roots.length > 0 ? roots : others);
  if (path === null) return `The certificate was not issued by ${probe.ca === undefined ? 'the given chain' : basename(probe.ca)}: no unbroken chain leads there.`;
  for (const issuer of path.slice(1)) {
    const fault = validityFault(`The issuer "${issuer.subject.replaceAll('\n', ', ')}"`, validityOf(issuer, now), now, probe.min_validity);
    if (fault !== null) return `${fault}.`;
  }
  return null;
}
