/** What the record says about this laptop's clock while a run was under way: a note for whoever reads its times, never a stop. */
import type { RunFold } from '../../contract/run/state.ts';
import { spokenDuration, utcInstant } from '../../contract/wording.ts';
import type { JournalEvent, JournalReader } from '../journal/journal.ts';

/** These belong to the laptop, so they name no run. */
export const CLOCK_EVENTS: readonly string[] = ['clock.jump', 'clock.rollback'];

/** One sentence; null for any other event. */
export function clockWords({ type, wall, data }: Pick<JournalEvent, 'type' | 'wall' | 'data'>): string | null {
  const number = (name: string): number => (typeof data[name] === 'number' ? data[name] : 0);
  switch (type) {
    case 'clock.jump': {
      const moved = number('wall_ms') - number('up_ms');
      return `The clock of this laptop was set ${moved < 0 ? 'back' : 'forward'} by ${spokenDuration(moved / 1000)}; from ${utcInstant(wall)} on, times follow the new clock`;
    }
    case 'clock.rollback':
      return `This laptop started again with its clock ${spokenDuration(number('behind_ms') / 1000)} behind what it was; from ${utcInstant(wall)} on, times follow that clock`;
    default:
      return null;
  }
}

/** The notes of one run, read on from where the last look ended. */
export class ClockNotes {
  readonly #journal: Pick<JournalReader, 'events'>;
  readonly #fold: RunFold;
  readonly #notes: string[] = [];
  #seen: number | null = null;

  constructor(journal: Pick<JournalReader, 'events'>, fold: RunFold) {
    this.#journal = journal;
    this.#fold = fold;
  }

  read(): readonly string[] {
    this.#seen ??= this.#fold.first;
    for (const event of this.#journal.events({ after: this.#seen, ...(this.#fold.finished === null ? {} : { until: this.#fold.seq }), types: CLOCK_EVENTS })) {
      this.#seen = event.seq;
      this.#notes.push(clockWords(event) ?? '');
    }
    this.#seen = Math.max(this.#seen, this.#fold.seq); // whatever came before the run's newest event has been looked at
    return this.#notes;
  }
}

/** Events of the clock between the first and the last of a run. */
export function clockEventsOf(journal: Pick<JournalReader, 'events'>, events: readonly JournalEvent[]): JournalEvent[] {
  const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
  return [...journal.events({ after: first, types: CLOCK_EVENTS })].filter(({ seq }) => seq < last);
}
