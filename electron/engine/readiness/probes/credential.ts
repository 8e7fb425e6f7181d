/** `credential`: break-glass credentials are there and have not expired. Values are never shown. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, dirname } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { durationSeconds } from '../../../contract/scalars.ts';
import { spokenDuration } from '../../../contract/wording.ts';
import { readCertificates, validityFault, validityOf } from '../certificates.ts';
import { findProgram } from '../find-program.ts';
import { iniSection } from '../ini-section.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown, warn } from '../probe.ts';

type Credential = Parameters<ProbeRunner<'credential'>>[0];

/** Bytes; a real one has a few kilobytes, and YAML is not parsed without a limit. */
const LARGEST = 1024 * 1024;

/** Fails when missing, incomplete or expired; warns where no expiry can be read; unknown where only its service could tell. */
export const probeCredential: ProbeRunner<'credential'> = async (probe, context) => {
  const path = context.resolve(probe.path);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return fail(`${path} is not there or cannot be read.`, { path });
  }
  if (bytes.length > LARGEST) return fail(`${path} is far too large for a ${probe.what} file.`, { path });
  switch (probe.what) {
    case 'kubeconfig':
      return judgeKubeconfig(probe, path, bytes.toString('utf8'), context);
    case 'aws':
      return judgeAws(probe, path, bytes.toString('utf8'), context);
    case 'certificate':
      return judgeCertificate(probe, path, bytes, context);
  }
};

/** The first certificate of the file: that is the credential, what follows is its chain. */
function judgeCertificate(probe: Credential, path: string, bytes: Buffer, context: ProbeContext): ProbeFinding {
  const [certificate] = readCertificates(bytes);
  if (certificate === undefined) return fail(`${path} holds no certificate.`, { path });
  const now = context.clock.now();
  const validity = validityOf(certificate, now);
  const evidence = { path, subject: certificate.subject, left_s: validity.left_s };
  const fault = validityFault('The certificate', validity, now, probe.min_validity);
  return fault === null ? pass(`The certificate holds for another ${spokenDuration(validity.left_s)}.`, evidence) : fail(`${fault}.`, evidence);
}

/** As client-go reads it; what is not needed here is passed over. */
const User = z.looseObject({
  'client-certificate-data': z.string().optional(), 'client-certificate': z.string().optional(), token: z.string().optional(), tokenFile: z.string().optional(),
  username: z.string().optional(), exec: z.looseObject({ command: z.string() }).optional(),
});
const Kubeconfig = z.looseObject({
  'current-context': z.string().optional(),
  contexts: z.array(z.looseObject({ name: z.string(), context: z.looseObject({ cluster: z.string(), user: z.string() }) })).optional(),
  users: z.array(z.looseObject({ name: z.string(), user: User })).optional(),
});

/** @param probe `profile` names a context, default is the current one */
function judgeKubeconfig(probe: Credential, path: string, text: string, context: ProbeContext): ProbeFinding {
  const config = kubeconfigOf(text);
  if (config === null) return fail(`${path} is no kubeconfig.`, { path });
  const wanted = probe.profile ?? config['current-context'];
  const chosen = config.contexts?.find((one) => one.name === wanted)?.context;
  if (chosen === undefined) return fail(`${path} has no context "${wanted ?? ''}".`, { path });
  const user = config.users?.find((one) => one.name === chosen.user)?.user;
  const evidence: Evidence = { path, context: wanted ?? '', user: chosen.user, cluster: chosen.cluster };
  if (user === undefined) return fail(`${path} has no user "${chosen.user}", which the context ${wanted ?? ''} names.`, evidence);
  const certificate = clientCertificate(user, path);
  if (certificate !== null) {
    const found = judgeCertificate(probe, path, certificate, context);
    return { ...found, evidence: { ...evidence, ...found.evidence } };
  }
  return judgeToken(probe, user, evidence, context);
}

/** Without aliases, since the file comes from outside. */
function kubeconfigOf(text: string): z.infer<typeof Kubeconfig> | null {
  try {
    return Kubeconfig.parse(parse(text, { maxAliasCount: 0 }));
  } catch {
    return null; // neither YAML nor of the shape
  }
}

