/**
 * Keeps a zone of knot at what the API server says of services: `NAME.NAMESPACE.svc.cluster.local` leads to the addresses of the pods behind
 * it, as a cluster's DNS does for services without an address of their own. Arguments: kubeconfig, zone file, knot's configuration.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const Kubeconfig = z.object({
  clusters: z.tuple([z.object({ cluster: z.object({ server: z.url(), 'certificate-authority-data': z.base64() }) })]),
  users: z.tuple([z.object({ user: z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }) })]),
});
const Event = z.object({
  type: z.string(),
  object: z.looseObject({
    metadata: z.looseObject({ name: z.string(), namespace: z.string().default('') }),
    subsets: z.array(z.looseObject({ addresses: z.array(z.looseObject({ ip: z.string() })).default([]) })).default([]),
  }),
});

const [kubeconfig = '', zoneFile = '', knotConfig = ''] = process.argv.slice(2);
const addresses = new Map<string, string[]>();
let serial = Math.floor(Date.now() / 1000);

function take(line: string): void {
  const { type, object } = Event.parse(JSON.parse(line));
  const name = `${object.metadata.name}.${object.metadata.namespace}.svc`;
  if (type === 'DELETED') addresses.delete(name);
  else addresses.set(name, object.subsets.flatMap((subset) => subset.addresses.map(({ ip }) => ip)));
  publish();
}

/** The file is there in one piece before knot is told. */
function publish(): void {
  serial += 1;
  const head = ['$ORIGIN cluster.local.', '$TTL 1', `@ IN SOA ns hostmaster ${serial} 3600 600 86400 1`, '@ IN NS ns', 'ns IN A 127.0.0.1'];
  const records = [...addresses].flatMap(([name, ips]) => ips.map((ip) => `${name} IN A ${ip}`));
  writeFileSync(`${zoneFile}.part`, `${[...head, ...records].join('\n')}\n`);
  renameSync(`${zoneFile}.part`, zoneFile);
  execFileSync('knotc', ['--config', knotConfig, '--blocking', 'zone-reload', 'cluster.local'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** From the start of time on, so that a broken connection loses nothing; the API server ends each watch after some minutes. */
function watch(): void {
  const { clusters: [{ cluster }], users: [{ user }] } = Kubeconfig.parse(JSON.parse(readFileSync(kubeconfig, 'utf8')));
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  const call = request(`${cluster.server}/api/v1/endpoints?watch=1`, { ca: bytes(cluster['certificate-authority-data']), cert: bytes(user['client-certificate-data']), key: bytes(user['client-key-data']) }, (answer) => {
    publish();
    createInterface({ input: answer }).on('line', take).on('close', again);
  });
  call.on('error', again).end();
}

function again(): void {
  addresses.clear();
  setTimeout(watch, 500);
}

watch();
