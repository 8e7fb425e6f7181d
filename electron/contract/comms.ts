/** Contacts beside the runbooks, and what leaves the console for them. */
import { z } from 'zod';
import { ChannelName } from './channel.ts';
import { Day, Id } from './scalars.ts';

/** A person to be told. In a tabletop the ways to reach them are blotted out. */
export const ContactCard = z.object({
  name: z.string(),
  role: z.string().nullable(),
  organisation: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  sms: z.string().nullable(),
  verified: Day.nullable(), // when somebody last rang or wrote and got them
  age_days: z.int().nullable(), // since then; null when never
  stale: z.boolean(), // never verified, or longer ago than the runbook allows
  problem: z.string().nullable(), // why they cannot be reached as it stands
});
export type ContactCard = z.infer<typeof ContactCard>;

/** Whom an audience consists of; `problem` in words where that cannot be read. */
export const AudienceContacts = z.object({ people: z.array(ContactCard), max_age_days: z.int(), problem: z.string().nullable() });
export type AudienceContacts = z.infer<typeof AudienceContacts>;

/** One contacts file, with what the runbooks that use it say of its groups. */
export const ContactBook = z.object({
  path: z.string(),
  system: z.string(),
  runbooks: z.array(z.object({ id: Id, title: z.string() })),
  max_age_days: z.int(),
  problem: z.string().nullable(),
  groups: z.array(z.object({
    id: Id,
    /** Audiences that consist of this group, each once. */
    audiences: z.array(z.object({ title: z.string(), cadence: z.string(), channels: z.array(z.object({ kind: ChannelName, address: z.string().nullable() })) })),
    people: z.array(ContactCard),
  })),
});
export type ContactBook = z.infer<typeof ContactBook>;

/** A message as it is taken elsewhere. */
export const OutgoingMessage = z.object({ run: z.string(), audience: Id, step: z.string().nullable(), format: z.enum(['eml', 'txt']), subject: z.string().max(500), text: z.string().max(100_000), path: z.string() }).strict();
export type OutgoingMessage = z.infer<typeof OutgoingMessage>;

/** Digits that a telephone dials; null for what is none. Separators that people write are dropped. */
export function dialled(number: string): string | null {
  const digits = number.replace(/[\s()./-]/gu, '').replace(/^00/u, '+');
  return /^\+?\d{3,15}$/u.test(digits) ? digits : null;
}

/** `tel:` by RFC 3966, or null. */
export function telUri(number: string): string | null {
  const digits = dialled(number);
  return digits === null ? null : `tel:${digits}`;
}

/** Longest text that goes into a QR code which telephones still read from a screen. */
const SMS_CHARACTERS = 500;

/** `sms:` by RFC 5724. A text that is too long for a code is left out: the number alone opens the messenger. */
export function smsUri(number: string, text: string): string | null {
  const digits = dialled(number);
  if (digits === null) return null;
  return text.length > SMS_CHARACTERS ? `sms:${digits}` : `sms:${digits}?body=${encodeURIComponent(text)}`;
}

/** A draft whose subject stands on a line of its own before the text. */
export function splitDraft(draft: string): { subject: string | null; text: string } {
  const [, subject, text] = /^Subject: ([^\n]*)\n\n([\s\S]*)$/u.exec(draft) ?? [];
  return subject === undefined || text === undefined ? { subject: null, text: draft } : { subject, text };
}

export function joinDraft(subject: string, text: string): string {
  return subject.trim() === '' ? text : `Subject: ${subject.trim()}\n\n${text}`;
}
