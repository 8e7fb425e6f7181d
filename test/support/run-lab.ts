/** A data folder of its own with a real journal, in which runbooks written in a test are run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { EngineError } from '../../electron/contract/errors.ts';
import type { RunDocument } from '../../electron/contract/run.ts';
import type { Inject, Runbook } from '../../electron/contract/runbook.ts';
import type { NamedFault } from '../../electron/contract/suspect.ts';
import { toRunDocument } from '../../electron/contract/run/view.ts';
import type { Mode } from '../../electron/contract/vocabulary.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import type { Clock } from '../../electron/engine/deps.ts';
import type { Journal, JournalEvent } from '../../electron/engine/journal/journal.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import { createPeople, type People } from '../../electron/engine/people/people.ts';
import { loadRunbook } from '../../electron/engine/runbook/parse.ts';
import { createRunTool } from '../../electron/engine/tool/run-tool.ts';
import { Answers } from '../../electron/engine/run/answers.ts';
import { driveRun, type Driven } from '../../electron/engine/run/drive.ts';
import { createRuns, type LiveRun, type Runs, type StartRequest } from '../../electron/engine/run/runs.ts';

export interface LabOptions {
  /** A folder that exists already, to open it a second time. */
  folder?: string;
  clock?: Clock;
  processEnv?: Record<string, string | undefined>;
  signature?: 'signed' | 'unsigned';
  readiness?: 'READY' | 'NOT_READY';
  /** What readiness found wrong with backups before. */
  faults?: (NamedFault & { check: string })[];
  /** Where runbooks are looked up; default: those that the test writes. */
  findRunbook?: (idOrPath: string) => Runbook;
  stock?: () => readonly Inject[];
}

export interface RunLab {
  folder: string;
  dataDir: string;
  journal: Journal;
  people: People;
  runs: Runs;
  /** Writes `ID.runbook.md` and gives its path; `front` goes into the front matter. */
  write(body: string, front?: string, id?: string): string;
  /** Runs to the end, or to where a person is needed. */
  drive(body: string, given?: Partial<StartRequest> & { front?: string; answers?: unknown; env?: Record<string, string> }): Promise<Done>;
  events(run: string, type?: string): JournalEvent[];
  close(): Promise<void>;
}

export interface Done extends Driven {
  run: RunDocument;
  live: LiveRun;
  step(id: string): RunDocument['steps'][number];
}

export const FAST_TOOLS = createRunTool({ graceMs: 300, drainMs: 200 });

export function openLab(options: LabOptions = {}): RunLab {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'bs-run-'));
  const dataDir = join(folder, 'data');
  mkdirSync(join(folder, 'books'), { recursive: true });
  const clock = options.clock ?? systemClock();
  const journal = openJournal({ dataDir, clock });
  const people = createPeople(journal);
  const runs = createRuns({
    deps: { clock, runTool: FAST_TOOLS }, journal, dataDir, people,
    findRunbook: (id) => ({ runbook: options.findRunbook?.(id) ?? findBook(folder, id), signature: { state: options.signature ?? 'signed', signers: [] } }),
    readiness: () => options.readiness ?? 'READY',
    ...(options.faults === undefined ? {} : { faults: () => options.faults ?? [] }),
    processEnv: options.processEnv ?? process.env, blackstart: 'blackstart', ...(options.stock === undefined ? {} : { stock: options.stock }),
  });
  let closed = false;
  const lab: RunLab = {
    folder, dataDir, journal, people, runs,
    write: (body, front = '', id = 'book') => writeBook(folder, id, body, front),
    drive: (body, given = {}) => drive(lab, body, given),
    events: (run, type) => [...journal.events({ run, ...(type === undefined ? {} : { types: [type] }) })],
    async close() {
      if (closed) return;
      closed = true;
      try {
        await runs.close();
      } finally {
        journal.close();
      }
    },
  };
  onTestFinished(async () => {
    await lab.close();
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  });
  return lab;
}

function findBook(folder: string, id: string): Runbook {
  const path = id.endsWith('.runbook.md') ? id : join(folder, 'books', `${id}.runbook.md`);
  return loadRunbook(path);
}

export function writeBook(folder: string, id: string, body: string, front: string): string {
  const path = join(folder, 'books', `${id}.runbook.md`);
  writeFileSync(path, `---
blackstart: 1
id: ${id}
title: The ${id}
system: test
owner: tests
reviewed: 2026-11-01
severity: low
scenario: A test.
${front}
---

## Phase

${body}
`);
  return path;
}

async function drive(lab: RunLab, body: string, given: Partial<StartRequest> & { front?: string; answers?: unknown; env?: Record<string, string> }): Promise<Done> {
  const { front, answers, env, ...request } = given;
  const path = lab.write(body, front);
  const mode: Mode = request.mode ?? 'rehearsal';
  const live = await lab.runs.start({ ...request, id: path, mode, params: request.params ?? {} }, 'auto');
  return finish(lab, live, answers, env);
}

export async function finish(lab: RunLab, live: LiveRun, answers: unknown = {}, env: Record<string, string> = {}): Promise<Done> {
  const driven = await driveRun(live, Answers.parse(answers), { people: lab.people, env, folder: lab.folder });
  const run = toRunDocument(lab.runs.view(live.id));
  return {
    ...driven, run, live,
    step: (id) => {
      const found = run.steps.find((step) => step.id === id);
      if (found === undefined) throw new EngineError('not-found', id);
      return found;
    },
  };
}

/** One step as a runbook writes it. */
export function step(id: string, fields: string, prose = ''): string {
  return `### Step ${id}\n\n${prose}\n\n\`\`\`yaml step\nid: ${id}\n${fields}\n\`\`\`\n\n`;
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
