import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { readDeviceKey, sealedPath } from '../../engine/journal/device-key.ts';
import { openWrapped, type Opened } from '../../engine/journal/seal-device-key.ts';
import { actorOf } from '../../engine/people/people.ts';
import { systemKeychain } from '../../engine/secrets/keychain.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import { askNewSecret, readNamedSecret } from '../secret-input.ts';
import type { Session } from '../session.ts';

export function keyCommand(perform: Perform): Command {
  return new Command('key')
    .description('how the key that signs this record is guarded, and whether it opens now')
    .addHelpText('after', '\nExample:\n  blackstart record key --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader, devicePassphrase }) => {
        const device_key = await reader().deviceKey(devicePassphrase);
        if (device_key === null) throw new EngineError('not-found', 'There is no key yet; it is made at the first start.', { hint: 'Give the data folder with --data-dir.' });
        if (terminal.json) terminal.document({ device_key });
        terminal.line(device_key.words);
        terminal.line(device_key.vkey);
        return device_key.locked === null ? EXIT.good : EXIT.waiting;
      }),
    );
}

interface ProtectOptions {
  keyring?: boolean;
  passphrase?: boolean;
  newPassphraseEnv?: string;
  newPassphraseFile?: string;
  unwrap?: boolean;
  by?: string;
}

export function protectKeyCommand(perform: Perform): Command {
  return new Command('protect-key')
    .description('choose what guards the key that signs this record: the keyring, a passphrase, or both, of which either opens it')
    .option('--keyring', 'by a random key in the system’s keyring')
    .option('--passphrase', 'by a passphrase that is asked for')
    .option('--new-passphrase-env <variable>', 'by the passphrase in that environment variable')
    .option('--new-passphrase-file <file>', 'by the passphrase in that file')
    .option('--unwrap', 'by nothing but the rights of its file, as after the first start')
    .option('--by <name>', 'who does it; for the record')
    .addHelpText('after', '\nA key that a passphrase guards now is opened with --device-passphrase-env, --device-passphrase-file, or by typing it.\n\nExample:\n  blackstart record protect-key --keyring --passphrase --by "Priya Raman"')
    .action(async (options: ProtectOptions, command: Command) =>
      perform(command, async (session) => {
        const byPassphrase = await newPassphrase(session, options);
        try {
          requireOneWay(options, byPassphrase);
          const device_key = await protect(session, options, byPassphrase);
          if (session.terminal.json) session.terminal.document({ device_key });
          session.terminal.line(device_key.words);
          session.terminal.line('Copies of the data folder that were made before hold the key as it was guarded then.');
          return EXIT.good;
        } finally {
          byPassphrase?.fill(0);
        }
      }),
    );
}

async function newPassphrase(session: Session, { passphrase, newPassphraseEnv, newPassphraseFile }: ProtectOptions): Promise<Uint8Array | undefined> {
  const named = await readNamedSecret({ env: newPassphraseEnv, file: newPassphraseFile }, 'The new passphrase', session);
  if (named !== null) return named;
  if (passphrase !== true) return undefined;
  const asked = await askNewSecret(session.around, 'this laptop’s key');
  if (asked === null) throw new EngineError('waiting', 'The new passphrase is needed, and nobody can be asked.', { hint: 'Name it with --new-passphrase-env or --new-passphrase-file.' });
  return asked;
}

function requireOneWay({ keyring, unwrap }: ProtectOptions, byPassphrase: Uint8Array | undefined): void {
  const guarded = keyring === true || byPassphrase !== undefined;
  if (guarded === (unwrap === true)) throw new EngineError('usage', 'Say what shall guard the key.', { hint: 'Add --keyring, --passphrase or both; or --unwrap alone.' });
}

async function protect(session: Session, { keyring, by }: ProtectOptions, byPassphrase: Uint8Array | undefined) {
  const folder = session.writer();
  // To change its guards takes what guards it now, also while it is open.
  const { guards, locked } = await folder.unlockDevice();
  const current = guards.includes('passphrase') && (locked !== null || !guards.includes('keyring')) ? await session.devicePassphrase() : null;
  try {
    return await folder.protectDevice({ actor: actorOf(by), byKeyring: keyring === true, byPassphrase, current: current ?? undefined });
  } finally {
    current?.fill(0);
  }
}

/** Without the record being opened: for a damaged one. Undefined for a key that is not wrapped. */
export async function openedDeviceKey({ dataDir, devicePassphrase }: Session): Promise<Opened | undefined> {
  const folder = join(dataDir, 'keys');
  if (!existsSync(sealedPath(folder))) return undefined;
  const { wrapped, identity } = readDeviceKey(folder);
  if (wrapped === null) return undefined;
  const opened = await openWrapped(wrapped, { keyring: systemKeychain() });
  if (opened.kind === 'open' || !identity.guards.includes('passphrase')) return opened;
  const passphrase = await devicePassphrase();
  if (passphrase === null) return opened;
  try {
    return await openWrapped(wrapped, { passphrase });
  } finally {
    passphrase.fill(0);
  }
}
