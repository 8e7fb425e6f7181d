/** HTTP endpoints of systems that are not here, judged by the data that was restored: what the endpoints' server reads. */
import { z } from 'zod';

/** A program whose one line of output is judged. `{}` in its words stands for each path that `each` matches: one that holds is enough. */
const Asking = { argv: z.array(z.string()).min(1), env: z.record(z.string(), z.string()).default({}), each: z.string().optional() };

const Probe = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('number'), ...Asking, min: z.number() }),
  /** The line is a sealed value, and the key in the file opens it. */
  z.strictObject({ kind: z.literal('opens'), ...Asking, keyFile: z.string() }),
]);
export type Probe = z.infer<typeof Probe>;
export type ProbeInput = z.input<typeof Probe>;

const Answer = z.strictObject({ status: z.int().default(200), body: z.record(z.string(), z.json()) });

export const Endpoint = z.strictObject({
  path: z.string().startsWith('/'),
  good: Answer,
  bad: Answer,
  /** All must hold. Without one the endpoint says nothing about any data. */
  probes: z.record(z.string(), Probe).default({}),
  /** Puts `{NAME: healthy|unhealthy}` into the body as `subsystems`. */
  subsystems: z.boolean().default(false),
});
export type Endpoint = z.infer<typeof Endpoint>;
export type EndpointInput = z.input<typeof Endpoint>;

/** Endpoints by port. The server reads the file anew for each request. */
export const Endpoints = z.record(z.string().regex(/^\d+$/u), z.array(Endpoint));
export type EndpointsInput = z.input<typeof Endpoints>;

/** A probe that asks a PostgreSQL server over TCP. */
export function asksPostgres(server: { host: string; port: number; user: string; database: string; password?: string }, sql: string): Pick<ProbeInput, 'argv' | 'env'> {
  const argv = ['psql', '--no-psqlrc', '--no-password', `--host=${server.host}`, `--port=${server.port}`, `--username=${server.user}`, `--dbname=${server.database}`, '-v', 'ON_ERROR_STOP=1', '-At', '-c', sql];
  return { argv, env: { PGCONNECT_TIMEOUT: '5', ...(server.password === undefined ? {} : { PGPASSWORD: server.password }) } };
}
