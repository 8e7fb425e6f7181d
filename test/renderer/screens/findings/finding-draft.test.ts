import { describe, expect, it } from 'vitest';
import type { LiveFinding } from '../../../../electron/contract/after-action.ts';
import { asksForRetest, draftOf, draftProblems, NEW_DRAFT, patchOf, whatIsMissing } from '../../../../renderer/src/screens/findings/finding-draft.ts';
import { dueText, findingState } from '../../../../renderer/src/screens/findings/finding-state.ts';

const FINDING: LiveFinding = {
  id: 'late', runbook: 'wiki', run: 'r1', source: 'raised', title: 'The key came late', description: null, severity: 'high', root_cause: null, action: 'Keep a register', owner: 'Priya Raman', due: '2026-10-01',
  status: 'open', retest_drill: null, retest_run: null, raised_by: 'Ruth Adeyemi', raised_at: '2026-09-20T12:00:00.000Z', closed: false, overdue_days: 0, history: [],
};
const said = { by: 'Ruth Adeyemi', reason: 'done' };

describe('a form about a finding', () => {
  it('comes to what is another than before, and an emptied field takes back what was said', () => {
    const draft = draftOf(FINDING);
    expect(patchOf(draft, FINDING)).toEqual({});
    expect(patchOf({ ...draft, owner: ' ', due: '2026-12-01 ', status: 'in-work' }, FINDING)).toEqual({ owner: null, due: '2026-12-01', status: 'in-work' });
  });

  it('names the one thing that is missing', () => {
    const draft = { ...draftOf(FINDING), ...said };
    expect(whatIsMissing(NEW_DRAFT, null)).toBe('It needs a title.');
    expect(whatIsMissing({ ...NEW_DRAFT, title: 'x' }, null)).toBe('Say who you are.');
    expect(whatIsMissing({ ...NEW_DRAFT, title: 'x', by: 'Ruth' }, null)).toBeUndefined();
    expect(whatIsMissing(draft, FINDING)).toBe('Nothing is another than before.');
    expect(whatIsMissing({ ...draft, owner: 'Jonas', reason: ' ' }, FINDING)).toBe('Say why it changes.');
    expect(whatIsMissing({ ...draft, due: 'soon' }, FINDING)).toBe('A field cannot be read.');
    expect(draftProblems({ ...draft, due: '2026-02-30' }).due).toBe('A date reads 2026-12-01.');
  });

  it('asks for the retest of what is grave, also when the severity is lowered in the same breath', () => {
    const closing = { ...draftOf(FINDING), ...said, status: 'done' };
    expect(whatIsMissing(closing, FINDING)).toBe('Name the retest, or say why without.');
    expect(asksForRetest({ ...closing, severity: 'low' }, FINDING)).toBe(true);
    expect(whatIsMissing({ ...closing, retest_run: 'r2' }, FINDING)).toBeUndefined();
    expect(whatIsMissing({ ...closing, without_retest: 'given up' }, FINDING)).toBeUndefined();
    expect(asksForRetest({ ...closing, severity: 'low' }, { ...FINDING, severity: 'low' })).toBe(false);
  });
});

describe('a finding on the page', () => {
  const now = Date.parse('2026-10-13T12:00:00Z');
  it('says in words how late it is', () => {
    expect(dueText({ ...FINDING, overdue_days: 12 }, now)).toBe('1 Oct, 12 days overdue');
    expect(dueText(FINDING, now)).toBe('1 Oct');
    expect(dueText({ ...FINDING, due: null }, now)).toBe('no date');
  });
  it.each([['open', 0, 'grey'], ['open', 3, 'red'], ['in-work', 0, 'blue'], ['in-work', 3, 'red'], ['done', 0, 'green'], ['accepted', 0, 'amber']] as const)('is %s, %i days late: %s', (status, overdue_days, tone) => {
    expect(findingState({ status, overdue_days }).tone).toBe(tone);
  });
});
