/**
 * A process that carries a run, to be killed: `run-child.ts DATA BOOK start|resume`. Each acknowledged event is a line
 * `seq type step` on stdout, written before anything else happens.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import { createPeople } from '../../electron/engine/people/people.ts';
import { loadRunbook } from '../../electron/engine/runbook/parse.ts';
import { driveRun } from '../../electron/engine/run/drive.ts';
import { createRuns } from '../../electron/engine/run/runs.ts';
import { createRunTool } from '../../electron/engine/tool/run-tool.ts';

const [dataDir = '', book = '', what = 'start'] = process.argv.slice(2);
const clock = systemClock();
const journal = openJournal({ dataDir, clock });
journal.subscribe((events) => {
  for (const { seq, type, data } of events) writeSync(1, `${seq} ${type} ${typeof data['step'] === 'string' ? data['step'] : '-'}\n`);
});
const people = createPeople(journal);
const runs = createRuns({
  deps: { clock, runTool: createRunTool({ node: process.execPath }) }, journal, dataDir, people, processEnv: process.env, blackstart: 'blackstart', readiness: () => 'READY',
  findRunbook: () => ({ runbook: loadRunbook(book), signature: { state: 'signed', signers: [] } }),
});
const live = what === 'start' ? await runs.start({ id: book, mode: 'rehearsal', params: {} }, 'auto') : await runs.resume('last', { pace: 'auto' });
const driven = await driveRun(live, {}, { people, env: {}, folder: dataDir });
writeSync(1, `0 exit ${driven.exit}\n`);
await runs.close();
journal.close();
