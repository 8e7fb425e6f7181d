/**
 * Lanterns: the small fictional service that the First drill brings back. This file is the program inside its container
 * image. It reads one SQLite database, opens the wardens' stored gate codes with the master key, and answers over HTTPS.
 */
import { createDecipheriv, createHash } from 'node:crypto';
import { createServer } from 'node:https';
import { DatabaseSync } from 'node:sqlite';

function opens(sealed, masterKey) {
  const body = Buffer.from(sealed.slice('enc:v1:'.length), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', createHash('sha256').update(masterKey).digest(), body.subarray(0, 12));
  decipher.setAuthTag(body.subarray(-16));
  try {
    decipher.update(body.subarray(12, -16));
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

function readiness(database, masterKey) {
  const { lanterns } = database.prepare('SELECT count(*) AS lanterns FROM lanterns').get();
  const secrets = database.prepare('SELECT secret FROM credentials').all();
  const opened = secrets.filter(({ secret }) => opens(secret, masterKey)).length;
  const key = secrets.length > 0 && opened === secrets.length ? 'ok' : 'wrong key';
  return { ready: lanterns > 0 && key === 'ok', lanterns, gate_codes: opened, subsystems: { database: lanterns > 0 ? 'ok' : 'empty', key } };
}

function page(database) {
  const quays = database.prepare('SELECT quay, count(*) AS lit FROM lanterns GROUP BY quay ORDER BY min(id)').all();
  const rows = quays.map(({ quay, lit }) => `<tr><td>${quay}<td>${'● '.repeat(lit)}`).join('');
  return `<!doctype html><meta charset="utf-8"><title>Lanterns</title><body style="background:#0b0d10;color:#f3b84d;font:18px sans-serif"><h1>The harbour is lit</h1><table>${rows}</table>`;
}

function answer(path, service) {
  if (path === '/health/live') return [200, 'application/json', JSON.stringify({ status: 'ok' })];
  if (path === '/health/ready') {
    const state = readiness(service.database, service.masterKey);
    return [state.ready ? 200 : 503, 'application/json', JSON.stringify(state)];
  }
  if (path === '/') return [200, 'text/html; charset=utf-8', page(service.database)];
  return [404, 'text/plain', 'There is nothing here.\n'];
}

/**
 * Starts the service on loopback. `stopToken` is what POST /stop must carry; `onStop` runs once the answer has gone out.
 * Resolves with the port, which the system chose.
 */
export async function startLanterns({ database, certificate, key, masterKey, stopToken, onStop }) {
  const service = { database: new DatabaseSync(database, { readOnly: true }), masterKey };
  const server = createServer({ cert: certificate, key }, (request, response) => {
    if (request.method === 'POST' && request.url === '/stop' && request.headers.authorization === `Bearer ${stopToken}`) {
      response.end('stopping\n', onStop);
      return;
    }
    const [status, type, body] = answer(request.url, service);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return server.address().port;
}
