/**
 * The First drill: a small fictional service with a real encrypted backup, key, certificates and container image,
 * made in a data folder of its own, so that nothing of it ever mixes with the real record, people or keys.
 */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { writeOciLayout } from './oci-layout.ts';
import { sealValue } from './seal.ts';

export const FIRST_DRILL_ID = 'first-drill';

/** The people of the drill. Their passphrases stand in the runbook for everybody to read: they protect nothing. */
export const FIRST_DRILL_PEOPLE = [
  { name: 'Robin Vale', roles: ['operator'], passphrase: 'lanterns at dusk', env: 'BLACKSTART_DRILL_OPERATOR' },
  { name: 'Ada Keeper', roles: ['harbour-master'], passphrase: 'light the north quay', env: 'BLACKSTART_DRILL_WITNESS' },
] as const;

/** The drill's own data folder below the real one: own journal, own device key, own people. */
export function firstDrillDataDir(dataDir: string): string {
  return join(dataDir, FIRST_DRILL_ID);
}

/** Age after which an undamaged set is made anew: the fictional service has gone on running since. */
const KEEP_MS = 12 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
const CERTIFICATE_DAYS = 365;
const FOLDER = 'lanterns';

/** Who holds a share of the master key; invented, like everything of the harbour. Three of them make it. */
export const FIRST_DRILL_CUSTODIANS = [
  { name: 'Ines Marlowe', role: 'warden', place: 'North quay, safe' },
  { name: 'Tomas Reed', role: 'warden', place: 'South quay, safe' },
  { name: 'Ada Keeper', role: 'harbour master', place: 'Harbour office' },
  { name: 'Jonah Pike', role: 'pilot', place: 'Pilot station' },
  { name: 'Mara Lund', role: 'notary', place: 'Town hall, deposit' },
] as const;
export const FIRST_DRILL_THRESHOLD = 3;
/** Folder of the shares, a file a custodian, named in their order. */
export const SHARES_FOLDER = 'custodians';
/** Tells one making of the material from another; the shares of a new one are enrolled anew. */
export const MAKING_FILE = 'making.txt';

export interface FirstDrillHost {
  /** The drill's own data folder, see `firstDrillDataDir`. */
  dataDir: string;
  /** Folder of the First drill's runbook; it holds the service's program. */
  runbookDir: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Writes the SQLite database in a process that may: see `lanterns-database.ts`. */
  makeDatabase: (request: { file: string; until: number; masterKeyFile: string }) => Promise<void>;
  /** Makes everything anew, whatever is there. */
  fresh?: boolean;
}

/**
 * Makes the material in `DATA/lanterns` if it is missing, was left half made, or is whole but old. Damaged material stays
 * as it is, so that readiness can say so. Returns whether anything was made.
 */
export async function prepareFirstDrill(host: FirstDrillHost): Promise<boolean> {
  mkdirSync(host.dataDir, { recursive: true, mode: 0o700 });
  const folder = join(host.dataDir, FOLDER);
  removeLeftovers(host.dataDir);
  if (host.fresh !== true && existsSync(folder) && hasShares(folder) && !isWholeButOld(folder, host.now)) return false;
  const temporary = join(host.dataDir, `${FOLDER}.new-${randomBytes(6).toString('hex')}`);
  await makeMaterial(temporary, host);
  syncTree(temporary);
  if (existsSync(folder)) renameSync(folder, join(host.dataDir, `${FOLDER}.old-${randomBytes(6).toString('hex')}`));
  renameSync(temporary, folder);
  syncFolder(host.dataDir);
  removeLeftovers(host.dataDir);
  return true;
}

/** Material of a version that kept its master key in one piece is made anew. */
function hasShares(folder: string): boolean {
  return existsSync(join(folder, 'kit', MAKING_FILE));
}

