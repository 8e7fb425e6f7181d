/** The laptop's key: made at first start, kept in `keys/`. */
import { EngineError } from '../../contract/errors.ts';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSigningKey, generateSeed, parseSigningKey, signNote, signerFromSeed } from '../note/note.ts';
import type { Signer } from '../note/note.ts';
import { makeFolder, writeDurably } from './durable-file.ts';
import type { DeviceIdentity } from './journal.ts';

const HEADER = 'blackstart/device-key/v1';

export interface DeviceKey {
  identity: DeviceIdentity;
  signer: Signer;
}

/**
 * Reads `keys/device.sealed`, or makes the key when `keys/` is new. The file is readable by its owner alone; it says in
 * its first line how it is guarded.
 *
 * @throws EngineError `refused` when the two files do not belong together or one of them is missing
 */
export function loadDeviceKey(folder: string): DeviceKey {
  const [sealed, vkey] = [join(folder, 'device.sealed'), join(folder, 'device.vkey')];
  if (!existsSync(sealed) && existsSync(vkey)) {
    throw new EngineError('refused', `The device key ${sealed} is missing, though ${vkey} is there.`, { hint: 'Put the key file back from a copy, or start with a new data folder.' });
  }
  if (!existsSync(sealed)) makeDeviceKey(folder, sealed);
  const key = openSealed(readFileSync(sealed, 'utf8'), sealed);
  if (!existsSync(vkey)) writeDurably(vkey, `${key.signer.vkey}\n`, 0o644);
  if (readFileSync(vkey, 'utf8').trim() !== key.signer.vkey) {
    throw new EngineError('refused', `${vkey} is not the public half of ${sealed}.`, { hint: 'One of the two was replaced. Keep the folder for whoever investigates.' });
  }
  return key;
}

/** The private half first: a crash in between leaves a key from which the public half is made again. */
function makeDeviceKey(folder: string, sealed: string): void {
  makeFolder(folder);
  const name = `device/${randomBytes(4).toString('hex')}`;
  writeDurably(sealed, `${HEADER} unwrapped\n${formatSigningKey(name, generateSeed())}\n`, 0o600);
}

function openSealed(text: string, path: string): DeviceKey {
  const [header, key] = text.split('\n');
  if (header !== `${HEADER} unwrapped` || key === undefined) throw new EngineError('refused', `${path} is not a device key that this version can open.`);
  const signer = parseSigningKey(key);
  return { identity: { name: signer.name, vkey: signer.vkey, protection: 'unwrapped' }, signer };
}

/** A key that lives as long as a run, with the device's word for it. */
export interface RunKey {
  signer: Signer;
  /** Signed note: `blackstart/run-key/v1`, the run, the key. */
  certificate: string;
}

export function makeRunKey(run: string, device: Signer): RunKey {
  const signer = signerFromSeed(`run/${run}`, generateSeed());
  return { signer, certificate: signNote(`blackstart/run-key/v1\nrun ${run}\nkey ${signer.vkey}\n`, [device]) };
}
