/** Nobody dials a real number because a drill showed it; and what is no number stays readable. */
import { describe, expect, it } from 'vitest';
import { markDraft, maskContacts, MASKED_CONTACT } from '../../../electron/contract/tabletop/mask-contacts.ts';

describe('a way to reach somebody', () => {
  it.each(['+49 30 901820', '+1 (555) 010-9999', '0049 170 1234567', '(030) 901 820 17', '030 90182017', '0800-555-0199', 'tel:+4930901820', 'sms:5550199', 'mailto:vp@ampora.example', 'helena.brandt@ampora.example', 'sip:duty@pbx.example'])('is masked: %s', (contact) => {
    expect(maskContacts(`Call ${contact} now`)).toBe(`Call ${MASKED_CONTACT} now`);
  });

  it.each([
    'Restore to 2026-11-20 02:00:00+00 at the latest', 'Connect to 203.0.113.7:6443', 'The dump veza_db_20261120_020000.dump has 305000000000 bytes', 'Within 30 min, by 01:12 UTC', 'fe80::1 answers',
    'sha256:0123456789012345678901234567890123456789012345678901234567890123', 'Step 8 of 19', 'run 20261121-140000-ab12cd', 'H+0:45:30', 'Account 123456789012', 'https://app.example/health?x=0123456',
  ])('is not: %s', (text) => {
    expect(maskContacts(text)).toBe(text);
  });
});

describe('a draft', () => {
  it('says first, last and in its subject that it is an exercise', () => {
    expect(markDraft('Subject: Ampora is down\n\nCall +49 30 901820.')).toBe(`Subject: EXERCISE: Ampora is down\n\nEXERCISE EXERCISE EXERCISE\n\nCall ${MASKED_CONTACT}.\n\nEXERCISE EXERCISE EXERCISE`);
    expect(markDraft('We are on it.')).toBe('EXERCISE EXERCISE EXERCISE\n\nWe are on it.\n\nEXERCISE EXERCISE EXERCISE');
  });
});
