/**
 * Reads a time that a person wrote, as UTC milliseconds: `2026-09-15 01:12`, `2026-09-15T01:12:30Z`, or `01:12` for its
 * latest occurrence. Null when it is none of these or no such moment exists.
 */
export function readUtc(text: string, now: number): number | null {
  const full = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?(?: ?Z| UTC)?$/u.exec(text.trim());
  if (full !== null) return moment(`${full[1] ?? ''}T${full[2] ?? ''}${full[3] ?? ':00'}Z`);
  const short = /^(\d{1,2}):(\d{2})$/u.exec(text.trim());
  if (short === null) return null;
  const today = moment(`${new Date(now).toISOString().slice(0, 10)}T${(short[1] ?? '').padStart(2, '0')}:${short[2] ?? ''}:00Z`);
  return today !== null && today > now ? today - 86_400_000 : today;
}

function moment(iso: string): number | null {
  const at = Date.parse(iso);
  // 30 February would roll over into March
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 16) !== iso.slice(0, 16) ? null : at;
}
