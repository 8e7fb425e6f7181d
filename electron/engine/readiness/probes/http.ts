/** `http`: a server answers as expected. That it cannot be reached is a reason of its own, not a failure of the service. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { z } from 'zod';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { durationSeconds } from '../../../contract/scalars.ts';
import { judgeAnswer } from '../judge-answer.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { CannotTell, fail, pass, unknown } from '../probe.ts';

type Http = Parameters<ProbeRunner<'http'>>[0];

/** More than that is no health page; assertions on it fail as too large. */
const BODY_BYTES = 16 * 1024 * 1024;
/** The connection was not made, or it broke off: nothing is known of the service. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EPIPE', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL', 'ECONNABORTED']);

/** Fails by status, content or certificate; unknown when no answer came, since the network may be what is lost. */
export const probeHttp: ProbeRunner<'http'> = async (probe, context) => {
  const url = URL.canParse(probe.url) ? new URL(probe.url) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return unknown('refused', `${probe.url} is no http or https address.`);
  const evidence: Evidence = { url: probe.url };
  let answer: { status: number; body: string; truncated: boolean };
  try {
    answer = await ask(url, probe, context);
  } catch (thrown) {
    context.signal.throwIfAborted();
    return unanswered(thrown, url, probe, evidence);
  }
  evidence['status'] = answer.status;
  if (answer.status !== probe.status) return fail(`${probe.url} answers ${answer.status}; ${probe.status} is expected.`, evidence);
  if (probe.verify === undefined) return pass(`${probe.url} answers ${answer.status}.`, evidence);
  const results = await judgeAnswer(probe.verify, { stdout: { text: answer.body, truncated: answer.truncated }, stderr: { text: '', truncated: false } }, context);
  const broken = results.find((result) => !result.ok);
  evidence['assertions'] = results.map((result) => ({ ok: result.ok, expected: result.expected.slice(0, 200), actual: result.actual.slice(0, 200) }));
  return broken === undefined ? pass(`${probe.url} answers ${answer.status}, and its content is as expected.`, evidence) : fail(`${broken.title ?? probe.url}: expected ${broken.expected}, found ${broken.actual.slice(0, 200)}.`, evidence);
};

/** Told apart from a cancelled check, which aborts as well. */
class TimedOut extends Error {}

/** One request, no redirects, no proxy. Rejects with the connection's own error or TimedOut. */
async function ask(url: URL, probe: Http, context: ProbeContext): Promise<{ status: number; body: string; truncated: boolean }> {
  const options: RequestOptions & { ca?: Buffer; cert?: Buffer; key?: Buffer } = {
    method: 'GET', headers: { accept: '*/*', 'user-agent': 'blackstart', connection: 'close' }, agent: false, signal: AbortSignal.any([context.signal, AbortSignal.timeout(durationSeconds(probe.timeout) * 1000)]),
    ...material('ca', probe.ca, context), ...material('cert', probe.cert, context), ...material('key', probe.key, context),
  };
  // Node loads a good deal with these, which no start of the console should wait for.
  const { request: send } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      readBody(response).then(({ body, truncated }) => resolve({ status: response.statusCode ?? 0, body, truncated }), reject);
    });
    request.once('error', (error) => reject(options.signal?.aborted === true && !context.signal.aborted ? new TimedOut() : error));
    request.end();
  });
}

async function readBody(response: IncomingMessage): Promise<{ body: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = z.instanceof(Buffer).parse(chunk);
    size += bytes.length;
    if (size > BODY_BYTES) {
      response.destroy();
      break;
    }
    chunks.push(bytes);
  }
  return { body: Buffer.concat(chunks).toString('utf8'), truncated: size > BODY_BYTES };
}

/** @throws CannotTell when the file cannot be read: then nothing was asked of the server */
function material(name: 'ca' | 'cert' | 'key', path: string | undefined, context: ProbeContext): Record<string, Buffer> {
  if (path === undefined) return {};
  try {
    return { [name]: readFileSync(context.resolve(path)) };
  } catch {
    throw new CannotTell('refused', `The ${name === 'key' ? 'key' : 'certificate'} ${path} for the connection cannot be read.`);
  }
}

/** Connection faults say nothing of the service; a certificate that does not hold does. */
function unanswered(thrown: unknown, url: URL, probe: Http, evidence: Evidence): ProbeFinding {
  if (thrown instanceof CannotTell) throw thrown;
  if (thrown instanceof TimedOut) return unknown('unreachable', `${probe.url} gave no answer within ${probe.timeout}.`, evidence);
  const codes = errorCodes(thrown);
  const code = codes.find((one) => UNREACHABLE.has(one));
  if (code !== undefined) return unknown('unreachable', `${url.host} cannot be reached (${code}).`, { ...evidence, code });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (url.protocol === 'https:' && codes.some((one) => /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|ALTNAME|DEPTH_ZERO/u.test(one))) return fail(`The secure connection to ${url.host} does not hold: ${message}.`, evidence);
  return unknown('unreachable', `${url.host} gave no answer that can be read: ${message}.`, evidence);
}

/** Of the error itself and of those that it gathers, one for each address that was tried. */
function errorCodes(thrown: unknown): string[] {
  const own = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? [thrown.code] : [];
  const inner = thrown instanceof AggregateError ? thrown.errors.flatMap(errorCodes) : [];
  return [...own, ...inner];
}
