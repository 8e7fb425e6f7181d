/** Text encodings of samples and keys, read strictly: what is not clean is refused, never guessed at. */

export type Encoding = 'raw' | 'hex' | 'base64' | 'base64url' | 'utf8';

/** @returns null when the text is not of that encoding */
export function decode(bytes: Buffer, encoding: Encoding): Buffer | null {
  switch (encoding) {
    case 'raw':
    case 'utf8':
      return bytes;
    case 'hex': {
      const text = compact(bytes).replace(/^\\x/u, ''); // PostgreSQL prints bytea as \x6b65…
      return /^(?:[0-9a-fA-F]{2})*$/u.test(text) ? Buffer.from(text, 'hex') : null;
    }
    case 'base64': {
      const text = compact(bytes);
      return /^[A-Za-z0-9+/]*={0,2}$/u.test(text) && text.replace(/=+$/u, '').length % 4 !== 1 ? Buffer.from(text, 'base64') : null;
    }
    case 'base64url': {
      const text = compact(bytes);
      return /^[A-Za-z0-9_-]*={0,2}$/u.test(text) && text.replace(/=+$/u, '').length % 4 !== 1 ? Buffer.from(text, 'base64url') : null;
    }
  }
}

function compact(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\r\n\t ]+/gu, '');
}

/** Bytes by name along a layout such as `nonce:12,ct,tag:16`; the one field without a length takes the rest. */
export function splitLayout(bytes: Buffer, layout: string): Map<string, Buffer> | null {
  const fields = layout.split(',').map((field) => field.trim().split(':')).map(([name = '', length]) => ({ name, length: length === undefined ? null : Number(length) }));
  const fixed = fields.reduce((sum, field) => sum + (field.length ?? 0), 0);
  if (fields.filter((field) => field.length === null).length > 1 || bytes.length < fixed) return null;
  const parts = new Map<string, Buffer>();
  let at = 0;
  for (const { name, length } of fields) {
    const end = at + (length ?? bytes.length - fixed);
    parts.set(name, bytes.subarray(at, end));
    at = end;
  }
  return at === bytes.length ? parts : null;
}

/** What is wrong with a layout, or null when it can be used; `needed` are the fields that must be there. */
export function layoutProblem(layout: string, needed: readonly string[]): string | null {
  const fields = layout.split(',').map((field) => field.trim());
  const bad = fields.find((field) => !/^[a-z_]+(?::[1-9]\d{0,4})?$/u.test(field));
  if (bad !== undefined) return `the layout has a part "${bad}" that reads neither NAME nor NAME:BYTES`;
  const names = fields.map((field) => field.split(':')[0] ?? '');
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined) return `the layout names no "${missing}"`;
  if (fields.filter((field) => !field.includes(':')).length > 1) return 'the layout has more than one part without a length';
  return null;
}
