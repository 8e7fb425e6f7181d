/** The lab's certificates, made by openssl: the server's, and those of the agents with their own CA. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from './lab-account.ts';

type Run = (argv: readonly string[], input?: string) => string;

function authority(folder: string, name: string, run: Run): void {
  run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650', '-subj', `/O=Ampora lab/CN=${name}`,
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-keyout', join(folder, 'ca.key'), '-out', join(folder, 'ca.crt')]);
}

function leaf(folder: string, name: string, extensions: string, run: Run): void {
  const part = (end: string) => join(folder, `${name}.${end}`);
  run(['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', part('key'), '-out', part('csr')]);
  writeFileSync(part('ext'), `basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n${extensions}\n`);
  run(['openssl', 'x509', '-req', '-in', part('csr'), '-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial', '-days', '120', '-out', part('crt'), '-extfile', part('ext')]);
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveToLab(folder);
}

/** Writes ca.crt, server.crt and server.key. */
export function makeServerTls(folder: string, hostname: string, run: Run): void {
  makeFolder(folder);
  authority(folder, 'Corporate root', run);
  leaf(folder, 'server', `extendedKeyUsage=serverAuth\nsubjectAltName=DNS:${hostname}`, run);
}

/** Writes ca.crt, client.crt and client.key: with these our side calls its federation peers. */
export function makeFederationClient(folder: string, run: Run): void {
  makeFolder(folder);
  authority(folder, 'Federation', run);
  leaf(folder, 'client', 'extendedKeyUsage=clientAuth', run);
}

/** The agents' CA as the database keeps it, and a certificate of one agent in `FOLDER/pki/agent.crt`. */
export function makeAgentPki(folder: string, run: Run): { authority: string; authorityKey: string } {
  const pki = join(folder, 'pki');
  makeFolder(pki);
  authority(pki, 'Ampora agents', run);
  leaf(pki, 'agent', 'extendedKeyUsage=clientAuth', run);
  return { authority: readFileSync(join(pki, 'ca.crt'), 'utf8'), authorityKey: readFileSync(join(pki, 'ca.key'), 'utf8') };
}

/** An emergency kubeconfig whose client certificate is the agent's: it names a cluster that does not exist. */
export function makeKubeconfig(path: string, pki: string): void {
  const encoded = (name: string) => readFileSync(join(pki, name)).toString('base64');
  const config = {
    apiVersion: 'v1', kind: 'Config', 'current-context': 'dr',
    clusters: [{ name: 'dr', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': encoded('ca.crt') } }],
    users: [{ name: 'break-glass', user: { 'client-certificate-data': encoded('agent.crt'), 'client-key-data': encoded('agent.key') } }],
    contexts: [{ name: 'dr', context: { cluster: 'dr', user: 'break-glass' } }],
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
}
