/** What an object store's refusals mean, in words. Only what the object itself is to blame for is left to the probe. */
import { z } from 'zod';
import { CannotTell } from '../probe.ts';

/** As the S3 client throws them; network faults have a `code` instead of `$metadata`. */
const Fault = z.looseObject({
  name: z.string().default('Error'),
  message: z.string().default(''),
  code: z.unknown().optional(),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }).optional(),
});

const UNREACHABLE = /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|ECONNABORTED|UND_ERR_.*)$/u;
const UNTRUSTED = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|ALTNAME|DEPTH_ZERO/u;
const CREDENTIALS = /^(?:InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|AuthFailure|InvalidSecurity|ExpiredTokenException)$/u;

/** "No such bucket" is an answer about the backup. */
export class NoSuchBucket extends Error {
  override readonly name = 'NoSuchBucket';
}

/** @returns the store's own word for the fault and its HTTP status, where it gave any */
export function faultOf(thrown: unknown): { name: string; status: number | null; code: string; message: string } {
  const inner: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const parsed = Fault.safeParse(inner);
  const fault = parsed.success ? parsed.data : { name: 'Error', message: String(thrown) };
  const cause = inner instanceof Error && inner.cause !== undefined && inner.cause !== inner ? faultOf(inner.cause).code : '';
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : cause;
  return { name: inner instanceof Error ? inner.name : fault.name, status: ('$metadata' in fault ? fault.$metadata?.httpStatusCode : undefined) ?? null, code, message: inner instanceof Error ? inner.message : fault.message };
}

/** Whether nothing came back, so that another try may. */
export function isBrokenConnection(thrown: unknown): boolean {
  const { name, code, status } = faultOf(thrown);
  return UNREACHABLE.test(code) || /^(?:TimeoutError|RequestTimeout)$/u.test(name) || (status === null && /socket hang up|aborted|premature close|ERR_STREAM_PREMATURE_CLOSE/iu.test(`${code} ${thrown instanceof Error ? thrown.message : ''}`)) || (status !== null && status >= 500);
}

/** Throws what the fault means. @param where the store as people know it @param what was asked of it, for the message */
export function throwFault(thrown: unknown, where: string, what: string): never {
  if (thrown instanceof CannotTell || thrown instanceof NoSuchBucket) throw thrown;
  const { name, status, code, message } = faultOf(thrown);
  if (name === 'NoSuchBucket') throw new NoSuchBucket(message);
  if (UNTRUSTED.test(code)) throw new CannotTell('tls', `The secure connection to ${where} does not hold: ${message}. If the store has a certificate of its own authority, name it in AWS_CA_BUNDLE.`, { code });
  if (UNREACHABLE.test(code)) throw new CannotTell('unreachable', `${where} cannot be reached (${code}).`, { code });
  if (name === 'TimeoutError' || (status === null && /socket hang up|premature close/iu.test(message))) throw new CannotTell('unreachable', `${where} gave no answer in time.`, { code: name });
  if (CREDENTIALS.test(name)) throw new CannotTell('credentials', `${where} does not accept the credentials (${name}).`, { code: name });
  if (name === 'RequestTimeTooSkewed') throw new CannotTell('clock', `${where} refuses the request because this laptop's clock is wrong.`, { code: name });
  if (name === 'InvalidObjectState') throw new CannotTell('archived', `${what} lies in an archive: it has to be retrieved before it can be read, which takes hours.`, { code: name });
  if (status === 403 || status === 401 || name === 'AccessDenied') throw new CannotTell('denied', `${where} does not permit it: ${what} (${name}). The credentials lack a permission.`, { code: name });
  if (status !== null && status >= 500) throw new CannotTell('server-error', `${where} answers with a fault of its own (${status} ${name}).`, { code: name });
  throw new CannotTell('not-understood', `${where} gave an answer to "${what}" that cannot be used (${status === null ? '' : `${status} `}${name}: ${message.slice(0, 200)}).`, { code: name });
}
