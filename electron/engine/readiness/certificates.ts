/** What can be said of X.509 certificates without a network. All times are compared in whole seconds. */
import { X509Certificate } from 'node:crypto';
import { durationSeconds } from '../../contract/scalars.ts';
import { spokenDuration } from '../../contract/wording.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/gu;

/** Certificates of a PEM or DER file in order; empty when it holds none. */
export function readCertificates(bytes: Buffer): X509Certificate[] {
  const blocks = bytes.toString('latin1').match(BLOCK);
  try {
    return blocks === null ? [new X509Certificate(bytes)] : blocks.map((block) => new X509Certificate(block));
  } catch {
    return []; // node:crypto throws for anything that is no certificate
  }
}

export interface Validity {
  from: number; // seconds since 1970
  to: number;
  left_s: number; // negative once it has expired
}

/** @param nowMs milliseconds since 1970 */
export function validityOf(certificate: X509Certificate, nowMs: number): Validity {
  const [from, to] = [certificate.validFrom, certificate.validTo].map((text) => Math.floor(Date.parse(text) / 1000));
  return { from: from ?? 0, to: to ?? 0, left_s: (to ?? 0) - Math.floor(nowMs / 1000) };
}

/** What is wrong with its dates, or null. The last second of validity still counts; `least` must be left in full. */
export function validityFault(what: string, validity: Validity, nowMs: number, least?: string): string | null {
  const now = Math.floor(nowMs / 1000);
  if (now < validity.from) return `${what} is not valid yet: only from ${instant(validity.from)}`;
  if (validity.left_s < 0) return `${what} expired ${spokenDuration(-validity.left_s)} ago, on ${instant(validity.to)}`;
  if (least !== undefined && validity.left_s < durationSeconds(least)) return `${what} expires in ${spokenDuration(validity.left_s)}, on ${instant(validity.to)}; at least ${spokenDuration(durationSeconds(least))} must be left`;
  return null;
}

/**
 * The path from a leaf over `others` to one of `anchors`, by names and signatures.
 * @returns leaf first, anchor last; null when no such path exists
 */
export function chainTo(leaf: X509Certificate, others: readonly X509Certificate[], anchors: readonly X509Certificate[]): X509Certificate[] | null {
  const anchor = anchors.find((one) => leaf.fingerprint256 === one.fingerprint256 || issued(one, leaf));
  if (anchor !== undefined) return leaf.fingerprint256 === anchor.fingerprint256 ? [leaf] : [leaf, anchor];
  for (const issuer of others.filter((one) => one.fingerprint256 !== leaf.fingerprint256 && issued(one, leaf))) {
    const rest = chainTo(issuer, others.filter((one) => one !== issuer), anchors);
    if (rest !== null) return [leaf, ...rest];
  }
  return null;
}

function issued(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ') + ' UTC';
}