function removeLeftovers(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(`${FOLDER}.new-`) || name.startsWith(`${FOLDER}.old-`)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

function isWholeButOld(folder: string, now: number): boolean {
  const sums = join(folder, 'SHA256SUMS');
  const made = statSync(sums, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && now - made > KEEP_MS && readFileSync(sums, 'utf8') === sumsOf(folder, ['SHA256SUMS']);
}

/** Large, and needed once; no start of the console should wait for it. */
async function cryptography() {
  return import('age-encryption');
}

async function makeMaterial(folder: string, host: FirstDrillHost): Promise<void> {
  for (const part of ['kit', 'backup', 'tls', 'manifests', SHARES_FOLDER]) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  const masterKey = randomBytes(32).toString('base64url');
  const keyFile = join(folder, 'kit', 'master.key'); // only while the database is made
  writeSecret(keyFile, masterKey);
  writeFileSync(join(folder, 'kit', 'canary.txt'), sealValue('The lamps are lit.', Buffer.from(masterKey)));
  const { generateX25519Identity, identityToRecipient } = await cryptography();
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  writeSecret(join(folder, 'kit', 'backup-identity.txt'), `# opens the backups of Lanterns\n# public key: ${recipient}\n${identity}`);
  await makeBackup(folder, host, recipient, { name: 'lanterns-evening', until: host.now });
  await makeBackup(folder, host, recipient, { name: 'lanterns-yesterday', until: host.now - DAY_MS });
  writeFileSync(join(folder, 'backup', 'SHA256SUMS'), sumsOf(join(folder, 'backup'), []));
  rmSync(keyFile);
  await writeShares(join(folder, SHARES_FOLDER), masterKey);
  writeFileSync(join(folder, 'kit', MAKING_FILE), `${randomBytes(8).toString('hex')}\n`);
  await makeCertificates(join(folder, 'tls'), host.now);
  await makeImage(join(folder, 'image'), host.runbookDir);
  makeManifests(join(folder, 'manifests'));
  writeFileSync(join(folder, 'SHA256SUMS'), sumsOf(folder, []));
}

/** From here on the master key is in no one place: only three shares together make it. */
async function writeShares(folder: string, masterKey: string): Promise<void> {
  const { split } = await import('shamir-secret-sharing');
  const shares = await split(new Uint8Array(Buffer.from(masterKey)), FIRST_DRILL_CUSTODIANS.length, FIRST_DRILL_THRESHOLD);
  shares.forEach((share, index) => writeSecret(join(folder, shareFile(index)), Buffer.from(share).toString('base64')));
}

/** `2-tomas-reed.share`. */
function shareFile(index: number): string {
  return `${index + 1}-${(FIRST_DRILL_CUSTODIANS[index]?.name ?? '').toLowerCase().replaceAll(' ', '-')}.share`;
}

function writeSecret(path: string, text: string): void {
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
}

async function makeBackup(folder: string, host: FirstDrillHost, recipient: string, backup: { name: string; until: number }): Promise<void> {
  const plain = join(folder, `${backup.name}.sqlite`);
  await host.makeDatabase({ file: plain, until: backup.until, masterKeyFile: join(folder, 'kit', 'master.key') });
  const { Encrypter } = await cryptography();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  writeFileSync(join(folder, 'backup', `${backup.name}.sqlite.age`), await encrypter.encrypt(new Uint8Array(readFileSync(plain))));
  rmSync(plain);
}

async function makeCertificates(folder: string, now: number): Promise<void> {
  const { makeServerCertificate } = await import('./certificates.ts');
  const made = await makeServerCertificate({ names: ['lanterns.example', 'localhost'], addresses: ['127.0.0.1'], days: CERTIFICATE_DAYS, now });
  writeFileSync(join(folder, 'ca.crt'), made.ca);
  writeFileSync(join(folder, 'server.crt'), made.certificate);
  writeFileSync(join(folder, 'server.key'), made.key, { mode: 0o600 });
}

async function makeImage(folder: string, runbookDir: string): Promise<void> {
  const program = join(runbookDir, 'lanterns.mjs');
  if (!existsSync(program)) throw new EngineError('not-found', `The First drill's program is missing: ${program}.`, { hint: 'Install Blackstart again.' });
  await writeOciLayout(folder, { tag: 'v1', files: { 'app/lanterns.mjs': readFileSync(program, 'utf8'), 'app/VERSION': '1\n' }, entrypoint: ['node', '/app/lanterns.mjs'] });
}

function makeManifests(folder: string): void {
  writeFileSync(join(folder, 'service.yaml'), 'name: lanterns\nimage: lanterns:v1\nlisten: 127.0.0.1\nhost: lanterns.example\nhealth: /health/ready\n');
  writeFileSync(join(folder, 'database.yaml'), 'name: lanterns\nengine: sqlite\nfile: lanterns.sqlite\nopen: read-only\n');
  writeFileSync(join(folder, 'SHA256SUMS'), sumsOf(folder, []));
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** The text of a `sha256sum` list over all files below a folder, apart from `except`. */
function sumsOf(folder: string, except: readonly string[]): string {
  const digest = (name: string) => createHash('sha256').update(readFileSync(join(folder, name))).digest('hex');
  return filesBelow(folder).filter((name) => !except.includes(name)).map((name) => `${digest(name)}  ${name}\n`).join('');
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function syncTree(folder: string): void {
  for (const name of filesBelow(folder)) syncFolder(join(folder, name));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) if (entry.isDirectory()) syncFolder(join(entry.parentPath, entry.name));
  syncFolder(folder);
}
