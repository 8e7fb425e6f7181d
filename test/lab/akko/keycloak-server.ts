/**
 * A stand-in for Keycloak, which is not to be had: the part of its Admin API that suspends an identity, ends its sessions and changes its
 * password. Usage: keycloak-server.ts STATE_FILE PORT. Each change is in the file before it is answered.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { KeycloakState, type KeycloakUser } from './keycloak-state.ts';

const [stateFile = '', port = ''] = process.argv.slice(2);
const TOKEN_MS = 60_000;
const tokens = new Map<string, number>();

interface Answer {
  status: number;
  body?: unknown;
}

const read = (): KeycloakState => KeycloakState.parse(JSON.parse(readFileSync(stateFile, 'utf8')));

function write(state: KeycloakState): void {
  writeFileSync(`${stateFile}.part`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${stateFile}.part`, stateFile);
}

function logIn(body: string): Answer {
  const form = new URLSearchParams(body);
  const { administrator } = read();
  if (form.get('grant_type') !== 'password' || form.get('username') !== administrator.username || form.get('password') !== administrator.password) return { status: 401, body: { error: 'invalid_grant', error_description: 'Invalid user credentials' } };
  const token = randomUUID();
  tokens.set(token, Date.now() + TOKEN_MS);
  return { status: 200, body: { access_token: token, expires_in: TOKEN_MS / 1000, token_type: 'Bearer' } };
}

const shown = ({ id, username, enabled }: KeycloakUser): object => ({ id, username, enabled });

/** `rest` is what follows the user's id. */
async function aboutUser(method: string, id: string, rest: string, request: IncomingMessage): Promise<Answer> {
  const state = read();
  const user = state.users.find((known) => known.id === id);
  if (user === undefined) return { status: 404, body: { error: 'User not found' } };
  switch (`${method} ${rest}`.trim()) {
    case 'GET': return { status: 200, body: shown(user) };
    case 'GET credentials': return { status: 200, body: [{ id: randomUUID(), type: 'password', createdDate: user.passwordAt }] };
    case 'PUT': user.enabled = z.object({ enabled: z.boolean() }).parse(JSON.parse(await text(request))).enabled; break;
    case 'POST logout': user.sessions = 0; break;
    case 'PUT reset-password': {
      const { value } = z.object({ type: z.literal('password'), value: z.string().min(8) }).parse(JSON.parse(await text(request)));
      user.salt = randomBytes(8).toString('hex');
      user.passwordHash = createHash('sha256').update(user.salt + value).digest('hex');
      user.passwordAt = Date.now();
      break;
    }
    default: return { status: 405 };
  }
  write(state);
  return { status: 204 };
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const method = request.method ?? 'GET';
  const { realm, users } = read();
  if (method === 'GET' && pathname === `/realms/${realm}`) return { status: 200, body: { realm } };
  if (method === 'POST' && pathname === '/realms/master/protocol/openid-connect/token') return logIn(await text(request));
  if ((tokens.get(/^Bearer (\S+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? '') ?? 0) < Date.now()) return { status: 401, body: { error: 'HTTP 401 Unauthorized' } };
  const below = `/admin/realms/${realm}/users`;
  if (method === 'GET' && pathname === below) return { status: 200, body: users.filter(({ username }) => username === searchParams.get('username')).map(shown) };
  const [id = '', rest = ''] = pathname.startsWith(`${below}/`) ? pathname.slice(below.length + 1).split('/') : [];
  return id === '' ? { status: 404 } : aboutUser(method, id, rest, request);
}

createServer((request, response) => {
  answer(request).then(
    ({ status, body }) => { response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body)); },
    (error: unknown) => { response.writeHead(400).end(error instanceof Error ? error.message : String(error)); },
  );
}).listen(Number(port), '127.0.0.1');
