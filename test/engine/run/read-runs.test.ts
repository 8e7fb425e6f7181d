import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { readRunViews } from '../../../electron/engine/run/read-runs.ts';
import { createShelf } from '../../../electron/engine/run/shelf.ts';
import { toRunSummary } from '../../../electron/contract/run/view.ts';
import type { RunSummary } from '../../../electron/contract/run/summary.ts';
import { finish, openLab, step } from '../../support/run-lab.ts';

let folder: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shelf-'));
  journal = openJournal({ dataDir: folder, clock: systemClock() });
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

describe('a run that another version recorded', () => {
  beforeEach(() => journal.append({ type: 'run.created', run: 'of-tomorrow', actor: 'engine', data: { mode: 'dream' } }));

  it('says so when it is asked for by name', () => {
    expect(() => createShelf(journal).fold('of-tomorrow')).toThrow('recorded by another version of Blackstart');
  });

  it('hides neither itself from the ids nor the other runs from the list', () => {
    expect(createShelf(journal).ids()).toEqual(['of-tomorrow']);
    expect(createShelf(journal).readable()).toEqual([]);
    expect(readRunViews(journal, systemClock(), folder)).toEqual([]);
  });
});

describe('the shelf of runs', () => {
  it('says the same of a run that is over, whether it was looked at while it went on or afterwards', async () => {
    const lab = openLab();
    const body = step('a', 'kind: run\nrun: [sleep, "0.05"]') + step('b', 'kind: decide\nquestion: Which?\nas: way\noptions: { left: { label: Left } }');
    const first = await lab.drive(body, { answers: { decisions: { b: 'left' } } });
    const waiting = await lab.drive(body);
    expect(lab.runs.summaries().map(({ id, state }) => [id, state])).toEqual([[waiting.run.id, 'waiting'], [first.run.id, 'succeeded']]);
    const steady = ({ forecast_finish: _moves, ...rest }: RunSummary) => rest; // it moves with the clock
    expect(lab.runs.summaries().map(steady)).toEqual(lab.runs.list().map(toRunSummary).map(steady));
    const again = createShelf(lab.journal);
    expect(again.summary(first.run.id)).toEqual(lab.runs.summaries()[1]);
    expect(again.summary(waiting.run.id)).toBeNull();
    expect(again.fold(first.run.id).steps.get('a')).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(Object.values(again.measured())).toEqual([expect.any(Number)]);
  });

  it('takes up what came since the last look, and knows a run that went on', async () => {
    const lab = openLab();
    const shelf = createShelf(lab.journal);
    expect(shelf.ids()).toEqual([]);
    const body = step('b', 'kind: decide\nquestion: Which?\nas: way\noptions: { left: { label: Left } }');
    const { run } = await lab.drive(body);
    expect(shelf.fold(run.id).parked).toBe('waiting');
    await finish(lab, await lab.runs.resume(run.id, { pace: 'auto' }), { decisions: { b: 'left' } });
    expect(shelf.summary(run.id)).toMatchObject({ state: 'succeeded' });
    expect([shelf.has(run.id), shelf.has('other'), shelf.resolve('last')]).toEqual([true, false, run.id]);
  });

  it('leaves out a run whose frozen runbook is gone, says so of it, and shows the others', async () => {
    const lab = openLab();
    const body = step('a', 'kind: run\nrun: ["true"]');
    const lost = await lab.drive(body);
    const whole = await lab.drive(`${body}And a sentence.`);
    const snapshot = z.object({ sha256: z.string() }).parse(lab.events(lost.run.id, 'run.created')[0]?.data['snapshot']).sha256;
    rmSync(lab.journal.blobs.path(snapshot));
    const shelf = createShelf(lab.journal);
    expect(shelf.readable()).toEqual([whole.run.id]);
    expect(() => shelf.fold(lost.run.id)).toThrow(`The run ${lost.run.id} does not read: The stored output ${snapshot} is not there.`);
  });
});
