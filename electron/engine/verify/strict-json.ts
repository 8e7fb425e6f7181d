/** Whether bytes are JSON in the one spelling that the record allows: RFC 8785 with ASCII names and integers. */
import { isAscii, isUtf8 } from 'node:buffer';

export type StrictJson = { value: unknown; text: string } | { fault: 'unreadable' | 'not-canonical' };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` only when spelling it anew gives the same bytes. @param entry bytes, or the ASCII text that they spell */
export function readStrictJson(entry: string | Buffer): StrictJson {
  if (typeof entry === 'string') return readText(entry, true);
  if (isAscii(entry)) return readText(entry.toString('latin1'), true);
  return isUtf8(entry) ? readText(entry.toString('utf8'), false) : { fault: 'unreadable' };
}

function readText(text: string, isPlain: boolean): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: 'unreadable' };
  }
  // V8 spells as RFC 8785 asks and keeps the order of names, so in plain ASCII only their order is left to check.
  if (isPlain && !text.includes('\\ud') && isOrdered(value, 0) && JSON.stringify(value) === text) return { value, text };
  return spell(value, 0) === text ? { value, text } : { fault: 'not-canonical' };
}

function isOrdered(value: unknown, depth: number): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth > 64) return false;
  if (Array.isArray(value)) return value.every((item) => isOrdered(item, depth + 1));
  if (!isRecord(value)) return false;
  let before: string | null = null;
  for (const name of Object.keys(value)) {
    if (before !== null && name <= before) return false;
    const member = value[name];
    if (typeof member !== 'string' && !isOrdered(member, depth + 1)) return false;
    before = name;
  }
  return true;
}

/** Null for what has no canonical spelling. */
function spell(value: unknown, depth: number): string | null {
  if (depth > 64) return null;
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : null;
  if (Array.isArray(value)) return spellAll(value.map((item) => spell(item, depth + 1)), '[', ']');
  if (!isRecord(value)) return typeof value === 'string' && /\p{Cs}/u.test(value) ? null : JSON.stringify(value);
  const names = Object.keys(value).sort();
  if (!names.every((name) => isAscii(Buffer.from(name)))) return null;
  const members = names.map((name) => {
    const member = spell(value[name], depth + 1);
    return member === null ? null : `${JSON.stringify(name)}:${member}`;
  });
  return spellAll(members, '{', '}');
}

function spellAll(parts: (string | null)[], open: string, close: string): string | null {
  return parts.includes(null) ? null : `${open}${parts.join(',')}${close}`;
}
