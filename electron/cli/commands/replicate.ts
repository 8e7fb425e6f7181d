import { Command, InvalidArgumentError } from 'commander';
import type { Replication } from '../../contract/replication.ts';
import { Period } from '../../contract/scalars.ts';
import { counted, spokenBytes, utcInstant } from '../../contract/wording.ts';
import { EXIT, type ExitStatus } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Terminal } from '../terminal.ts';

interface Options { to: string; endpoint?: string; credentials?: string; retain?: string; by?: string }

/** Lines of progress while objects are copied and read back: every tenth of the way, so that a log stays short. */
const TENTHS = 10;

export function replicateCommand(perform: Perform): Command {
  return new Command('replicate')
    .description('copy the record into a bucket with Object Lock, where nobody can delete it, and read the copy back')
    .requiredOption('--to <address>', 's3://BUCKET/PREFIX; each laptop has a folder of its own below it')
    .option('--endpoint <url>', 'of a store of your own; default: AWS')
    .option('--credentials <where>', 'keychain:SERVICE/ACCOUNT, a file, or an AWS profile; default: the environment, the keyring and the vault (blackstart-s3/BUCKET), the AWS profile')
    .option('--retain <period>', 'how long no object can be deleted, such as 90d or 7y; the bucket’s own retention holds where it is longer', readPeriod, '1y')
    .option('--by <name>', 'who does it, for the record')
    .addHelpText('after', '\nNothing is ever deleted or replaced. Cut off anywhere, the next one goes on where this one ended.\nStatus 1: the copy differs, or the record here is not the one that was copied. 3: store or bucket cannot be reached.\n4: the store refuses, or the bucket has no Object Lock. 5: no credentials are at hand.\n\nExample:\n  blackstart replicate --to s3://records/laptops --endpoint https://s3.example.org --retain 7y')
    .action(async (options: Options, command: Command) =>
      perform(command, async ({ signing, terminal }) => {
        const folder = await signing();
        const stop = new AbortController();
        const interrupt = (): void => stop.abort();
        process.once('SIGINT', interrupt);
        try {
          return say(terminal, await folder.replicate(options, { signal: stop.signal, onProgress: progressLines(terminal) }));
        } finally {
          process.off('SIGINT', interrupt);
        }
      }),
    );
}

function readPeriod(text: string): string {
  if (!Period.safeParse(text).success || /^0+\D/u.test(text)) throw new InvalidArgumentError('A period reads 90d, 6mo or 7y.');
  return text;
}

function progressLines(terminal: Terminal): (progress: { doing: string; done: number; total: number }) => void {
  let said = '';
  return ({ doing, done, total }) => {
    const mark = `${doing} ${total === 0 ? 0 : Math.floor((done * TENTHS) / total)}`;
    if (mark === said) return;
    said = mark;
    terminal.progress(total === 0 ? doing : `${doing}: ${done} of ${counted(total, 'object', 'objects')}`);
  };
}

function say(terminal: Terminal, replication: Replication): ExitStatus {
  const { state, folder, entries, signed, objects, created, bytes, locked_until, problems } = replication;
  const good = state === 'done';
  if (terminal.json) terminal.document({ replication });
  terminal.line(good ? terminal.paint('green', `The record is copied up to entry ${entries}, and was read back.`) : terminal.paint('red', `The copy does NOT hold: ${counted(problems.length, 'problem', 'problems')}.`));
  terminal.line(`${folder}: ${counted(objects ?? 0, 'object', 'objects')}, ${created ?? 0} of them new (${spokenBytes(bytes ?? 0)})${locked_until === null ? '' : `, none can be deleted before ${utcInstant(locked_until)}`}`);
  if (signed < entries) terminal.line(`Entries after ${signed} are chained but not signed: the key of this laptop is locked.`);
  for (const problem of problems) terminal.line(`  ${problem}`);
  return good ? EXIT.good : EXIT.bad;
}
