/** Who holds which share, who is away or left, what was destroyed, and which backups a key seals. */
import { Command } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import { defineSet, markAway, noteFingerprint, placeShares, recordDestroyed, removeSet, retireVersion, revokeCustodian, setCustody, type CustodyChange } from '../../engine/escrow/register/custodians.ts';
import { parseKnownAnswer } from '../../engine/escrow/register/known-answer-file.ts';
import { nameOf, wholeNumber } from '../escrow-input.ts';
import { EXIT, type ExitStatus } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Session } from '../session.ts';

const BY = ['--by <name>', 'who says so; default: this account’s name'] as const;

export function custodianCommand(perform: Perform): Command {
  return new Command('custodian').description('who holds which share').addCommand(setCustodianCommand(perform)).addCommand(revokeCommand(perform));
}

interface CustodianOptions { key: string; share: string; keyVersion?: string; name?: string; role?: string; acknowledged?: string; deputy?: string; place?: string; bag?: string; seal?: string; by?: string }

function setCustodianCommand(perform: Perform): Command {
  return new Command('set')
    .description('put on record who holds a share; what is left out stays as it was')
    .requiredOption('--key <id>', 'the key').requiredOption('--share <x>', 'number of the share').option('--key-version <n>', 'version of the key; default the one in force')
    .option('--name <name>', 'the custodian').option('--role <text>', 'their role').option('--acknowledged <day>', 'day on which they acknowledged the duty in writing')
    .option('--deputy <name>', 'who stands in for them').option('--place <text>', 'where the share lies').option('--bag <number>', 'number of the bag').option('--seal <number>', 'number of the seal')
    .option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow custodian set --key ampora-master --share 2 --name "Mei Tanaka" --place "Munich, bank deposit" --bag B-20418')
    .action(async ({ key, share, keyVersion, name, role, acknowledged, deputy, place, bag, seal, by }: CustodianOptions, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const change: CustodyChange = { custodian: name, role, acknowledged_on: acknowledged, deputy, place, bag, seal };
        const x = wholeNumber(share, '--share') ?? 0;
        const custody = setCustody(writer().escrow.host, { key, version: wholeNumber(keyVersion, '--key-version'), x }, change, nameOf(by));
        if (terminal.json) terminal.document({ key, x, custody });
        terminal.line(`Share ${x} of ${key}: ${[custody.custodian, custody.place, custody.bag].filter((part) => part !== null).join(', ')}`);
        return EXIT.good;
      }),
    );
}

function revokeCommand(perform: Perform): Command {
  return new Command('revoke')
    .description('a custodian leaves: their shares no longer count')
    .argument('<name>', 'the custodian')
    .requiredOption('--reason <text>', 'why').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow custodian revoke "David Moreau" --reason "left the company"')
    .action(async (name: string, { reason, by }: { reason: string; by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const held = revokeCustodian(writer().escrow.host, name, reason, nameOf(by));
        if (terminal.json) terminal.document({ revoked: name, held });
        terminal.line(`${name} holds no share that counts any more.`);
        for (const { key, version, x } of held) terminal.line(`  share ${x} of ${key} version ${version}: split the key anew (enroll --reshare) and have the old shares destroyed`);
        return EXIT.good;
      }),
    );
}

export function awayCommand(perform: Perform): Command {
  return new Command('away')
    .description('mark a custodian as away, or as back')
    .argument('<name>', 'the custodian')
    .option('--until <day>', 'last day of the absence').option('--back', 'they are back').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow away "Mei Tanaka" --until 2026-12-31')
    .action(async (name: string, { until, back, by }: { until?: string; back?: boolean; by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        markAway(writer().escrow.host, name, { away: back !== true, until: until ?? null, by: nameOf(by) });
        if (terminal.json) terminal.document({ custodian: name, away: back !== true, until: until ?? null });
        terminal.line(`${name} is ${back === true ? 'back' : `away${until === undefined ? '' : ` until ${until}`}`}.`);
        return EXIT.good;
      }),
    );
}

interface DestroyedOptions { key: string; keyVersion?: string; generation: string; share: string[]; how: string; witness?: string; by?: string }

export function destroyedCommand(perform: Perform): Command {
  return new Command('destroyed')
    .description('put on record that superseded shares were destroyed')
    .requiredOption('--key <id>', 'the key').option('--key-version <n>', 'its version; default the one in force').requiredOption('--generation <n>', 'generation of the shares')
    .requiredOption('--share <x...>', 'their numbers').requiredOption('--how <text>', 'how, and what proves it').option('--witness <name>', 'who saw it').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow destroyed --key ampora-master --generation 1 --share 1 2 3 --how "shredded, DIN 66399 P-7" --witness "Ruth Adeyemi"')
    .action(async ({ key, keyVersion, generation, share, how, witness, by }: DestroyedOptions, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const shares = share.map((x) => wholeNumber(x, '--share') ?? 0);
        const number = wholeNumber(generation, '--generation') ?? 0;
        recordDestroyed(writer().escrow.host, { key, version: wholeNumber(keyVersion, '--key-version'), generation: number, shares }, { how, by: nameOf(by), witness: witness ?? null });
        if (terminal.json) terminal.document({ key, generation: number, destroyed: shares });
        terminal.line(`Shares ${shares.join(', ')} of generation ${number} of ${key} are on record as destroyed.`);
        return EXIT.good;
      }),
    );
}

