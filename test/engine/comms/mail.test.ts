import { describe, expect, it } from 'vitest';
import { composeMail, type Mail, oneLine, plainMessage, recipientsOf } from '../../../electron/engine/comms/mail.ts';

const MAIL: Mail = {
  run: 'ampora-1', from: { id: 'jonas-weidmann', name: 'Jonas Weidmann' }, to: [{ name: 'Zoë Müller', email: 'zoe@kredete.example' }, { name: 'Kim', email: null }],
  subject: 'Ampora: 3 of 9 – nächster Stand', text: 'Grüße aus der Halle.\n.\nFrom here on: 東京 ✓\n', exercise: false, at: new Date('2026-11-21T10:00:00Z'),
};

/** Headers unfolded, and the decoded words of the body. */
async function read(mail: Mail): Promise<{ headers: Map<string, string[]>; text: string; raw: string }> {
  const raw = (await composeMail(mail)).toString('latin1');
  const cut = raw.indexOf('\r\n\r\n');
  const headers = new Map<string, string[]>();
  for (const line of raw.slice(0, cut).replace(/\r\n[ \t]+/gu, ' ').split('\r\n')) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), words(line.slice(at + 1).trim())]);
  }
  const body = raw.slice(cut + 4);
  const bytes = headers.get('content-transfer-encoding')?.[0] === 'base64' ? Buffer.from(body, 'base64') : quoted(body.replace(/=\r\n/gu, ''));
  return { headers, text: bytes.toString('utf8'), raw };
}

function quoted(text: string): Buffer {
  return Buffer.from(text.replace(/=([0-9A-F]{2})/gu, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
}

/** Encoded words of RFC 2047. */
function words(header: string): string {
  return header.replace(/\?=\s+=\?/gu, '?==?').replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/giu, (_whole, how: string, text: string) => (how.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : quoted(text.replaceAll('_', ' '))).toString('utf8'));
}

describe('a mail', () => {
  it('is a file by RFC 5322, in UTF-8, that a mail program opens as unsent', async () => {
    const { headers, text, raw } = await read(MAIL);
    expect(headers.get('subject')).toEqual(['Ampora: 3 of 9 – nächster Stand']);
    expect(headers.get('to')).toEqual(['Zoë Müller <zoe@kredete.example>']);
    expect(headers.get('from')).toEqual(['Jonas Weidmann <jonas-weidmann@blackstart.invalid>']);
    expect(headers.get('date')).toEqual(['Sat, 21 Nov 2026 10:00:00 +0000']);
    expect([headers.get('mime-version'), headers.get('x-unsent'), headers.get('x-blackstart-run')]).toEqual([['1.0'], ['1'], ['ampora-1']]);
    expect(headers.get('content-type')?.[0]).toMatch(/^text\/plain; charset=utf-8/u);
    expect(text.replaceAll('\r\n', '\n').trimEnd()).toBe(MAIL.text.trimEnd());
    expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u);
    expect(/[^\x00-\x7f]/u.test(raw)).toBe(false);
    for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });

  it.each([['\r\n', 'CR LF'], ['\n', 'LF'], ['\r', 'CR'], ['\u2028', 'a line separator'], ['\u0085', 'NEL'], ['\0', 'NUL']])('lets no header in by %j (%s) in a subject, a name or a run', async (end) => {
    const evil = `Kim${end}Bcc: thief@evil.example${end}${end}<script>`;
    const { headers } = await read({ ...MAIL, subject: evil, run: evil, from: { id: 'kim', name: evil }, to: [{ name: evil, email: 'kim@kredete.example' }] });
    expect([...headers.keys()].sort()).toEqual(['content-transfer-encoding', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to', 'x-blackstart-run', 'x-unsent']);
    expect(headers.get('subject')).toEqual([oneLine(evil)]);
    expect(headers.get('to')?.[0]).toContain('kim@kredete.example');
  });

  it('writes to addresses alone, and names those who have none', () => {
    const people = [{ name: 'A', email: 'a@b.example' }, { name: 'B', email: 'b@b.example, thief@evil.example' }, { name: 'C', email: 'c@b.example\r\nBcc: x@y.example' }, { name: 'D', email: '***@b.example>' }, { name: 'E', email: null }];
    expect(recipientsOf(people)).toEqual({ mailed: [{ name: 'A', address: 'a@b.example' }], left: ['B', 'C', 'D', 'E'] });
  });

  it('of an exercise addresses nobody and says so in a header', async () => {
    const { headers, raw } = await read({ ...MAIL, exercise: true });
    expect(headers.get('to')).toBeUndefined();
    expect(headers.get('x-blackstart-exercise')).toEqual(['yes']);
    expect(raw).not.toContain('kredete.example');
  });

  it('never reads a file or an address that its text names', async () => {
    expect((await read({ ...MAIL, text: 'file:///etc/passwd' })).text.trim()).toBe('file:///etc/passwd');
  });
});

describe('a message as text', () => {
  it('says to whom, by what, about what, then the words', () => {
    expect(plainMessage(MAIL, 'Executive team', ['Zoë +44 1632 960303'])).toBe('To: Executive team (Zoë Müller, Kim)\nBy: Zoë +44 1632 960303\nSubject: Ampora: 3 of 9 – nächster Stand\n\nGrüße aus der Halle.\n.\nFrom here on: 東京 ✓\n');
  });

  it('keeps each of its heads on one line', () => {
    expect(plainMessage({ ...MAIL, subject: 'a\nBcc: b', to: [{ name: 'x\ny', email: null }] }, 'T\nU', []).split('\n\n')[0]).toBe('To: T U (x y)\nSubject: a Bcc: b');
  });
});
