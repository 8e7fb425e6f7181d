import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';
import { containsMask, createRedactor } from '../../../electron/engine/tool/create-redactor.ts';
import { maskForms } from '../../../electron/engine/tool/mask-forms.ts';
import type { Redactor } from '../../../electron/engine/tool/redactor.ts';
import { runTool } from '../../../electron/engine/tool/run-tool.ts';
import { memorySink, toolRequest } from '../../support/tool-request.ts';

function redactorFor(...secrets: (string | Uint8Array)[]): Redactor {
  const store = createSecretStore();
  secrets.forEach((secret, index) => store.put(`s${index}`, Buffer.from(secret), 'test'));
  return createRedactor(store.all());
}

function mask(redactor: Redactor, chunks: readonly Uint8Array[]): Buffer {
  const stream = redactor.stream();
  return Buffer.concat([...chunks.map((chunk) => Buffer.from(stream.push(chunk))), stream.end()]);
}

/** Cuts bytes at the given places. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

function fold(bytes: Uint8Array, width: number, end: string): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('latin1').replace(new RegExp(`([^]{${width}})(?=[^])`, 'gu'), `$1${end}`), 'latin1');
}

const SECRET = 'p@ss/w+rd ünd "mehr"?';

describe('a secret in the output is masked', () => {
  const raw = Buffer.from(SECRET);
  it.each([
    ['raw', raw],
    ['in hex', Buffer.from(raw.toString('hex'))],
    ['in upper-case hex', Buffer.from(raw.toString('hex').toUpperCase())],
    ['in base64', Buffer.from(raw.toString('base64'))],
    ['in base64url', Buffer.from(raw.toString('base64url'))],
    ['percent-encoded', Buffer.from(encodeURIComponent(SECRET))],
    ['percent-encoded in lower case', Buffer.from(encodeURIComponent(SECRET).replace(/%../gu, (code) => code.toLowerCase()))],
    ['as Python quotes it', Buffer.from('p%40ss/w%2Brd%20%C3%BCnd%20%22mehr%22%3F')],
    ['as a form field', Buffer.from(new URLSearchParams({ a: SECRET }).toString().slice(2))],
    ['with every byte percent-encoded', Buffer.from([...raw].map((byte) => `%${byte.toString(16)}`).join(''))],
    ['as JSON', Buffer.from(JSON.stringify(SECRET).slice(1, -1))],
  ])('%s', (_, form) => {
    const masked = mask(redactorFor(SECRET), [Buffer.from('before '), form, Buffer.from(' after')]);
    expect(masked.toString()).toBe('before ‹masked:s0› after');
  });

  it.each([0, 1, 2])('in base64 and base64url of longer data, at offset %i', (offset) => {
    const data = Buffer.concat([Buffer.alloc(30 + offset, 'x'), raw, Buffer.alloc(30, 'y')]);
    for (const text of [data.toString('base64'), data.toString('base64url')]) {
      const masked = mask(redactorFor(SECRET), [Buffer.from(text)]).toString();
      expect(masked).toContain('‹masked:s0›');
      const [before = '', after = ''] = masked.split('‹masked:s0›');
      // At most the two characters that it shares with its neighbours are left of it.
      expect(text.length - before.length - after.length).toBeGreaterThanOrEqual(Math.floor((raw.length * 8) / 6) - 1);
    }
  });

  it.each([
    ['base64', ['base64']], ['base64 behind something else', ['sh', '-c', '{ printf 0123456789; cat; } | base64']], ['openssl', ['openssl', 'base64', '-e']], ['xxd -p', ['sh', '-c', 'od -An -v -tx1 | tr -d " \\n" | fold -w 60']],
  ])('folded into lines, as %s prints it', async (_, argv) => {
    const key = 'Zq8#'.repeat(8) + 'mP2$kL5vN9xR3tY7'.repeat(6);
    const store = createSecretStore();
    const redactor = createRedactor([store.put('s0', Buffer.from(key), 'test')]);
    const { stdout } = await runTool(toolRequest(argv, { redactor, stdin: { bytes: Buffer.from(key) } }));
    // What is left are the characters that the secret shares with its neighbours, and at most the beginning of a folded line.
    expect(stdout.text.replace('‹masked:s0›', '').length).toBeLessThan(32);
    expect(stdout.text).toContain('‹masked:s0›');
  });

  it('with the line ends that a terminal makes, and line by line', () => {
    const key = '-----BEGIN KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\nq83vEjRWeJCrze8SNFZ4kA\n-----END KEY-----\n';
    const masked = mask(redactorFor(key), [Buffer.from(`a ${key.replaceAll('\n', '\r\n')} b\n   MC4CAQAwBQYDK2VwBCIEIA\n-----BEGIN KEY-----\n`)]).toString();
    expect(masked).toBe('a ‹masked:s0› b\n   ‹masked:s0›\n-----BEGIN KEY-----\n');
  });

  it('when it is binary', () => {
    const key = Buffer.from([0, 255, 1, 254, 10, 13, 0, 7]);
    const masked = mask(redactorFor(key), [Buffer.concat([Buffer.from([9]), key, Buffer.from([9])])]);
    expect(masked.toString()).toBe('\t‹masked:s0›\t');
  });

  it('by the longest form where one secret begins another', () => {
    expect(redactorFor('hunter22', 'hunter22-and-more').text('hunter22-and-more hunter22-an')).toBe('‹masked:s1› ‹masked:s0›-an');
  });
});

describe('masking a stream', () => {
  const word = fc.uint8Array({ minLength: 6, maxLength: 40 });
  const noise = fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.string({ maxLength: 20 }).map((text) => new TextEncoder().encode(text)));

  it('gives the same bytes however it is cut into chunks, and none of the forms', () => {
    fc.assert(fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), fc.array(fc.tuple(noise, fc.nat(), fc.nat()), { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (secrets, parts, cuts) => {
      const forms = secrets.map((secret) => maskForms(secret));
      const bytes = Buffer.concat(parts.flatMap(([between, which, form]) => {
        const chosen = forms[which % forms.length] ?? [];
        const whole = chosen[form % chosen.length]?.bytes ?? new Uint8Array();
        // Every third only begins like a secret; every fifth is folded into lines.
        if (form % 3 === 0) return [between, whole.subarray(0, which % whole.length)];
        return [between, form % 5 === 0 ? fold(whole, 1 + (which % 20), form % 2 === 0 ? '\n' : '\r\n') : whole];
      }));
      const redactor = redactorFor(...secrets);
      const whole = mask(redactor, [bytes]);
      expect(mask(redactor, split(bytes, cuts)).equals(whole)).toBe(true);
      const between = whole.toString('latin1').split(/\u00e2\u0080\u00b9masked:s\d\u00e2\u0080\u00ba/u);
      for (const form of forms.flat()) expect(between.some((text) => text.includes(Buffer.from(form.bytes).toString('latin1')))).toBe(false);
    }), { numRuns: 400 });
  });

  it('changes nothing where there is no secret', () => {
    fc.assert(fc.property(fc.string({ maxLength: 500 }), fc.array(fc.nat()), (text, cuts) => {
      fc.pre(!text.includes(SECRET));
      expect(mask(redactorFor(SECRET), split(Buffer.from(text), cuts)).equals(Buffer.from(text))).toBe(true);
    }));
  });

  it('masks a secret that comes byte by byte, and shows a prompt at once', () => {
    const stream = redactorFor(SECRET).stream();
    expect(Buffer.from(stream.push(Buffer.from('Password: '))).toString()).toBe('Password: ');
    const bytes = [...Buffer.from(`${SECRET}!`)].map((byte) => Buffer.from(stream.push(Uint8Array.of(byte))).toString());
    expect(bytes.join('')).toBe('‹masked:s0›!');
  });

  it('hands over the beginning of a secret that never came to its end', () => {
    expect(mask(redactorFor(SECRET), [Buffer.from('p@ss/w')]).toString()).toBe('p@ss/w');
  });
});

describe('a secret that is too short', () => {
  it('is refused with a reason', () => {
    expect(() => redactorFor('12345')).toThrow(/5 bytes long; under 6 bytes/u);
    expect(redactorFor('123456').text('x123456x')).toBe('x‹masked:s0›x');
  });
});

describe('a mask', () => {
  it('is known again in a text', () => {
    expect(containsMask(redactorFor(SECRET).text(`a${SECRET}b`))).toBe(true);
    expect(containsMask('‹masked›')).toBe(false);
  });

  it('covers what a tool prints, on both streams and on a terminal, in words for the operator too', async () => {
    for (const tty of [undefined, { columns: 80, rows: 24 }]) {
      const output = memorySink();
      const script = `printf 'a%sb' hunter22; printf 'c%sd' hunter22 >&2; exit 3`;
      const outcome = await runTool(toolRequest(['sh', '-c', script], { redactor: redactorFor('hunter22'), output, ...(tty === undefined ? {} : { tty }) }));
      expect(outcome.stdout.text + outcome.stderr.text).toBe('a‹masked:s0›bc‹masked:s0›d');
      expect(output.text()).not.toContain('hunter22');
    }
    const missing = await runTool(toolRequest(['/opt/hunter22/tool'], { redactor: redactorFor('hunter22') }));
    expect(missing.reason).toBe('There is no program at /opt/‹masked:s0›/tool.');
  });
});
