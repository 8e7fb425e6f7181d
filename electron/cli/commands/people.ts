import { Command } from 'commander';
import { EngineError } from '../../contract/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import { readPassphrase } from '../passphrase.ts';

export function peopleCommand(perform: Perform): Command {
  return new Command('people').description('the people enrolled on this laptop').addCommand(enrollCommand(perform)).addCommand(listCommand(perform)).addCommand(endorseCommand(perform)).addCommand(revokeCommand(perform));
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

function enrollCommand(perform: Perform): Command {
  return new Command('enroll')
    .description('enrol a person with a passphrase of their own')
    .argument('<name>', 'as it shall stand in reports')
    .option('--role <role>', 'a role that they hold, may be repeated', collect, [])
    .option('--passphrase-env <variable>', 'environment variable that holds the passphrase')
    .addHelpText('after', '\nExample:\n  blackstart people enroll "Priya Raman" --role operator --role dba --passphrase-env PASSPHRASE')
    .action(async (name: string, { role, passphraseEnv }: { role: string[]; passphraseEnv?: string }, command: Command) =>
      perform(command, async (session) => {
        if (role.length === 0) throw new EngineError('usage', 'A person needs at least one role.', { hint: 'Add --role operator, for example.' });
        const person = await session.writer().people.enroll({ name, roles: role, passphrase: await readPassphrase(session, passphraseEnv) });
        if (session.terminal.json) session.terminal.document({ person });
        session.terminal.line(`Enrolled ${person.name} as ${person.id}: ${person.roles.join(', ')}`);
        return EXIT.good;
      }),
    );
}

function listCommand(perform: Perform): Command {
  return new Command('list')
    .description('who is enrolled')
    .addHelpText('after', '\nExample:\n  blackstart people list --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const people = reader().people();
        if (terminal.json) terminal.document({ people });
        for (const person of people) terminal.line(`${person.id.padEnd(24)} ${person.name}: ${person.roles.join(', ')}${person.revoked_at === null ? '' : ' (revoked)'}`);
        if (people.length === 0) terminal.line('Nobody is enrolled yet.');
        return EXIT.good;
      }),
    );
}

function endorseCommand(perform: Perform): Command {
  return new Command('endorse')
    .description('vouch for somebody who was enrolled after the outage began, so that they may approve')
    .argument('<person>', 'the id of the new person, as "people list" shows it')
    .requiredOption('--by <id>', 'who vouches: somebody who was enrolled before')
    .option('--passphrase-env <variable>', 'environment variable that holds the passphrase of who vouches')
    .addHelpText('after', '\nExample:\n  blackstart people endorse new-colleague --by helena-brandt --passphrase-env PASSPHRASE')
    .action(async (person: string, { by, passphraseEnv }: { by: string; passphraseEnv?: string }, command: Command) =>
      perform(command, async (session) => {
        await session.writer().people.endorse(person, by, await readPassphrase(session, passphraseEnv));
        if (session.terminal.json) session.terminal.document({ endorsed: person, by });
        session.terminal.line(`${by} vouches for ${person}.`);
        return EXIT.good;
      }),
    );
}

function revokeCommand(perform: Perform): Command {
  return new Command('revoke')
    .description('end a person’s rights on this laptop')
    .argument('<person>', 'the id, as "people list" shows it')
    .addHelpText('after', '\nExample:\n  blackstart people revoke priya-raman')
    .action(async (person: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, writer }) => {
        await writer().people.revoke(person);
        if (terminal.json) terminal.document({ revoked: person });
        terminal.line(`Revoked ${person}.`);
        return EXIT.good;
      }),
    );
}
