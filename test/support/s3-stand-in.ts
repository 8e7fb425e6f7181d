/**
 * A stand-in for an object store: plain HTTP, and just as much of S3 as replication speaks. It is not S3: nobody is asked
 * for keys, and its locks are words. It is for what a real store does not do when a test wants it: heed `If-None-Match`,
 * break off at a chosen object, or have a bucket whose content is other than what was sent.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

interface StoredVersion { key: string; id: string; body: Buffer; lock: { mode: string; until: string } | null; marker: boolean; at: number }

export interface S3StandIn {
  endpoint: string;
  versions: StoredVersion[];
  /** Requests that came, as `PUT /bucket/key`. */
  requests: string[];
  /** Headers of the objects that were put. */
  headers: IncomingMessage['headers'][];
  /** The connection is cut at the put with this number, from 1; 0 for none. */
  cutAt: number;
  /** Answered to every request instead, as `STATUS Code`. */
  refusal: string | null;
  /** Whether buckets have Object Lock. */
  locks: boolean;
  stop(): Promise<void>;
}

export async function startS3StandIn(): Promise<S3StandIn> {
  const store: S3StandIn = { endpoint: '', versions: [], requests: [], headers: [], cutAt: 0, refusal: null, locks: true, stop: async () => undefined };
  let puts = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      store.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      if (store.refusal !== null) return refuse(response, store.refusal);
      if (request.method === 'PUT' && ++puts === store.cutAt) return void request.socket.destroy();
      return answer(store, request, response, body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  store.endpoint = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
  store.stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return store;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, refusal: string): void {
  const [status = '500', code = 'InternalError'] = refusal.split(' ');
  response.writeHead(Number(status), { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>it is so</Message></Error>`);
}

function answer(store: S3StandIn, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const url = new URL(request.url ?? '/', store.endpoint);
  const key = decodeURIComponent(url.pathname).split('/').slice(2).join('/');
  const xml = (text: string): void => void response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`);
  if (url.searchParams.has('object-lock')) {
    if (!store.locks) return refuse(response, '404 ObjectLockConfigurationNotFoundError');
    return xml('<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>');
  }
  if (url.searchParams.has('versions')) return xml(listing(store, url.searchParams.get('prefix') ?? ''));
  const all = store.versions.filter((version) => version.key === key);
  if (request.method === 'PUT') {
    if (request.headers['if-none-match'] === '*' && all.some(({ marker }) => !marker)) return refuse(response, '412 PreconditionFailed');
    store.headers.push(request.headers);
    const { 'x-amz-object-lock-mode': mode, 'x-amz-object-lock-retain-until-date': until } = request.headers;
    store.versions.push({ key, body, id: `v${store.versions.length + 1}`, marker: false, at: store.versions.length, lock: typeof mode === 'string' && typeof until === 'string' ? { mode, until } : null });
    return void response.writeHead(200, { etag: etagOf(body) }).end();
  }
  const version = all.find(({ id }) => id === url.searchParams.get('versionId'));
  if (version === undefined) return refuse(response, '404 NoSuchKey');
  const { lock } = version;
  if (url.searchParams.has('retention')) return refuse(response, '404 NoSuchObjectLockConfiguration'); // only asked where a look told none
  response.writeHead(200, { etag: etagOf(version.body), 'content-length': version.body.length, 'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT', ...(lock === null ? {} : { 'x-amz-object-lock-mode': lock.mode, 'x-amz-object-lock-retain-until-date': lock.until }) });
  response.end(request.method === 'HEAD' ? undefined : version.body);
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function listing({ versions }: S3StandIn, prefix: string): string {
  const entries = versions.filter(({ key }) => key.startsWith(prefix)).map(({ key, id, body, marker, at }) => {
    const time = new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString();
    const tag = marker ? 'DeleteMarker' : 'Version';
    return `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>true</IsLatest><LastModified>${time}</LastModified>${marker ? '' : `<ETag>${etagOf(body)}</ETag><Size>${body.length}</Size>`}</${tag}>`;
  });
  return `<ListVersionsResult><IsTruncated>false</IsTruncated>${entries.join('')}</ListVersionsResult>`;
}
