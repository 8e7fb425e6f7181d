import { Command } from 'commander';
import encodeQR from 'qr';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { counted, utcInstant } from '../../contract/wording.ts';
import { readPaperFile } from '../../engine/anchor/read-paper.ts';
import { systemClock } from '../../engine/clock.ts';
import { acceptDamage } from '../../engine/journal/accept-damage.ts';
import { personId } from '../../engine/people/people.ts';
import { readDeviceVkey, trustedKeys } from '../../engine/data-folder.ts';
import { writeReport } from '../../engine/report/write-report.ts';
import { verifyBundle } from '../../engine/verify/verify-bundle.ts';
import { verifyInChild } from '../../engine/verify/verify-in-child.ts';
import { EXIT } from '../exit-codes.ts';
import { readPassphrase } from '../passphrase.ts';
import type { Perform } from '../perform.ts';
import { keyCommand, openedDeviceKey, protectKeyCommand } from './record-key.ts';
import type { Session } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import type { RecordMatch, Verification } from '../../contract/record.ts';

export function recordCommand(perform: Perform): Command {
  return new Command('record')
    .description('verify, anchor and export the record')
    .addCommand(verifyCommand(perform))
    .addCommand(checkpointCommand(perform))
    .addCommand(matchCommand(perform))
    .addCommand(cosignCommand(perform))
    .addCommand(witnessedCommand(perform))
    .addCommand(importCommand(perform))
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

function matchCommand(perform: Perform): Command {
  return new Command('match')
    .description('does this paper match this laptop? Type its words, or give a note or a picture of its code')
    .argument('[words...]', 'the number of entries and the twelve words')
    .option('--file <file>', 'a note, a text with the words, or a PNG of the QR code')
    .addHelpText('after', '\nExample:\n  blackstart record match 83 wreck romance can forward dilemma economy discover normal notable frequent chase object')
    .action(async (words: string[], { file }: { file?: string }, command: Command) =>
      perform(command, async ({ terminal, reader, read }) => {
        if ((file === undefined) === (words.length === 0)) throw new EngineError('usage', 'Give either the words or a file.', { hint: 'For example --file checkpoint.note.' });
        return sayMatch(terminal, await reader().matchRecord(file === undefined ? words.join(' ') : readPaperFile(read(file))));
      }),
    );
}

function sayMatch(terminal: Terminal, match: RecordMatch) {
  const fits = match.answer === 'matches';
  if (terminal.json) terminal.document(match);
  terminal.line(terminal.paint(fits ? 'green' : 'red', match.message));
  for (const { name, kind, holds, time } of match.signatures) terminal.line(`  ${holds === null ? '?' : holds ? '✓' : '×'} ${name} (${kind})${time === null ? '' : `, seen ${utcInstant(time)}`}${holds === null ? ': its key is not known here' : ''}`);
  return fits ? EXIT.good : EXIT.bad;
}

function cosignCommand(perform: Perform): Command {
  return new Command('cosign')
    .description('witness another record: sign its checkpoint with the time at which it was seen')
    .argument('<file>', 'the checkpoint of the other laptop, as a note')
    .requiredOption('-o, --output <file>', 'where the cosigned note goes')
    .option('--as <person>', 'a person of this laptop signs; default: the laptop itself')
    .option('--passphrase-env <variable>', 'environment variable that holds their passphrase')
    .option('--trust <vkey>', 'verifier key of the other laptop, or a file with it; may be repeated', collect, [])
    .addHelpText('after', '\nExample:\n  blackstart record cosign checkpoint.note --trust device.vkey -o witnessed.note')
    .action(async (file: string, options: { output: string; as?: string; passphraseEnv?: string; trust: string[] }, command: Command) =>
      perform(command, async (session) => {
        const { terminal, signing, read, path } = session;
        const note = readPaperFile(read(file));
        const person = options.as === undefined ? undefined : { id: options.as, passphrase: await readPassphrase(session, options.passphraseEnv) };
        const trust = options.trust.map((given) => (existsSync(path(given)) ? readFileSync(path(given), 'utf8').trim() : given));
        const cosigned = await (await signing()).cosign(note, { trust, person });
        writeReport(path(options.output), cosigned.note);
        if (terminal.json) terminal.document({ cosigned, path: path(options.output) });
        terminal.line(`${cosigned.by} has seen ${counted(cosigned.size, 'entry', 'entries')} of ${cosigned.origin}. Written: ${path(options.output)}`);
        terminal.line(`The key of this witness, for the trust folder there: ${cosigned.vkey}`);
        return EXIT.good;
      }),
    );
}

function witnessedCommand(perform: Perform): Command {
  return new Command('witnessed')
    .description('keep a checkpoint of this record that a known witness has signed; reports name it from then on')
    .argument('<file>', 'the cosigned note')
    .addHelpText('after', '\nExample:\n  blackstart record witnessed witnessed.note')
    .action(async (file: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, writer, read }) => sayMatch(terminal, await writer().keepWitnessed(readPaperFile(read(file))))),
    );
}

function importCommand(perform: Perform): Command {
  return new Command('import')
    .description('take in the evidence bundle of another laptop, to read: "runs", "status" and "report" show its run')
    .argument('<file>', 'the bundle')
    .addHelpText('after', '\nExample:\n  blackstart record import evidence.zip')
    .action(async (file: string, _options: unknown, command: Command) =>
      perform(command, async ({ terminal, writer, path }) => {
        const imported = await writer().importBundle(path(file));
        if (terminal.json) terminal.document({ imported });
        terminal.line(`Imported, to read only: run ${imported.run} of ${imported.device}${imported.known ? '' : ', a laptop whose key is not known here: compare it with one that you got elsewhere'}.`);
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
