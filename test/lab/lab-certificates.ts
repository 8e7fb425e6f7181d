/** The lab's certificates, made by openssl: an authority, the leaves that it issues, and what a kit holds of them. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from './lab-account.ts';

export type Run = (argv: readonly string[], input?: string) => string;

export const AGENT_USE = 'extendedKeyUsage=clientAuth';
export const serverUse = (hostname: string): string => `extendedKeyUsage=serverAuth\nsubjectAltName=DNS:${hostname}`;

/** Writes ca.crt and ca.key. */
export function authority(folder: string, name: string, run: Run): void {
  run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650', '-subj', `/O=Recovery lab/CN=${name}`,
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign', '-keyout', join(folder, 'ca.key'), '-out', join(folder, 'ca.crt')]);
}

/** Writes NAME.crt and NAME.key into the folder, issued by the authority that lies in `issuer`. */
export function leaf(folder: string, name: string, extensions: string, run: Run, issuer = folder): void {
  const part = (end: string) => join(folder, `${name}.${end}`);
  run(['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-keyout', part('key'), '-out', part('csr')]);
  writeFileSync(part('ext'), `basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n${extensions}\n`);
  run(['openssl', 'x509', '-req', '-in', part('csr'), '-CA', join(issuer, 'ca.crt'), '-CAkey', join(issuer, 'ca.key'), '-CAcreateserial', '-days', '120', '-out', part('crt'), '-extfile', part('ext')]);
  if (issuer !== folder) copyFileSync(join(issuer, 'ca.crt'), join(folder, 'ca.crt'));
}

export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  giveToLab(folder);
}

/** Writes ca.crt, server.crt and server.key; without an `issuer` its authority is made for it. */
export function makeServerTls(folder: string, hostname: string, run: Run, issuer?: string): void {
  makeFolder(folder);
  if (issuer === undefined) authority(folder, 'Corporate root', run);
  leaf(folder, 'server', serverUse(hostname), run, issuer);
}

/** Writes ca.crt, client.crt and client.key: with these our side calls its federation peers. */
export function makeFederationClient(folder: string, run: Run, issuer?: string): void {
  makeFolder(folder);
  if (issuer === undefined) authority(folder, 'Federation', run);
  leaf(folder, 'client', AGENT_USE, run, issuer);
}

/** The agents' CA as the database keeps it, and a certificate of one agent in `FOLDER/pki/agent.crt`. */
export function makeAgentPki(folder: string, run: Run): { authority: string; authorityKey: string } {
  const pki = join(folder, 'pki');
  makeFolder(pki);
  authority(pki, 'Ampora agents', run);
  leaf(pki, 'agent', AGENT_USE, run);
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
