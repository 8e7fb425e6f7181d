/** The one spelling of a report (RFC 8785, JCS) and the digest that its signatures name. */
import { createHash } from 'node:crypto';
import { EngineError } from '../../contract/errors.ts';

const MAX_DEPTH = 64;

/** RFC 8785: members sorted by UTF-16 units, numbers and strings as ECMAScript writes them. EngineError `refused` for what JSON cannot say. */
export function canonicalText(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new EngineError('refused', `The report nests deeper than ${MAX_DEPTH} levels.`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && !/\p{Cs}/u.test(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw new EngineError('refused', `A report cannot hold ${typeof value === 'string' ? 'half a surrogate pair' : `a value of the kind ${typeof value} that JSON has not`}.`);
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member, depth + 1)}`).join(',')}}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What is signed: the report with no signatures in it (`approval.signatures` empty, `approval.compliance` null), since each
 * of them names the digest of the rest.
 */
export function signedBytes(report: unknown): Buffer {
  const approval = isObject(report) ? report['approval'] : undefined;
  if (!isObject(report) || !isObject(approval)) throw new EngineError('refused', 'This is no report: it has no approval group.');
  return Buffer.from(canonicalText({ ...report, approval: { ...approval, signatures: [], compliance: null } }));
}

/** SHA-256 in hex of `signedBytes`. */
export function reportDigest(report: unknown): string {
  return createHash('sha256').update(signedBytes(report)).digest('hex');
}
