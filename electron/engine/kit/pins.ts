/** Tools pinned to their digest: from then on the very same file is wanted, whatever a runbook leaves open. */
import { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import { KitPin } from '../../contract/kit.ts';
import type { Journal, JournalEvent, JournalReader } from '../journal/journal.ts';
import { findProgram } from '../readiness/find-program.ts';
import { hashFile } from '../readiness/hash-file.ts';

export const KIT_PINNED = 'kit.pinned';

const Pinned = KitPin.omit({ at: true });

/** By the tool's name; the newest pin of a tool counts. */
export type Pins = ReadonlyMap<string, KitPin>;

export function foldPins(events: Iterable<JournalEvent>, from: Pins = new Map()): Pins {
  const pins = new Map(from);
  for (const event of events) if (event.type === KIT_PINNED) pins.set(Pinned.parse(event.data).tool, { ...Pinned.parse(event.data), at: event.wall });
  return pins;
}

export function readPins(journal: Pick<JournalReader, 'events'>): Pins {
  return foldPins(journal.events({ types: [KIT_PINNED] }));
}

const ToolName = z.string().regex(/^[^\s/\\]+$/u);

/**
 * Pins programs as they lie on the toolbox or the PATH of `env` now: all of them or none.
 * @throws EngineError `usage` for a path, `not-found` for a program that is not there
 */
export async function pinTools(journal: Journal, tools: readonly string[], env: Readonly<Record<string, string>>): Promise<KitPin[]> {
  const found = await Promise.all(tools.map(async (tool) => {
    if (!ToolName.safeParse(tool).success) throw new EngineError('usage', `"${tool}" is no name of a program.`, { hint: 'Give the bare name, as runbooks write it: pg_restore.' });
    const path = findProgram(tool, env);
    if (path === null) throw new EngineError('not-found', `${tool} is neither in the kit's toolbox nor on the PATH.`, { hint: 'Install it, put it into the toolbox folder of the data folder, or import a kit that has it.' });
    return { tool, path, sha256: (await hashFile(path)).sha256 };
  }));
  const events = journal.appendAll(found.map((data) => ({ type: KIT_PINNED, run: null, actor: 'engine', data })));
  return found.map((pin, index) => ({ ...pin, at: events[index]?.wall ?? '' }));
}
