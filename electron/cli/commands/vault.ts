import { Command, Option } from 'commander';
import { CredentialPlace, CredentialSetting, type Credential, type CredentialsView } from '../../contract/credentials.ts';
import { EngineError } from '../../contract/errors.ts';
import { actorOf } from '../../engine/people/people.ts';
import type { DataFolderReader } from '../../engine/data-folder.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import { askNewSecret, askSecret, readNamedSecret } from '../secret-input.ts';
import type { Session } from '../session.ts';

export function vaultCommand(perform: Perform): Command {
  return new Command('vault')
    .description('credentials that this laptop keeps: in the system’s keyring, or in an encrypted file')
    .addCommand(setCommand(perform))
    .addCommand(listCommand(perform))
    .addCommand(removeCommand(perform))
    .addCommand(statusCommand(perform))
    .addCommand(useCommand(perform))
    .addCommand(passphraseCommand(perform));
}

function places(): Option {
  return new Option('--in <place>', 'where to keep it; default: what "vault status" names').choices([...CredentialPlace.options]);
}

interface SetOptions {
  valueEnv?: string;
  valueFile?: string;
  valueStdin?: boolean;
  in?: CredentialPlace;
  by?: string;
}

function setCommand(perform: Perform): Command {
  return new Command('set')
    .description('keep a credential; its value comes from standard input, a file, a variable or a hidden question')
    .argument('<name>', 'SERVICE/ACCOUNT, as runbooks write it after keychain:; keys of object stores are blackstart-s3/BUCKET or blackstart-s3/default')
    .option('--value-stdin', 'read the value from standard input')
    .option('--value-file <file>', 'read the value from a file; one final newline is dropped')
    .option('--value-env <variable>', 'take the value of an environment variable')
    .addOption(places())
    .option('--by <name>', 'who does it; for the record')
    .addHelpText('after', '\nKeys of an object store are written as KEY_ID:SECRET, or as the AWS tools write them into a file.\n\nExample:\n  blackstart vault set blackstart-s3/default --value-file keys.txt')
    // Otherwise what stands there too much would be repeated in the complaint.
    .allowExcessArguments(true)
    .action(async (name: string, options: SetOptions, command: Command) =>
      perform(command, async (session) => {
        const { terminal } = session;
        if (command.args.length > 1) throw new EngineError('usage', 'Only the name stands on the command line; a value there can be read by every program of this laptop, and is kept by the shell.', { hint: 'If that was the value, change it, and give the new one by --value-stdin, --value-file or --value-env.' });
        const value = await valueOf(session, options);
        const place = await session.writer().credentials.set(name, value, actorOf(options.by), options.in);
        if (terminal.json) terminal.document({ credential: { name, place } });
        terminal.line(`Kept ${name} in ${PLACES[place]}.`);
        return EXIT.good;
      }),
    );
}

async function valueOf(session: Session, { valueEnv, valueFile, valueStdin }: SetOptions): Promise<Uint8Array> {
  const value = (await readNamedSecret({ env: valueEnv, file: valueFile, stdin: valueStdin }, 'The value', session)) ?? (await askSecret(session.around, 'Value (it is not shown): '));
  if (value !== null) return value;
  throw new EngineError('waiting', 'A value is needed, and nobody can be asked.', { hint: 'Name where it comes from: --value-stdin, --value-file or --value-env.' });
}

const PLACES: Readonly<Record<CredentialPlace, string>> = { keyring: 'the system’s keyring', keytar: 'the system’s keyring, by keytar', vault: 'the vault' };
const ANSWERS = { found: 'it is there', absent: 'it is gone', 'absent-or-locked': 'gone or locked', locked: 'locked', unavailable: 'cannot be asked' } as const;

function listCommand(perform: Perform): Command {
  return new Command('list')
    .description('names of what was set on this laptop, without values')
    .option('--check', 'look whether each can be read now')
    .addHelpText('after', '\nWhat other programs put into the keyring is found by its name, but not listed.\n\nExample:\n  blackstart vault list --check')
    .action(async ({ check }: { check?: boolean }, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const { credentials } = reader();
        const rows = await Promise.all(credentials.list().map(async (one) => (check === true ? { ...one, now: await lookUp(credentials, one) } : one)));
        if (terminal.json) terminal.document({ credentials: rows });
        for (const row of rows) terminal.line(`${row.name.padEnd(32)} ${PLACES[row.place]}, since ${row.at.slice(0, 10)}${row.by === null ? '' : ` by ${row.by}`}${row.state === 'unknown' ? ', unknown: cut off while it was written' : ''}${'now' in row ? `, ${ANSWERS[row.now]}` : ''}`);
        if (rows.length === 0) terminal.line('Nothing was set on this laptop yet.');
        return rows.some((row) => 'now' in row && row.now !== 'found') ? EXIT.bad : EXIT.good;
      }),
    );
}

