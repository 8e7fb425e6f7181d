/**
 * A writer that is made to die: `writer.ts DATA_DIR STEPS [PAUSE_KIB]`. It says on stdout what was acknowledged,
 * `ack SEQ ID TYPE`, and what failed, `failed CODE MESSAGE`, one line each and unbuffered.
 *
 * Each step appends an intent, has an effect (a file written and synced), and appends a result; now and then a batch, a
 * checkpoint, or a new start of the journal.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../electron/contract/errors.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal, JournalEvent, NewEvent } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';

const [, , dataDir = '', steps = '10', effectKib = '64'] = process.argv;
const OPEN_ATTEMPTS = 50;
/** Exit status where the disk never let the journal be opened: each refusal was said. */
const NEVER_OPENED = 3;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Null when it failed with an EngineError, which is said. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown;
    say(`failed ${thrown.code} ${thrown.message}`);
    return null;
  }
}

function open(): Journal {
  for (let tries = 0; tries < OPEN_ATTEMPTS; tries += 1) {
    const journal = attempt(() => openJournal({ dataDir, clock: systemClock() }));
    if (journal !== null) return journal;
  }
  process.exit(NEVER_OPENED);
}

function acknowledge(events: readonly JournalEvent[] | null): void {
  for (const { seq, id, type } of events ?? []) say(`ack ${seq} ${id} ${type}`);
}

function said(type: string, step: number): NewEvent {
  return { type, run: 'r1', actor: 'engine', data: { step, text: 'restore the database from the newest backup; '.repeat(step % 5) } };
}

/** The output is durable before the event that names it. */
function saidWithOutput(step: number): NewEvent {
  const { sha256, size } = journal.blobs.put(Buffer.from(`output of step ${step} of process ${process.pid}\n`.repeat(40)));
  const event = said('step.result', step);
  return { ...event, data: { ...event.data, output: { sha256, size } } };
}

function haveEffect(kib: number): void {
  const handle = openSync(join(dataDir, 'effect'), 'w');
  writeSync(handle, Buffer.alloc(kib * 1024, 1), 0, kib * 1024, 0);
  fsyncSync(handle);
  closeSync(handle);
}

let journal = open();
attempt(() => journal.startRunKey('r1'));
for (let step = 0; step < Number(steps); step += 1) {
  acknowledge(attempt(() => journal.appendAll([said('step.intent', step)])));
  if (Number(effectKib) > 0) haveEffect(Number(effectKib));
  acknowledge(attempt(() => journal.appendAll([saidWithOutput(step)])));
  if (step % 5 === 1) acknowledge(attempt(() => journal.appendAll([said('run.noted', step), said('run.noted', step), said('run.noted', step)])));
  if (step % 7 === 3) attempt(() => journal.checkpoint('a step was approved'));
  if (step % 11 === 7) {
    attempt(() => journal.close());
    journal = open();
    attempt(() => journal.startRunKey('r1'));
  }
}
attempt(() => journal.endRunKey('r1'));
attempt(() => journal.close());
