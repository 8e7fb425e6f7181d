/** Numbers as tools print them. Not `Number()`: it reads nothing as 0 and `0x10` as 16. */
const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/u;

/** One decimal number with blanks around it at most; null for anything else. */
export function strictNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : null;
}

/** An integer that a double holds exactly; null for anything else. */
export function strictInteger(text: string): number | null {
  const value = /^[+-]?\d+$/u.test(text.trim()) ? Number(text.trim()) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