/** Null without one; empty bytes when the file that is named cannot be read, which then fails as no certificate. */
function clientCertificate(user: z.infer<typeof User>, path: string): Buffer | null {
  const data = user['client-certificate-data'];
  if (data !== undefined) return Buffer.from(data, 'base64');
  const file = user['client-certificate'];
  if (file === undefined) return null;
  try {
    return readFileSync(isAbsolute(file) ? file : join(dirname(path), file));
  } catch {
    return Buffer.alloc(0);
  }
}

/** In the order in which kubectl prefers them. */
function judgeToken(probe: Credential, user: z.infer<typeof User>, evidence: Evidence, context: ProbeContext): ProbeFinding {
  const { exec, token, tokenFile, username } = user;
  if (exec !== undefined) {
    if (findProgram(exec.command, context.env) === null) return fail(`The credential asks the program ${exec.command}, which is not on this laptop.`, evidence);
    return unknown('online-only', `The credential is fetched by ${exec.command} when it is used, which needs its service: nothing can be said offline.`, { ...evidence, exec: exec.command });
  }
  if (token !== undefined) return judgeExpiry('The token', tokenExpiry(token), probe, evidence, context);
  if (tokenFile !== undefined) return unknown('online-only', 'The token lies in a file of its own that changes; nothing can be said of its expiry.', evidence);
  if (username !== undefined) return warn('The credential is a user name and password: they have no expiry that can be read.', evidence);
  return fail('The user of this context has no certificate, token or password.', evidence);
}

/** `exp` of a JWT, milliseconds since 1970; null for tokens that do not say. */
function tokenExpiry(token: string): number | null {
  try {
    const body: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return z.looseObject({ exp: z.number() }).parse(body).exp * 1000;
  } catch {
    return null;
  }
}

/** @param expiresMs milliseconds since 1970, or null when the credential does not say */
function judgeExpiry(what: string, expiresMs: number | null, probe: Credential, evidence: Evidence, context: ProbeContext): ProbeFinding {
  if (expiresMs === null) return warn(`${what} is there; it does not say when it expires.`, evidence);
  const left = Math.floor((expiresMs - context.clock.now()) / 1000);
  const found = { ...evidence, left_s: left };
  if (left < 0) return fail(`${what} expired ${spokenDuration(-left)} ago.`, found);
  const least = probe.min_validity === undefined ? 0 : durationSeconds(probe.min_validity);
  if (left < least) return fail(`${what} expires in ${spokenDuration(left)}; at least ${spokenDuration(least)} must be left.`, found);
  return pass(`${what} holds for another ${spokenDuration(left)}.`, found);
}

/** The AWS tools' file of profiles; several of them write when a session expires. */
function judgeAws(probe: Credential, path: string, text: string, context: ProbeContext): ProbeFinding {
  const profile = probe.profile ?? 'default';
  const values = iniSection(text, profile);
  const evidence: Evidence = { path, profile };
  if (values === null) return fail(`${path} has no profile "${profile}".`, evidence);
  if (!values.has('aws_access_key_id') || !values.has('aws_secret_access_key')) return fail(`The profile ${profile} has no complete pair of keys.`, evidence);
  const written = ['x_security_token_expires', 'aws_session_expiration', 'aws_expiration', 'expiration'].map((name) => values.get(name)).find((value) => value !== undefined);
  const expires = written === undefined ? null : Date.parse(written);
  if (expires !== null && Number.isNaN(expires)) return unknown('unreadable', `The profile ${profile} names an expiry that cannot be read.`, evidence);
  if (expires === null && values.has('aws_session_token')) return warn(`The profile ${profile} is a session that ends by itself, and does not say when.`, evidence);
  if (expires === null) return pass(`The profile ${profile} has its keys; long-lived keys do not expire by themselves.`, evidence);
  return judgeExpiry(`The profile ${profile}`, expires, probe, evidence, context);
}
