/** Masks secrets in what tools print, before anything of it is stored or shown. */
import { EngineError } from '../../contract/errors.ts';
import type { SecretHandle } from '../secrets/secret.ts';
import { maskForms, SHORTEST_SECRET } from './mask-forms.ts';
import { MultiSearch } from './multi-search.ts';
import type { Pattern } from './multi-search.ts';
import type { MaskedStream, Redactor } from './redactor.ts';

export interface SecretRedactor extends Redactor {
  /** Overwrites the forms that it searches for; it masks nothing afterwards. */
  forget(): void;
}

/** What stands in place of a secret. */
export function maskOf(name: string): string {
  return `‹masked:${name}›`;
}

/** Whether a masked text has lost a secret, so that it is no longer what the tool said. */
export function containsMask(text: string): boolean {
  return /‹masked:[a-z][a-z0-9_]{0,63}›/u.test(text);
}

/**
 * Whatever the chunks a stream comes in, its masked bytes are the same: at each place the longest form wins.
 * @throws EngineError `refused` for a secret that is too short to be masked
 */
export function createRedactor(secrets: readonly SecretHandle[]): SecretRedactor {
  const patterns: Pattern[] = [];
  const masks: Uint8Array[] = [];
  for (const secret of secrets) {
    refuseShort(secret.name, secret.length);
    for (const form of maskForms(secret.bytes())) {
      patterns.push(form);
      masks.push(Buffer.from(maskOf(secret.name)));
    }
  }
  return redactorOf(patterns, masks);
}

/** @throws EngineError `refused` below `SHORTEST_SECRET` bytes */
export function refuseShort(name: string, length: number): void {
  if (length >= SHORTEST_SECRET) return;
  throw new EngineError('refused', `The secret ${name} is ${length} bytes long; under ${SHORTEST_SECRET} bytes a secret cannot be masked in what tools print.`, { hint: 'Use a longer secret, or check whether the right one was given.' });
}

function redactorOf(patterns: readonly Pattern[], masks: readonly Uint8Array[]): SecretRedactor {
  if (patterns.length === 0) return { stream: plainStream, text: (text) => text, forget: () => {} };
  const search = new MultiSearch(patterns);
  const stream = (): MaskedStream => maskingStream(search, masks);
  return {
    stream,
    text: (text) => {
      const one = stream();
      return Buffer.concat([one.push(Buffer.from(text)), one.end()]).toString();
    },
    forget: () => search.forget(),
  };
}

function plainStream(): MaskedStream {
  return { push: (bytes) => bytes, end: () => new Uint8Array() };
}

/** Holds back only what may still become a secret, so a prompt appears at once. */
function maskingStream(search: MultiSearch, masks: readonly Uint8Array[]): MaskedStream {
  let held: Uint8Array = new Uint8Array();
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const { masked, rest } = maskUpTo(search, masks, all);
      held = rest.length === 0 ? rest : Uint8Array.from(rest);
      return masked;
    },
    end() {
      const rest = maskAll(search, masks, held);
      held = new Uint8Array();
      return rest;
    },
  };
}

/**
 * A place is decided when no form can begin there and reach beyond the bytes at hand. A match that begins before the
 * first undecided place stands, and may cover it; then the next undecided place after the match counts.
 */
function maskUpTo(search: MultiSearch, masks: readonly Uint8Array[], bytes: Uint8Array): { masked: Uint8Array; rest: Uint8Array } {
  const pieces: Uint8Array[] = [];
  let at = 0;
  let open = search.unfinished(bytes, 0, bytes.length);
  for (;;) {
    const match = search.find(bytes, at, bytes.length);
    if (match === null || match.at >= open) {
      pieces.push(bytes.subarray(at, open));
      return { masked: joined(pieces), rest: bytes.subarray(open) };
    }
    pieces.push(bytes.subarray(at, match.at), masks[match.pattern] ?? new Uint8Array());
    at = match.at + match.length;
    if (at > open) open = search.unfinished(bytes, at, bytes.length);
  }
}

function maskAll(search: MultiSearch, masks: readonly Uint8Array[], bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let match = search.find(bytes, at, bytes.length); match !== null; match = search.find(bytes, at, bytes.length)) {
    pieces.push(bytes.subarray(at, match.at), masks[match.pattern] ?? new Uint8Array());
    at = match.at + match.length;
  }
  pieces.push(bytes.subarray(at));
  return joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
