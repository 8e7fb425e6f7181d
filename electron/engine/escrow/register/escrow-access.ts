/** Keys out of escrow for runs and checks: by a quorum of share files, each compared first, all of it on record. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EngineError, spokenFault } from '../../../contract/errors.ts';
import { ShareScheme } from '../../../contract/escrow.ts';
import type { EscrowAccess, EscrowWish } from '../../secrets/escrow-access.ts';
import type { SourceAnswer } from '../../secrets/read-source.ts';
import { readShareFile } from '../quorum/ask-quorum.ts';
import type { ShareInput } from '../quorum/quorum.ts';
import { inForce, currentVersion, type FoldedKey } from './fold-register.ts';
import { lookAtNetwork } from './network.ts';
import type { RegisterHost } from './register.ts';
import { obtainVerified, type Verified } from './verify.ts';

export function escrowAccess(host: RegisterHost): EscrowAccess {
  return { obtain: async (key, wish) => (wish.mode === 'check' ? orReason(key, obtain(host, key, wish)) : obtain(host, key, wish)) };
}

async function orReason(key: string, asked: Promise<SourceAnswer>): Promise<SourceAnswer> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof EngineError && thrown.code !== 'internal' && thrown.code !== 'disk') return { kind: 'absent', source: `escrow ${key}`, why: spokenFault(thrown) };
    throw thrown;
  }
}

async function obtain(host: RegisterHost, key: string, wish: EscrowWish): Promise<SourceAnswer> {
  const absent = (why: string): SourceAnswer => ({ kind: 'absent', source: `escrow ${key}`, why });
  const found = host.fold().keys.get(key);
  if (found === undefined) return absent('no such key is in escrow here');
  const scheme = ShareScheme.safeParse(inForce(currentVersion(found)).enrolled.scheme);
  if (!scheme.success) return absent('the key is not held in shares; give it as a file or at the prompt');
  const files = wish.files ?? filesAt(found);
  if (files.length === 0) return absent('its custodians have to bring their shares together');
  const shares = readShares(files, scheme.data);
  try {
    const done = await obtainVerified(host, {
      key, brought: { shares }, trials: [], purpose: wish.mode === 'live' ? 'incident' : wish.run === null ? 'routine' : 'drill', operator: null, network: lookAtNetwork(host.clock.now()), run: wish.run,
      ...(wish.passphrase === undefined ? {} : { passphrase: wish.passphrase }),
    }, { secret: wish.secret, for: wish.for }, wish.mode !== 'live');
    return answerOf(key, done);
  } finally {
    for (const { bytes } of shares) bytes.fill(0);
  }
}

function answerOf(name: string, { key, record }: Verified & { key: Uint8Array | null }): SourceAnswer {
  const bad = record.shares.filter(({ result }) => result !== 'match').map(({ label, slot, custody, detail }) => `${label}${slot === null ? '' : ` (${slot}${custody === null ? '' : `, ${custody.custodian}`})`}: ${detail}`);
  if (key !== null) return { kind: 'found', source: `escrow ${name}, shares ${(record.quorum?.used ?? []).join(', ')}`, bytes: key };
  const hint = { hint: 'Ask for another custodian’s share, and find out what happened to this one.' };
  throw new EngineError('bad', bad.length > 0 ? `The escrow ${name} has a share that does not hold. ${bad.join(' ')}` : record.result, hint);
}

function filesAt({ sharesAt }: FoldedKey): string[] {
  if (sharesAt === null || statSync(sharesAt, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return shareFilesIn(sharesAt);
}

/** One share a file; hidden files are none. In order of their names. EngineError `not-found` for a folder that cannot be read */
export function shareFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => join(folder, name)).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch (cause) {
    throw new EngineError('not-found', `The folder ${folder} cannot be read.`, { cause });
  }
}

/** EngineError `not-found` or `refused`, as `readShareFile` */
export function readShares(files: readonly string[], scheme: ShareScheme): ShareInput[] {
  return files.map((path) => ({ label: basename(path), bytes: readShareFile(path, scheme) }));
}
