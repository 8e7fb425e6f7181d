/**
 * Where the keys to an object store come from. What a check names as `credentials` is asked alone: a secret of the runbook
 * (which has sources of its own), `keychain:SERVICE/ACCOUNT`, a file as the AWS tools write it, or a profile in theirs. Where it
 * names nothing: the environment, then the keyring and the vault (`blackstart-s3/BUCKET`, `blackstart-s3/default`), then the
 * profile. Values go to the S3 client and nowhere else.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { iniSection } from '../ini-section.ts';
import type { ProbeContext } from '../probe.ts';
import { CannotTell } from '../probe.ts';
import { namedEntry } from './stored-credentials.ts';

export interface S3Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface S3Access {
  /** Null: requests are not signed. */
  credentials: S3Credentials | null;
  /** Where they came from, for the record: "profile drill". */
  source: string;
  region: string | null;
  endpoint: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;
type AsksStore = Pick<ProbeContext, 'env' | 'credentialsEnv' | 'stored' | 'secrets' | 'resolve'>;

/**
 * @param named `credentials` of the check: `env` (the default), `none`, a secret's name, `keychain:SERVICE/ACCOUNT`, the path of
 *   a file, or a profile
 * @throws CannotTell `credentials-missing` when nothing is there, `unsupported` for a form that is not known
 */
export function findS3Access(named: string | undefined, context: AsksStore): S3Access {
  const env: Env = context.credentialsEnv ?? context.env;
  if (named === undefined || named === 'env') return fromEnvironment(env, context);
  if (named === 'none') return { credentials: null, source: 'none', ...ofEnvironment(env) };
  if (namedEntry(named) !== null) return fromStored(context, env);
  if (/^(?:vault|age):/u.test(named)) {
    throw new CannotTell('unsupported', `Credentials named as "${named.split(':')[0] ?? ''}:…" are not supported. Write keychain:SERVICE/ACCOUNT, which asks the keyring and the vault of this laptop, or name a secret of the runbook.`);
  }
  const name = named.replace(/^secret:/u, '');
  const secret = context.secrets.get(name);
  if (secret !== null) return { credentials: pairIn(Buffer.from(secret.bytes()).toString('utf8'), `the secret ${name}`), source: `secret ${name}`, ...ofEnvironment(env) };
  if (name !== named) throw new CannotTell('credentials-missing', `The secret ${name} is not at hand, so the object store cannot be asked.`);
  if (/[/\\]/u.test(named) || statSync(context.resolve(named), { throwIfNoEntry: false })?.isFile() === true) return fromFile(context.resolve(named), env);
  return fromProfile(named, env);
}

/** @throws CannotTell `credentials-missing` with the reason that the keyring or the vault gave */
function fromStored({ stored = [], secrets }: AsksStore, env: Env): S3Access {
  for (const answer of stored) {
    const secret = 'handle' in answer ? secrets.get(answer.handle) : null;
    if (secret !== null) return { credentials: pairIn(Buffer.from(secret.bytes()).toString('utf8'), `The entry ${answer.entry}`), source: secret.source, ...ofEnvironment(env) };
  }
  const [why] = stored.flatMap((answer) => ('why' in answer ? `${answer.entry}: ${answer.why}` : []));
  throw new CannotTell('credentials-missing', `The credentials of the object store are not at hand. ${why ?? 'No keyring and no vault can be asked here'}.`);
}

function fromEnvironment(env: Env, context: AsksStore): S3Access {
  const [accessKeyId, secretAccessKey, sessionToken] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']];
  if (isSet(accessKeyId) && isSet(secretAccessKey)) {
    return { credentials: { accessKeyId, secretAccessKey, ...(isSet(sessionToken) ? { sessionToken } : {}) }, source: 'environment', ...ofEnvironment(env) };
  }
  const { stored = [] } = context;
  if (stored.some((answer) => 'handle' in answer)) return fromStored(context, env);
  const profile = env['AWS_PROFILE'] ?? 'default';
  if (profileValues(profile, env) !== null) return fromProfile(profile, env);
  const [closed] = stored.flatMap((answer) => ('why' in answer && !answer.absent ? answer.why : []));
  throw new CannotTell('credentials-missing', `There are no credentials for the object store: put them into the keyring or the vault ("blackstart vault set blackstart-s3/default"), set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a secret, a file or a profile as \`credentials\`.${closed === undefined ? '' : ` (Asked: ${closed}.)`}`);
}

