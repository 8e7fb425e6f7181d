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

/** A message that is drafted in an exercise says so first, last and in its subject, and names no way to reach anybody. */
export function markDraft(draft: string): string {
  const masked = maskContacts(draft);
  const [, subject, text] = /^Subject: ([^\n]*)\n\n([\s\S]*)$/u.exec(masked) ?? [];
  if (subject === undefined || text === undefined) return `${BANNER}\n\n${masked}\n\n${BANNER}`;
  return `Subject: EXERCISE: ${subject}\n\n${BANNER}\n\n${text}\n\n${BANNER}`;
}
