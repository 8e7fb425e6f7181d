import type { Mode } from '../vocabulary.ts';
/** Ways to reach people, made useless in an exercise: nobody dials a real number because a drill showed it. */



/** Links that a device would dial or write to. */
const LINK = /\b(?:tel|sms|mailto|callto|sip|skype):[^\s<>")\]]+/giu;
const ADDRESS = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu;
/** International, or national with its zero: at least seven digits with the usual separators. No dates, no addresses of machines. */
const NUMBER = /(?<![\w.:/-])(?:\+|00)\d(?:[ ()/-]{0,3}\d){6,14}(?![\w.:-]*\d)|(?<![\w.:/+-])\(?0\d{1,5}\)?(?:[ /-]\d{2,}){1,4}(?![\w.:-]*\d)/gu;

export const MASKED_CONTACT = '‹not in an exercise›';

export function maskContacts(text: string): string {
  return text.replace(LINK, MASKED_CONTACT).replace(ADDRESS, MASKED_CONTACT).replace(NUMBER, MASKED_CONTACT);
}

const BANNER = 'EXERCISE EXERCISE EXERCISE';

/** A message that is drafted in a tabletop is marked and names no way to reach anybody. */
export function markDraft(draft: string): string {
  return markExercise(maskContacts(draft));
}

/** What leaves the console in a drill says what it is, also when somebody has taken the marks out of the draft. */
export function isMarked(text: string): boolean {
  return text.startsWith(BANNER) && text.trimEnd().endsWith(BANNER);
}

/** The words as they leave the console: in a drill marked, whatever was done to the draft, and in a tabletop without a way to reach anybody. */
export function leaving(mode: Mode, subject: string, text: string): { subject: string; text: string } {
  if (mode === 'live') return { subject, text };
  const clean = (words: string): string => (mode === 'tabletop' ? maskContacts(words) : words);
  const head = /^EXERCISE\b/u.test(subject) || subject.trim() === '' ? subject : `EXERCISE: ${subject}`;
  return { subject: clean(head), text: isMarked(text) ? clean(text) : markExercise(clean(text)) };
}

/** A message of a drill says so first, last and in its subject. */
export function markExercise(draft: string): string {
  const [, subject, text] = /^Subject: ([^\n]*)\n\n([\s\S]*)$/u.exec(draft) ?? [];
  if (subject === undefined || text === undefined) return `${BANNER}\n\n${draft}\n\n${BANNER}`;
  return `Subject: EXERCISE: ${subject}\n\n${BANNER}\n\n${text}\n\n${BANNER}`;
}
