/** What a report is made of before it has a format: parts of blocks, so that every format says the same. */
import { spokenDuration, utcInstant, utcTime } from '../../contract/wording.ts';
import type { SaidBy } from '../../contract/report-facts.ts';

export type Tone = 'good' | 'bad' | 'care' | 'quiet' | 'sim';
/** A word that carries a state: shape and word, so that it reads without colour. */
export interface Mark { tone: Tone; text: string }
/** Null: the record does not hold it. */
export type Cell = string | number | null | Mark;

export type Block =
  | { kind: 'title'; text: string }
  | { kind: 'text'; text: string; quiet?: boolean }
  | { kind: 'pairs'; rows: readonly (readonly [string, Cell])[] }
  | { kind: 'table'; head: readonly string[]; rows: readonly (readonly Cell[])[]; none: string; steps?: boolean }
  | { kind: 'command'; stages: readonly (readonly string[])[] }
  | { kind: 'code'; text: string; label: string }
  | { kind: 'qr'; text: string; label: string; words: string };

export interface Part { id: string; title: string; blocks: readonly Block[] }

export const NOT_RECORDED = 'not recorded';

export function mark(tone: Tone, text: string): Mark {
  return { tone, text };
}

/** A list as one cell: "none" when it is empty, null when nobody said. */
export function listed(values: readonly string[] | null): string | null {
  if (values === null) return null;
  return values.length === 0 ? 'none' : values.join(', ');
}

export function span(seconds: number | null): string | null {
  return seconds === null ? null : spokenDuration(seconds);
}

/** `–` in tables of times, where an empty place says enough. */
export function time(instant: string | null): string {
  return instant === null ? '–' : utcTime(instant);
}

/** A date alone stays one. */
export function full(instant: string | null): string | null {
  return instant === null || instant.length === 10 ? instant : utcInstant(instant);
}

/** A value with who said it, where a person did. */
export function spoken(value: string | null, said: SaidBy | undefined): string | null {
  return value === null || said === undefined ? value : `${value} (said by ${said.by})`;
}
