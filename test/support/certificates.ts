/** Certificates by the real openssl: an authority, and leaves below it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const openssl = (folder: string, args: readonly string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });

/** `NAME.crt` and `NAME.key`, self-signed, able to sign others. */
export function makeAuthority(folder: string, name: string, days = 3650): void {
  openssl(folder, ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days), '-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', `${name}.key`, '-out', `${name}.crt`]);
}

export interface LeafOptions {
  by: string; // the authority's name
  names?: string; // subjectAltName, default DNS:ampora.example,IP:127.0.0.1
  days?: number;
  authority?: boolean; // an intermediate
  purpose?: 'serverAuth' | 'clientAuth' | 'serverAuth,clientAuth';
  subject?: string; // default /CN=NAME
}

/** `NAME.crt` and `NAME.key`, signed by `by`. */
export function makeLeaf(folder: string, name: string, { by, names = 'DNS:ampora.example,DNS:*.ampora.example,IP:127.0.0.1', days = 90, authority = false, purpose = 'serverAuth', subject = `/CN=${name}` }: LeafOptions): void {
  openssl(folder, ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`]);
  writeFileSync(join(folder, `${name}.ext`), authority ? 'basicConstraints=critical,CA:TRUE\n' : `subjectAltName=${names}\nextendedKeyUsage=${purpose}\nbasicConstraints=CA:FALSE\n`);
  openssl(folder, ['x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', String(days), '-out', `${name}.crt`, '-extfile', `${name}.ext`]);
}
