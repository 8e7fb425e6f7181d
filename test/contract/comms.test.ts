import { describe, expect, it } from 'vitest';
import { joinDraft, smsUri, splitDraft, telUri } from '../../electron/contract/comms.ts';

describe('a number to scan', () => {
  it('is dialled without the separators that people write', () => {
    expect([telUri('+44 1632 960303'), telUri('0049 (30) 123-456'), telUri('01632/960.303')]).toEqual(['tel:+441632960303', 'tel:+4930123456', 'tel:01632960303']);
  });

  it('is none where it is no number, blotted out, or brings commands along', () => {
    for (const bad of ['', '+49 *** 12', '‹not in an exercise›', '*#06#', '123;ext=9', '112,,5', '+49 30 1\nsms:+1']) expect([telUri(bad), smsUri(bad, 'x')]).toEqual([null, null]);
  });

  it('carries the words of a message, unless they are too long for a code', () => {
    expect(smsUri('+44 1632 960303', 'Back at 14:30 & safe\n#1')).toBe('sms:+441632960303?body=Back%20at%2014%3A30%20%26%20safe%0A%231');
    expect(smsUri('+44 1632 960303', 'x'.repeat(501))).toBe('sms:+441632960303');
  });
});

describe('a draft', () => {
  it('is a subject and words, and the same again', () => {
    const draft = 'Subject: Ampora: 3 of 9\n\nNext at 14:30.\n\nSubject: none';
    expect(splitDraft(draft)).toEqual({ subject: 'Ampora: 3 of 9', text: 'Next at 14:30.\n\nSubject: none' });
    expect(joinDraft('Ampora: 3 of 9', 'Next at 14:30.\n\nSubject: none')).toBe(draft);
    expect(splitDraft('No subject')).toEqual({ subject: null, text: 'No subject' });
    expect(joinDraft(' ', 'No subject')).toBe('No subject');
  });
});
