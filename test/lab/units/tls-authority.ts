/** A certificate authority of the lab's own, with its list of what it has revoked: the "corporate CA" of the runbooks. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToLab } from '../lab-account.ts';
import { authority, type Run } from '../lab-certificates.ts';
import { ensurePackages, packagesMissing } from '../packages.ts';
import { unitFolder } from '../place.ts';
import { labRun } from '../postgres-server.ts';
import type { LabPlace, LabUnit } from '../unit.ts';

const PACKAGES = ['openssl'];

export const unit: LabUnit = {
  name: 'tls-authority',
  what: 'a certificate authority by openssl, with a revocation list',
  fidelity: 'real',
  needs: [],
  missing: async () => packagesMissing(PACKAGES),
  async up(place) {
    ensurePackages(PACKAGES);
    const folder = unitFolder(place, unit.name);
    giveToLab(folder);
    const run = runIn(place);
    if (!existsSync(join(folder, 'ca.crt'))) authority(folder, 'Corporate root', run);
    writeFileSync(join(folder, 'ca.conf'), revocationConfig(folder));
    for (const [name, text] of [['index', ''], ['crl-number', '01\n']] as const) if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), text);
    giveToLab(folder);
    renewRevocationList(place);
  },
  async down(place) {
    rmSync(join(place.state, unit.name), { recursive: true, force: true });
  },
  async status(place) {
    const { certificate, revocationList } = authorityIn(place);
    if (!existsSync(revocationList)) return null;
    const facts = runIn(place)(['openssl', 'x509', '-in', certificate, '-noout', '-subject', '-enddate', '-fingerprint', '-sha256']).trim().split('\n').join(', ');
    return { certificate, 'revocation list': revocationList, facts };
  },
};

/** Files of the authority; its key lies beside the certificate as ca.key. */
export function authorityIn(place: LabPlace): { folder: string; certificate: string; revocationList: string } {
  const folder = join(place.state, unit.name);
  return { folder, certificate: join(folder, 'ca.crt'), revocationList: join(folder, 'crl.pem') };
}

export function runIn(place: LabPlace): Run {
  return (argv, input) => labRun(argv, join(place.state, unit.name), input);
}

/** Puts the certificate on the list. */
export function revoke(place: LabPlace, certificate: string): void {
  runIn(place)(['openssl', 'ca', '-config', join(place.state, unit.name, 'ca.conf'), '-revoke', certificate]);
  renewRevocationList(place);
}

function renewRevocationList(place: LabPlace): void {
  runIn(place)(['openssl', 'ca', '-config', join(place.state, unit.name, 'ca.conf'), '-gencrl', '-out', authorityIn(place).revocationList]);
}

function revocationConfig(folder: string): string {
  return ['[ca]', 'default_ca = lab', '[lab]', `database = ${folder}/index`, `crlnumber = ${folder}/crl-number`, `certificate = ${folder}/ca.crt`, `private_key = ${folder}/ca.key`, 'default_md = sha256', 'default_crl_days = 30', ''].join('\n');
}
