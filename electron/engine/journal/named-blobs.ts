/** Outputs and attachments that an event names. */
import type { EventValue } from './journal.ts';

const BLOB_FIELDS: ReadonlySet<string> = new Set(['name', 'sha256', 'size']);

/** Objects of exactly `sha256` and `size`, perhaps with a `name`, name blobs, wherever they stand. */
export function outputsNamed(value: EventValue): { sha256: string; size: number }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) {
    const { sha256, size } = value;
    if (typeof sha256 === 'string' && typeof size === 'number' && Object.keys(value).every((key) => BLOB_FIELDS.has(key))) return [{ sha256, size }];
  }
  return Object.values(value).flatMap(outputsNamed);
}
