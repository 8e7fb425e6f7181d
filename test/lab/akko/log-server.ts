/**
 * A stand-in for the logs layer: the query endpoint of VictoriaLogs for the words that the runbook uses, `field:*`, `field:value`,
 * `field:"value"` and `_time:72h`, joined by AND. Anything else it refuses, as VictoriaLogs does. Usage: log-server.ts ENTRIES_FILE PORT.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { z } from 'zod';

const [entriesFile = '', port = ''] = process.argv.slice(2);
const Entry = z.record(z.string(), z.string());
type Entry = z.infer<typeof Entry>;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Throws on a word that is not understood. */
function conditionOf(word: string): (entry: Entry) => boolean {
  const span = /^_time:(\d+)([smhd])$/u.exec(word);
  if (span !== null) {
    const since = Date.now() - Number(span[1]) * (UNITS[span[2] ?? ''] ?? 0) * 1000;
    return ({ _time = '' }) => Date.parse(_time) >= since;
  }
  const [, field = '', value = ''] = /^([a-z_]+):(\*|"[^"]*"|[A-Za-z0-9._@-]+)$/u.exec(word) ?? [];
  if (field === '' || field === '_time') throw new Error(`cannot parse query: unexpected "${word}"`);
  const wanted = value.replaceAll('"', '');
  return (entry) => (value === '*' ? (entry[field] ?? '') !== '' : entry[field] === wanted);
}

function found(query: string, limit: number): Entry[] {
  const conditions = query.split(' AND ').map(conditionOf);
  const entries = readFileSync(entriesFile, 'utf8').split('\n').filter((line) => line !== '').map((line) => Entry.parse(JSON.parse(line)));
  return entries.filter((entry) => conditions.every((holds) => holds(entry))).slice(0, limit);
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname !== '/select/logsql/query') return response.writeHead(404).end();
  try {
    const lines = found(searchParams.get('query') ?? '', Number(searchParams.get('limit') ?? '1000'));
    return response.writeHead(200, { 'content-type': 'application/stream+json' }).end(lines.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  } catch (error) {
    return response.writeHead(400).end(error instanceof Error ? error.message : String(error));
  }
}).listen(Number(port), '127.0.0.1');
