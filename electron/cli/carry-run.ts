/** Carries a run on the command line: live progress, answers from a file, the document at the end. */
import { dirname } from 'node:path';
import { toRunDocument } from '../contract/run/view.ts';
import type { RunDocument, RunView } from '../contract/run.ts';
import type { DataFolder } from '../engine/data-folder.ts';
import type { JournalEvent } from '../engine/journal/journal.ts';
import { parseAnswers, type Answers } from '../engine/run/answers.ts';
import { driveRun } from '../engine/run/drive.ts';
import type { LiveRun } from '../engine/run/runs.ts';
import { EXIT, type ExitStatus } from './exit-codes.ts';
import { printResult, stepLines } from './run-text.ts';
import type { Session } from './session.ts';
import type { Terminal } from './terminal.ts';

interface CarryOptions {
  answers?: string;
  jsonLines?: boolean;
}

export async function carryRun(session: Session, folder: DataFolder, options: CarryOptions, begin: (answers: Answers) => Promise<LiveRun>): Promise<ExitStatus> {
  const { around, terminal } = session;
  const file = options.answers;
  const answers = file === undefined ? {} : parseAnswers(Buffer.from(session.read(file)).toString('utf8'), file);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  const unwatch = watch(session, folder, options);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
  try {
    const live = await begin(answers);
    terminal.progress(`Run ${live.id}`);
    const driven = await driveRun(live, answers, { people: folder.people, env: around.env, folder: file === undefined ? around.cwd : dirname(session.path(file)), signal: stop.signal });
    say(session, folder, live.id, options);
    if (driven.exit !== EXIT.good) terminal.progress(`${driven.why.replace(/\.$/u, '')}. Go on with: blackstart resume ${live.id}`);
    return driven.exit;
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt).removeListener('SIGHUP', interrupt);
    unwatch();
  }
}

function say({ around, terminal }: Session, folder: DataFolder, id: string, { jsonLines }: CarryOptions): void {
  const run: RunDocument = toRunDocument(folder.runs.view(id));
  if (jsonLines === true) around.stdout.write(`${JSON.stringify({ type: 'run.summary', run })}\n`);
  else if (terminal.json) terminal.document({ run });
  else printResult(terminal, run);
}

/** With `--json-lines` every event as it is acknowledged; otherwise a line for each step that changes. */
function watch({ around, terminal }: Session, folder: DataFolder, { jsonLines }: CarryOptions): () => void {
  const seen = new Map<string, string>();
  if (jsonLines === true) return folder.journal.subscribe((events) => { for (const event of events) around.stdout.write(`${JSON.stringify(eventLine(event))}\n`); });
  return folder.runs.subscribe((news) => {
    if (news.kind === 'fault') terminal.progress(news.message);
    if (news.kind !== 'event' || !(news.event.type.startsWith('step.') || news.event.type === 'comms.sent')) return;
    const step = news.event.data['step'];
    if (typeof step === 'string') printChange(terminal, folder.runs.view(news.run), step, seen);
  });
}

function eventLine({ seq, type, wall, actor, run, data }: JournalEvent) {
  const step = data['step'];
  return { seq, type, ...(typeof step === 'string' ? { step } : {}), run, wall, actor, data };
}

function printChange(terminal: Terminal, now: RunView, step: string, seen: Map<string, string>): void {
  const changed = now.steps.find(({ id }) => id === step);
  if (changed === undefined || seen.get(step) === changed.state) return;
  seen.set(step, changed.state);
  const elapsed = now.outage_at === null ? undefined : (Date.now() - Date.parse(now.outage_at)) / 1000;
  for (const line of stepLines(terminal, changed, elapsed)) terminal.progress(line);
}