export function retireCommand(perform: Perform): Command {
  return new Command('retire')
    .description('a version of a key is no longer needed: no backup that it seals is kept')
    .requiredOption('--key <id>', 'the key').requiredOption('--key-version <n>', 'its version').requiredOption('--reason <text>', 'why').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow retire --key ampora-master --key-version 2 --reason "its last backup was deleted"')
    .action(async ({ key, keyVersion, reason, by }: { key: string; keyVersion: string; reason: string; by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        const version = wholeNumber(keyVersion, '--key-version') ?? 0;
        retireVersion(writer().escrow.host, key, version, reason, nameOf(by));
        if (terminal.json) terminal.document({ key, retired: version });
        terminal.line(`Version ${version} of ${key} is retired.`);
        return EXIT.good;
      }),
    );
}

interface SetOptions { key: string; set: string; title?: string; knownAnswer?: string; remove?: boolean; reason?: string; samples?: string; oldest?: string; newest?: string; by?: string }

export function setCommand(perform: Perform): Command {
  return new Command('set')
    .description('name a set of backups that the key seals, and what of it can be opened')
    .requiredOption('--key <id>', 'the key').requiredOption('--set <id>', 'id of the set').option('--title <text>', 'what people call it')
    .option('--known-answer <file>', 'the `answer:` mapping of how its samples are sealed')
    .option('--samples <pattern>', 'pattern of its files: the oldest and the newest are opened').option('--oldest <file>', 'its oldest sample').option('--newest <file>', 'its newest sample')
    .option('--remove', 'the set counts no longer; records that name it stay').option('--reason <text>', 'why it is removed').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow set --key ampora-master --set daily --known-answer daily.yaml --samples "/media/kit/ampora/*.dump.age"')
    .action(async ({ key, set, title, knownAnswer, samples, oldest, newest, by, ...end }: SetOptions, command: Command) =>
      perform(command, async ({ terminal, writer, read, path }) => {
        if (end.remove === true) return remove({ terminal, writer }, { key, set, reason: end.reason, by });
        if (knownAnswer === undefined) throw new EngineError('usage', 'Say how its samples are sealed: --known-answer.');
        const answer = parseKnownAnswer(Buffer.from(read(knownAnswer)).toString('utf8'), path(knownAnswer));
        const absolute = (named: string | undefined): string | null => (named === undefined ? null : path(named));
        const defined = defineSet(writer().escrow.host, key, { id: set, title: title ?? set, answer, samples: absolute(samples), oldest: absolute(oldest), newest: absolute(newest) }, nameOf(by));
        if (terminal.json) terminal.document({ key, set: defined });
        terminal.line(`${key} seals ${defined.title}. "blackstart escrow verify --key ${key} --shares … --backups" opens its oldest and newest sample.`);
        return EXIT.good;
      }),
    );
}

function remove({ terminal, writer }: Pick<Session, 'terminal' | 'writer'>, { key, set, reason, by }: { key: string; set: string; reason: string | undefined; by: string | undefined }): ExitStatus {
  if (reason === undefined) throw new EngineError('usage', 'Say why the set is removed: --reason.');
  removeSet(writer().escrow.host, key, set, reason, nameOf(by));
  if (terminal.json) terminal.document({ key, removed: set });
  terminal.line(`The set ${set} of ${key} counts no longer; records that name it stay.`);
  return EXIT.good;
}

export function observeCommand(perform: Perform): Command {
  return new Command('observe')
    .description('put on record which key the newest backup of a set names, so that a silent rotation shows')
    .requiredOption('--key <id>', 'the escrowed key').requiredOption('--set <id>', 'the set').requiredOption('--fingerprint <text>', 'key id, recipient or fingerprint as the backup names it').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow observe --key ampora-master --set daily --fingerprint sha256:9f86…')
    .action(async ({ key, set, fingerprint, by }: { key: string; set: string; fingerprint: string; by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        noteFingerprint(writer().escrow.host, key, set, fingerprint, nameOf(by));
        if (terminal.json) terminal.document({ key, set, fingerprint });
        terminal.line(`The newest backup of ${set} names the key ${fingerprint}.`);
        return EXIT.good;
      }),
    );
}

export function placeCommand(perform: Perform): Command {
  return new Command('place')
    .description('say in which folder runs look for the files of the shares, such as a stick that the custodians bring')
    .requiredOption('--key <id>', 'the key').option('--folder <dir>', 'the folder; left out: nowhere any more').option(...BY)
    .addHelpText('after', '\nExample:\n  blackstart escrow place --key ampora-master --folder /media/custodians')
    .action(async ({ key, folder, by }: { key: string; folder?: string; by?: string }, command: Command) =>
      perform(command, async ({ terminal, writer, path }) => {
        const place = folder === undefined ? null : path(folder);
        placeShares(writer().escrow.host, key, place, nameOf(by));
        if (terminal.json) terminal.document({ key, folder: place });
        terminal.line(place === null ? `Runs look nowhere for shares of ${key}.` : `Runs look for shares of ${key} in ${place}.`);
        return EXIT.good;
      }),
    );
}
