import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import type { Journal } from '../../../electron/engine/journal/journal.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { readRunViews } from '../../../electron/engine/run/read-runs.ts';
import { createShelf } from '../../../electron/engine/run/shelf.ts';

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
