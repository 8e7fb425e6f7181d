/**
 * What the window asks most, on a laptop with a long history: Home, the list of runs, and one change of a run under way.
 * `node test/bench/many-runs.ts [RUNS] [FOLDER]` makes a record of so many runs of a hundred events with the real writer
 * (2,000 by default; kept in FOLDER and used again when one is named) and prints the times.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { METHODS, type MethodName, type Params } from '../../electron/contract/methods.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { openDataFolder } from '../../electron/engine/data-folder.ts';
import { findInstallation } from '../../electron/engine/installation.ts';
import type { JournalEvent, NewEvent } from '../../electron/engine/journal/journal.ts';
import { openConsoleEngine, type ConsoleEngine } from '../../electron/engine/page/page-engine.ts';
import { driveRun } from '../../electron/engine/run/drive.ts';
import { newRunId } from '../../electron/engine/run/start.ts';

const EVENTS = 100;
const runs = Number(process.argv[2] ?? '2000');
const here = fileURLToPath(new URL('../../build', import.meta.url));
mkdirSync(here, { recursive: true });
const kept = process.argv[3];
const folder = kept ?? mkdtempSync(join(here, 'many-runs-'));
const dataDir = join(folder, 'data');
const books = join(folder, 'books');
const options = { dataDir, runbookDirs: [books], clock: systemClock(), nodePath: process.execPath, launcher: findInstallation().launcher, env: process.env };

function writeBook(): void {
  mkdirSync(books, { recursive: true });
  // a start, a process and a result for each step, and what stands around them
  const steps = Array.from({ length: Math.floor((EVENTS - 7) / 3) }, (_, i) => `### Step ${i}\n\n\`\`\`yaml step\nid: s${i}\nkind: run\nbudget: 1m\nrun: ["true"]\n\`\`\`\n`);
  const end = '### Choose\n\n```yaml step\nid: choose\nkind: decide\nquestion: Which?\nas: way\noptions: { left: { label: Left }, right: { label: Right } }\n```\n';
  writeFileSync(join(books, 'bench.runbook.md'), `---\nblackstart: 1\nid: bench\ntitle: Nothing, often\nsystem: bench\nowner: bench\nreviewed: 2026-11-01\nseverity: low\nscenario: A bench.\n---\n\n## All\n\n${steps.join('\n')}\n${end}`);
}

/** One real run, and as many more as its events tell again under other ids. */
async function makeRecord(): Promise<void> {
  writeBook();
  const data = openDataFolder(options);
  const live = await data.runs.start({ id: 'bench', mode: 'rehearsal', params: {} }, 'auto');
  await driveRun(live, { decisions: { choose: 'left' } }, { people: data.people, env: {}, folder });
  const told = [...data.journal.events({ run: live.id })].filter(({ type }) => !type.startsWith('run.key'));
  for (let made = 1; made < runs; made += 1) {
    const run = newRunId(Date.parse('2026-01-01T00:00:00Z') + made * 3_600_000);
    data.journal.appendAll(told.map((event) => again(event, run)));
  }
  await data.close();
}

function again({ type, actor, data }: JournalEvent, run: string): NewEvent {
  return { type, run, actor, data };
}

async function timed(what: string, act: () => unknown): Promise<void> {
  const begun = performance.now();
  await act();
  console.log(`${what.padEnd(44)} ${(performance.now() - begun).toFixed(1).padStart(9)} ms`);
}

async function call<M extends MethodName>(engine: ConsoleEngine, method: M, params: Params<M>): Promise<unknown> {
  return METHODS[method].result.parse(await engine.answers[method](params));
}

/** From a person's command to the view that the page is told. */
async function oneChange(engine: ConsoleEngine, run: string): Promise<void> {
  const changed = new Promise<void>((resolve) => {
    const end = engine.subscribe((event) => {
      if (event.event !== 'run.changed') return;
      end();
      resolve();
    });
  });
  await call(engine, 'run.command', { run, command: { do: 'note', step: null, text: 'a note' } });
  await changed;
}

if (!existsSync(dataDir)) await timed(`making ${runs} runs`, makeRecord);
let engine = openConsoleEngine(options);
await timed('closing', () => engine.close());
await timed('opening', () => { engine = openConsoleEngine(options); });
await timed('home.view, the first', () => call(engine, 'home.view', {}));
await timed('run.list, the first', () => call(engine, 'run.list', {}));
for (const round of [1, 2]) {
  await timed(`home.view, again ${round}`, () => call(engine, 'home.view', {}));
  await timed(`run.list, again ${round}`, () => call(engine, 'run.list', {}));
}
await timed('readiness.view', () => call(engine, 'readiness.view', { id: 'bench' }));
let run = '';
await timed('run.start', async () => { run = METHODS['run.start'].result.parse(await engine.answers['run.start']({ id: 'bench', mode: 'rehearsal', params: {} })).run; });
for (const round of [1, 2, 3]) await timed(`one command and its run.changed (16 ms wait) ${round}`, () => oneChange(engine, run));
await timed('home.view after a change', () => call(engine, 'home.view', {}));
await timed('run.list after a change', () => call(engine, 'run.list', {}));
const { runs: all } = METHODS['run.list'].result.parse(await engine.answers['run.list']({}));
await timed('run.view of an old run', () => call(engine, 'run.view', { run: all.at(-2)?.id ?? '' }));
await engine.close();
if (kept === undefined) rmSync(folder, { recursive: true });
