/** RFC 6901. */

export type Pointed = { found: true; value: unknown } | { found: false };

/** @param pointer `''` is the whole document; anything else begins with `/` */
export function pointTo(document: unknown, pointer: string): Pointed {
  if (pointer === '') return { found: true, value: document };
  if (!pointer.startsWith('/')) return { found: false };
  let value = document;
  for (const token of pointer.slice(1).split('/')) {
    const next = child(value, token.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (!next.found) return next;
    value = next.value;
  }
  return { found: true, value };
}

function child(value: unknown, key: string): Pointed {
  if (Array.isArray(value)) {
    const index = /^(?:0|[1-9]\d*)$/u.test(key) ? Number(key) : -1;
    return index >= 0 && index < value.length ? { found: true, value: value[index] } : { found: false };
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return { found: false };
  return { found: true, value: Object.getOwnPropertyDescriptor(value, key)?.value };
}
