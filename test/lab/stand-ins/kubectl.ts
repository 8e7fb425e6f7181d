/**
 * A stand-in for kubectl and its cluster, for the one drill that `npm test` keeps: no Kubernetes is needed, and the database server is real.
 * LAB_CLUSTER names a JSON file {sockets, port, backups, replicas}; `exec` runs the program on this machine against that server, `scale` and
 * `get` know one consumer, and `rollout status` is content while the consumer's table can be read.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const Cluster = z.object({ sockets: z.string(), port: z.int(), backups: z.string(), replicas: z.int(), database: z.string(), table: z.string() });
const file = process.env['LAB_CLUSTER'] ?? '';
const cluster = Cluster.parse(JSON.parse(readFileSync(file, 'utf8')));
const words = process.argv.slice(2);
const optionOf = (name: string): string => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';

/** On the server's own machine, where its socket and /backups are. */
function inPod(argv: readonly string[]): number {
  const [program = '', ...rest] = argv.map((word) => word.replaceAll('/backups', cluster.backups));
  const env = { ...process.env, PGHOST: cluster.sockets, PGPORT: String(cluster.port) };
  return spawnSync(program, rest, { env, stdio: 'inherit' }).status ?? 1;
}

function scale(consumer: string): number {
  writeFileSync(file, JSON.stringify({ ...cluster, replicas: Number(optionOf('replicas')) }));
  process.stdout.write(`${consumer} scaled\n`);
  return 0;
}

function get(): number {
  process.stdout.write(optionOf('output') === 'json' ? JSON.stringify({ spec: { replicas: cluster.replicas } }) : `${cluster.replicas}:${cluster.replicas}`);
  return 0;
}

function rollout(consumer: string): number {
  const status = inPod(['psql', '--no-psqlrc', '--quiet', '--username=postgres', `--dbname=${cluster.database}`, '--output=/dev/null', `--command=SELECT 1 FROM ${cluster.table} LIMIT 1`]);
  if (status === 0) process.stdout.write(`${consumer} successfully rolled out\n`);
  return status;
}

function server(): number {
  const { clusters } = z.object({ clusters: z.tuple([z.object({ cluster: z.object({ server: z.url() }) })]) }).parse(JSON.parse(readFileSync(optionOf('kubeconfig'), 'utf8')));
  process.stdout.write(clusters[0].cluster.server);
  return 0;
}

function main(): number {
  process.stderr.write('kubectl: a stand-in of the tests, there is no cluster\n');
  const end = words.indexOf('--');
  const [verb = '', second = '', third = ''] = (end === -1 ? words : words.slice(0, end)).filter((word) => !word.startsWith('--'));
  switch (verb) {
    case 'config': return server();
    case 'exec': return inPod(words.slice(end + 1));
    case 'scale': return scale(second);
    case 'get': return get();
    case 'rollout': return rollout(third);
    default:
      process.stderr.write(`kubectl: the stand-in does not know ${words.join(' ')}\n`);
      return 1;
  }
}

process.exitCode = main();
