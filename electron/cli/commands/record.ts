import { Command } from 'commander';
import encodeQR from 'qr';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { counted } from '../../contract/wording.ts';
import { systemClock } from '../../engine/clock.ts';
import { acceptDamage } from '../../engine/journal/accept-damage.ts';
import { personId } from '../../engine/people/people.ts';
import { readDeviceVkey, trustedKeys } from '../../engine/data-folder.ts';
import { verifyBundle } from '../../engine/verify/verify-bundle.ts';
import { verifyInChild } from '../../engine/verify/verify-in-child.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import { keyCommand, openedDeviceKey, protectKeyCommand } from './record-key.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import type { Verification } from '../../contract/record.ts';

export function recordCommand(perform: Perform): Command {
  return new Command('record')
    .description('verify, anchor and export the record')
    .addCommand(verifyCommand(perform))
    .addCommand(checkpointCommand(perform))
    .addCommand(keyCommand(perform))
    .addCommand(protectKeyCommand(perform))
    .addCommand(exportCommand(perform))
    .addCommand(verifyBundleCommand(perform));
}

function collect(value: string, all: string[]): string[] {
  return [...all, value];
}

/** @returns the exit status that the verification deserves */
function say(terminal: Terminal, verification: Verification) {
  if (terminal.json) terminal.document(verification);
  const { ok, entries, checkpoints, head, problems } = verification;
  terminal.line(ok ? terminal.paint('green', 'The record holds.') : terminal.paint('red', 'The record does NOT hold.'));
  terminal.line(`${counted(entries, 'entry', 'entries')}, ${counted(checkpoints, 'checkpoint', 'checkpoints')}, root ${head.hash}`);
  for (const { seq, kind, message } of problems) terminal.line(`  ${seq === null ? '' : `entry ${seq}: `}${kind}: ${message}`);
  return ok ? EXIT.good : EXIT.bad;
}

function verifyCommand(perform: Perform): Command {
  return new Command('verify')
    .description('check every entry, output and checkpoint with code that shares nothing with the writer')
    .option('--anchor <file>', 'a checkpoint that was kept elsewhere, may be repeated', collect, [])
    .option('--accept-damage <reason>', 'go on with a record that was changed or cut; the reason is recorded, and verification keeps naming the damage')
    .option('--by <name>', 'who accepts that')
    .addHelpText('after', '\nExample:\n  blackstart record verify --anchor /media/witness/checkpoint.note')
    .action(async ({ anchor, acceptDamage: reason, by }: { anchor: string[]; acceptDamage?: string; by?: string }, command: Command) =>
      perform(command, async (session) => {
        const { terminal, installation, path, dataDir } = session;
        if (reason !== undefined) await goOn(session, reason, by);
        else if (by !== undefined) throw new EngineError('usage', '--by names who accepts a damage.', { hint: 'Add --accept-damage REASON.' });
        // Nothing else is opened: a database that nobody should use is what this is for.
        return say(terminal, await verifyInChild(dataDir, { anchors: anchor.map(path) }, installation.node));
      }),
    );
}

/** Takes the lock: this one writes. */
async function goOn(session: Session, reason: string, by: string | undefined): Promise<void> {
  const { terminal, dataDir } = session;
  if (by === undefined) throw new EngineError('usage', 'Accepting a damage needs a name.', { hint: 'Add --by NAME; name and reason are recorded.' });
  if (!existsSync(join(dataDir, 'journal.sqlite')) && !existsSync(join(dataDir, 'checkpoints'))) throw new EngineError('not-found', `There is no record in ${dataDir}.`, { hint: 'Give the data folder with --data-dir.' });
  const found = acceptDamage({ dataDir, clock: systemClock(), actor: `person/${personId(by)}`, reason, openedKey: await openedDeviceKey(session) });
  terminal.progress(`Accepted and recorded: ${found}. The record can be written again.`);
}

function checkpointCommand(perform: Perform): Command {
  return new Command('checkpoint')
    .description('sign the record as it stands; keep what it prints elsewhere')
    .addHelpText('after', '\nExample:\n  blackstart record checkpoint > /media/witness/checkpoint.note')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, signing, around }) => {
        const folder = await signing();
        const checkpoint = folder.journal.checkpoint('asked for on the command line');
        const device_key = folder.deviceKey();
        if (terminal.json) terminal.document({ checkpoint, device_key });
        else around.stdout.write(checkpoint.note);
        terminal.progress(`In words: ${checkpoint.words}`);
        terminal.progress(`The key that signed it: ${device_key.words}`);
        if (terminal.interactive) terminal.progress(encodeQR(checkpoint.note, 'ascii'));
        return EXIT.good;
      }),
    );
}

function exportCommand(perform: Perform): Command {
  return new Command('export')
    .description('write the evidence bundle of a run')
    .argument('<run>', 'its id, a unique beginning of it, or "last"')
    .requiredOption('-o, --output <file>', 'where to, for example evidence.zip')
    .addHelpText('after', '\nExample:\n  blackstart record export last -o evidence.zip')
    .action(async (run: string, { output }: { output: string }, command: Command) =>
      perform(command, async ({ terminal, signing, path }) => {
        const written = await (await signing()).exportRun(run, path(output));
        if (terminal.json) terminal.document(written);
        terminal.line(`Written: ${written.path}`);
        terminal.line(`SHA-256: ${written.sha256}`);
        return EXIT.good;
      }),
    );
}

function verifyBundleCommand(perform: Perform): Command {
  return new Command('verify-bundle')
    .description('check an evidence bundle')
    .argument('<file>', 'the bundle')
    .addHelpText('after', '\nExample:\n  blackstart record verify-bundle evidence.zip')
    .action(async (file: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, path, dataDir }) => {
        const device = readDeviceVkey(dataDir);
        const verification = await verifyBundle(path(file), { trusted: trustedKeys(dataDir, device === null ? [] : [device]).map(({ vkey }) => vkey) });
        const status = say(terminal, verification);
        // What never was a bundle is refused input, not an altered record.
        return verification.problems.some(({ kind }) => kind === 'bundle.other') ? EXIT.refused : status;
      }),
    );
}
