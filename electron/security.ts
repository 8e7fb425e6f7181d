/** What the page may not do: everything except showing itself and talking through the preload. Refusals are silent to the page. */
import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import type { App, Session, WebContents } from 'electron';

export const ORIGIN = 'app://blackstart';
export const PAGE = `${ORIGIN}/index.html`;
export const PARTICIPANTS_PAGE = `${ORIGIN}/participants.html`;
/** In memory: no `persist:`, so cookies, storage and caches end with the process. */
export const PARTITION = 'blackstart';

/** `unsafe-inline` for styles alone: the terminal writes its colours in a style element. Fonts as data: a report carries its own. Scripts come from the bundle only. */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "media-src 'self'",
  "connect-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');
/** For a document to print: nothing runs in it and nothing is fetched for it. */
const PRINT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.txt': 'text/plain; charset=utf-8',
};

/** @returns the file below `folder` that the address names, or null when it names none or one outside */
export function fileFor(folder: string, address: string): string | null {
  const url = new URL(address);
  if (`${url.protocol}//${url.host}` !== ORIGIN) return null;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const file = resolve(folder, `.${path}`);
  return file.startsWith(folder + sep) ? file : null;
}

/** Addresses that the shell answers itself, without a file. */
export type Answers = (path: string) => { html: string; print: boolean } | null;

interface Reply {
  data: Buffer;
  statusCode?: number;
  headers: Record<string, string>;
}

function reply(data: Buffer, type: string, policy: string): Reply {
  return { data, headers: { 'content-type': type, 'content-security-policy': policy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' } };
}

const NOT_THERE: Reply = { data: Buffer.from('There is no such file.'), statusCode: 404, headers: { 'content-type': 'text/plain', 'content-security-policy': "default-src 'none'" } };

async function find(folder: string, address: string, answers: Answers): Promise<Reply> {
  const own = address.startsWith(`${ORIGIN}/`) ? answers(new URL(address).pathname) : null;
  if (own !== null) return reply(Buffer.from(own.html), 'text/html; charset=utf-8', own.print ? PRINT_POLICY : CONTENT_POLICY);
  const file = fileFor(folder, address);
  const type = file === null ? undefined : TYPES[extname(file)];
  if (file === null || type === undefined) return NOT_THERE;
  try {
    return reply(await readFile(file), type, CONTENT_POLICY);
  } catch {
    return NOT_THERE;
  }
}

/** Serves the page's bundle, and nothing else, under `app://blackstart`. */
export function servePage(session: Session, folder: string, answers: Answers): void {
  // Its successor, `protocol.handle`, speaks in Request and Response; Node takes 30 ms to load those, before the page has a byte. Both Electrons have this one.
  session.protocol.registerBufferProtocol('app', (request, respond) => { void find(folder, request.url, answers).then(respond); });
}

/** No permission is ever granted, and no request leaves the machine. `allowed` is a development server's origin, if there is one. */
export function closeSession(session: Session, allowed: string | null): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest((details, answer) => {
    const inside = details.url.startsWith(`${ORIGIN}/`) || details.url.startsWith('devtools:') || details.url.startsWith('blob:') || details.url.startsWith('data:');
    const development = allowed !== null && details.url.replace(/^ws:/, 'http:').startsWith(allowed);
    answer({ cancel: !inside && !development });
  });
}

/** `mayGo` decides on the few addresses that the shell itself offers as links. */
export function closeContents(app: App, mayGo: (contents: WebContents, url: string) => boolean): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.on('will-navigate', (event, url) => {
      if (!mayGo(contents, url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!event.isMainFrame) event.preventDefault();
    });
  });
}

/** Variables that make a program load or run something else; none reaches the engine. */
const INJECTING = /^(NODE_OPTIONS|NODE_PATH|NODE_REPL_.*|NODE_COMPILE_CACHE|LD_PRELOAD|LD_LIBRARY_PATH|LD_AUDIT|DYLD_.*|ELECTRON_.*|BLACKSTART_ENGINE_NODE)$/i;

export function cleanEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !INJECTING.test(entry[0])));
}
