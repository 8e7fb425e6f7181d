/** Names, patterns and queries are never filled. */
const AS_WRITTEN: ReadonlySet<string> = new Set(['kind', 'id', 'json', 'matches', 'not_matches', 'query', 'regex', 'secret', 'version_match']);

/** A mapping with every text in it filled, at any depth. */
export function fillAll(value: unknown, text: (written: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => fillAll(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, AS_WRITTEN.has(name) ? item : fillAll(item, text)]));
}