/** `[default]`, or the profile that AWS_PROFILE names, or a pair without any section. */
function fromFile(path: string, env: Env): S3Access {
  const text = readText(path);
  if (text === null) throw new CannotTell('credentials-missing', `The file of credentials ${path} cannot be read, so the object store cannot be asked.`);
  const section = iniSection(text, env['AWS_PROFILE'] ?? 'default') ?? iniSection(text, 'default');
  const credentials = section === null ? pairIn(text, path) : pairOf(section, path);
  return { ...ofEnvironment(env), credentials, source: `file ${path}`, ...ofSection(section, env) };
}

function fromProfile(profile: string, env: Env): S3Access {
  const values = profileValues(profile, env);
  if (values === null) throw new CannotTell('credentials-missing', `There is no secret and no AWS profile "${profile}", so the object store cannot be asked.`);
  return { credentials: pairOf(values, `The profile ${profile}`), source: `profile ${profile}`, ...ofSection(values, env) };
}

/** Both files of the AWS tools; keys stand in the one, region and endpoint in the other. Null when neither knows the profile. */
function profileValues(profile: string, env: Env): Map<string, string> | null {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? '/';
  const files = [env['AWS_CONFIG_FILE'] ?? join(home, '.aws', 'config'), env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws', 'credentials')];
  const found = files.flatMap((file) => iniSection(readText(file) ?? '', profile) ?? []);
  return found.length === 0 ? null : new Map(found.flatMap((section) => [...section]));
}

function pairOf(values: ReadonlyMap<string, string>, whose: string): S3Credentials {
  const [accessKeyId, secretAccessKey, sessionToken] = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token'].map((name) => values.get(name));
  if (isSet(accessKeyId) && isSet(secretAccessKey)) return { accessKeyId, secretAccessKey, ...(isSet(sessionToken) ? { sessionToken } : {}) };
  const needs = ['credential_process', 'sso_session', 'sso_start_url', 'role_arn'].find((name) => values.has(name));
  if (needs !== undefined) throw new CannotTell('unsupported', `${whose} gets its keys by ${needs}, which is not supported by this version; write a pair of keys into it.`);
  throw new CannotTell('credentials-missing', `${whose} has no complete pair of keys (aws_access_key_id, aws_secret_access_key).`);
}

/** A pair as JSON, as lines of an environment or of a profile, or as `ID:SECRET`. */
function pairIn(text: string, whose: string): S3Credentials {
  const value = (name: string): string | undefined => new RegExp(String.raw`(?:aws_?)?${name}["']?\s*[:=]\s*["']?([^\s"',]+)`, 'iu').exec(text)?.[1];
  const [accessKeyId, secretAccessKey, sessionToken] = [value('access_?key_?id'), value('secret_?access_?key'), value('session_?token')];
  if (isSet(accessKeyId) && isSet(secretAccessKey)) return { accessKeyId, secretAccessKey, ...(isSet(sessionToken) ? { sessionToken } : {}) };
  const [, id, secret] = /^\s*([^\s:]+):(\S+)\s*$/u.exec(text) ?? [];
  if (id !== undefined && secret !== undefined) return { accessKeyId: id, secretAccessKey: secret };
  throw new CannotTell('credentials-missing', `${whose} holds no pair of keys: write aws_access_key_id and aws_secret_access_key, or ID:SECRET.`);
}

function ofEnvironment(env: Env): Pick<S3Access, 'region' | 'endpoint'> {
  return { region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? null, endpoint: env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? null };
}

function ofSection(section: ReadonlyMap<string, string> | null, env: Env): Pick<S3Access, 'region' | 'endpoint'> {
  const { region, endpoint } = ofEnvironment(env);
  return { region: region ?? section?.get('region') ?? null, endpoint: endpoint ?? section?.get('endpoint_url') ?? null };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
