/** A message as a file that mail programs open: RFC 5322 in UTF-8, unsent. Names and subjects are one line each, whatever they hold. */
import { z } from 'zod';
import type { ContactCard } from '../../contract/comms.ts';

export interface Mail {
  run: string;
  /** Whoever leads the run; a mail program puts its own sender in their place. */
  from: { name: string; id: string } | null;
  to: readonly Pick<ContactCard, 'name' | 'email'>[];
  subject: string;
  text: string;
  /** A drill: said in a header as well, and nobody is addressed. */
  exercise: boolean;
  at: Date;
}

const Address = z.email().max(254);
/** The address of nobody (RFC 2606): the console knows no mailbox of its own. */
const NOWHERE = 'blackstart.invalid';

/** One line without anything invisible: what stands in a header cannot begin another one. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replace(/ {2,}/gu, ' ').trim();
}

/** Those whose address is one; the others are for the person to see. */
export function recipientsOf(people: Mail['to']): { mailed: { name: string; address: string }[]; left: string[] } {
  const mailed: { name: string; address: string }[] = [];
  const left: string[] = [];
  for (const { name, email } of people) {
    const address = Address.safeParse(email?.trim());
    if (address.success) mailed.push({ name: oneLine(name), address: address.data });
    else left.push(oneLine(name));
  }
  return { mailed, left };
}

/** The bytes of the file; lines end as RFC 5322 asks. */
export async function composeMail({ run, from, to, subject, text, exercise, at }: Mail): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const composer = new MailComposer({
    from: { name: oneLine(from?.name ?? 'Blackstart'), address: `${from?.id ?? 'operator'}@${NOWHERE}` },
    ...(exercise ? {} : { to: recipientsOf(to).mailed }),
    subject: oneLine(subject), text: text.replace(/\r\n?/gu, '\n'), date: at, newline: 'windows',
    headers: { 'X-Unsent': '1', 'X-Blackstart-Run': oneLine(run), ...(exercise ? { 'X-Blackstart-Exercise': 'yes' } : {}) },
    // nothing in a message is ever fetched or read from this disk
    disableFileAccess: true, disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** The same to be read or read out: who, about what, then the words. */
export function plainMessage({ to, subject, text, exercise }: Pick<Mail, 'to' | 'subject' | 'text' | 'exercise'>, audience: string, ways: readonly string[]): string {
  const people = to.map(({ name }) => oneLine(name)).join(', ');
  const head = [`To: ${oneLine(audience)}${people === '' ? '' : ` (${people})`}`, ...(ways.length === 0 || exercise ? [] : [`By: ${ways.map(oneLine).join(', ')}`]), ...(subject.trim() === '' ? [] : [`Subject: ${oneLine(subject)}`])];
  return `${head.join('\n')}\n\n${text.replace(/\r\n?/gu, '\n').trimEnd()}\n`;
}