async function lookUp(credentials: DataFolderReader['credentials'], { name }: Credential): Promise<keyof typeof ANSWERS> {
  const at = name.indexOf('/');
  const answer = await credentials.read(name.slice(0, at), name.slice(at + 1));
  if (answer.kind === 'found') answer.bytes.fill(0);
  return answer.kind;
}

function removeCommand(perform: Perform): Command {
  return new Command('remove')
    .description('forget a credential, wherever it is kept')
    .argument('<name>', 'SERVICE/ACCOUNT')
    .option('--by <name>', 'who does it; for the record')
    .addHelpText('after', '\nExample:\n  blackstart vault remove blackstart-s3/default')
    .action(async (name: string, { by }: { by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        await writer().credentials.remove(name, actorOf(by));
        if (terminal.json) terminal.document({ removed: name });
        terminal.line(`Removed ${name}.`);
        return EXIT.good;
      }),
    );
}

function statusCommand(perform: Perform): Command {
  return new Command('status')
    .description('where credentials are kept, and why there')
    .addHelpText('after', '\nExample:\n  blackstart vault status --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const view = await reader().credentials.view();
        if (terminal.json) terminal.document({ vault: view });
        for (const line of statusLines(view)) terminal.line(line);
        return EXIT.good;
      }),
    );
}

function statusLines({ setting, set_by, place, why, keyring, vault, credentials }: CredentialsView): string[] {
  const by = { default: 'nobody chose', record: 'chosen with "vault use"', environment: 'chosen by BLACKSTART_CREDENTIALS' }[set_by];
  return [
    `What is set now goes to: ${place === null ? 'nowhere' : PLACES[place]}. ${why}`,
    `Setting: ${setting} (${by})`,
    `Keyring: ${keyring.state}${keyring.detail === null ? '' : `: ${keyring.detail}`}`,
    `Vault:   ${vault.state}, ${vault.path}${vault.detail === null ? '' : `: ${vault.detail}`}`,
    `Kept: ${credentials.length === 0 ? 'nothing' : credentials.map(({ name }) => name).join(', ')}`,
  ];
}

function useCommand(perform: Perform): Command {
  return new Command('use')
    .description('choose where credentials are kept from now on; what is there stays where it is, and is found')
    .argument('<place>', CredentialSetting.options.join(', '))
    .option('--by <name>', 'who does it; for the record')
    .addHelpText('after', '\nExample:\n  blackstart vault use vault')
    .action(async (place: string, { by }: { by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const setting = CredentialSetting.safeParse(place);
        if (!setting.success) throw new EngineError('usage', `"${place}" is no place for credentials.`, { hint: `It is one of ${CredentialSetting.options.join(', ')}.` });
        const { credentials } = writer();
        credentials.use(setting.data, actorOf(by));
        const view = await credentials.view();
        if (terminal.json) terminal.document({ vault: view });
        for (const line of statusLines(view)) terminal.line(line);
        return EXIT.good;
      }),
    );
}

function passphraseCommand(perform: Perform): Command {
  return new Command('passphrase')
    .description('seal the vault with another passphrase')
    .option('--new-passphrase-env <variable>', 'environment variable with the new one')
    .option('--new-passphrase-file <file>', 'file with the new one')
    .addHelpText('after', '\nExample:\n  blackstart vault passphrase --vault-passphrase-file old --new-passphrase-file new')
    .action(async ({ newPassphraseEnv, newPassphraseFile }: { newPassphraseEnv?: string; newPassphraseFile?: string }, command: Command) =>
      perform(command, async (session) => {
        const given = (await readNamedSecret({ env: newPassphraseEnv, file: newPassphraseFile }, 'The new passphrase', session)) ?? (await askNewSecret(session.around, 'the vault'));
        if (given === null) throw new EngineError('waiting', 'The new passphrase is needed, and nobody can be asked.', { hint: 'Name it with --new-passphrase-env or --new-passphrase-file.' });
        await session.writer().credentials.vault.changePassphrase(given);
        if (session.terminal.json) session.terminal.document({ changed: true });
        session.terminal.line('The vault has a new passphrase. Copies that were made before keep the old one.');
        return EXIT.good;
      }),
    );
}
