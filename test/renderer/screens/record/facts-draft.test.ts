import { describe, expect, it } from 'vitest';
import { ReportFacts } from '../../../../electron/contract/report-facts.ts';
import { draftProblems, EMPTY_DRAFT, factsOf } from '../../../../renderer/src/screens/record/facts-draft.ts';

const NOW = Date.UTC(2026, 8, 15, 12);

describe('what is typed into "Complete the report"', () => {
  it('says nothing while nothing is typed', () => {
    expect(factsOf(EMPTY_DRAFT, NOW)).toEqual({});
    expect(draftProblems(EMPTY_DRAFT, NOW)).toEqual({});
  });

  it('becomes facts that the contract takes', () => {
    const draft = {
      ...EMPTY_DRAFT, trigger: 'incident', severity: 'high', criterion_met: ' hall B dark ', deactivated_at: '2026-09-15 04:43', third_parties: 'Colocation\n\nTelco\n', exclusions: 'Cube: rebuilt weekly: always',
      witness: 'Ruth Adeyemi', organisation: 'Audit GmbH', authority: 'BaFin', regulator_at: '05:00', next_due: '2026-12-15',
    };
    const facts = factsOf(draft, NOW);
    expect(ReportFacts.parse(facts)).toEqual({
      trigger: 'incident', severity: 'high', criterion_met: 'hall B dark', deactivated_at: '2026-09-15T04:43:00.000Z', third_parties: ['Colocation', 'Telco'], exclusions: [{ what: 'Cube', reason: 'rebuilt weekly: always' }],
      people: [{ name: 'Ruth Adeyemi', part: 'witness', organisation: 'Audit GmbH' }], regulator: { authority: 'BaFin', at: '2026-09-15T05:00:00.000Z' }, next_due: '2026-12-15',
    });
    expect(draftProblems(draft, NOW)).toEqual({});
  });

  it.each([
    ['deactivated_at', 'yesterday'], ['regulator_at', '25:00'], ['next_due', 'in spring'], ['exclusions', 'only what'], ['exclusions', ': only why'],
  ] as const)('is named where it cannot be read: %s "%s"', (field, text) => {
    expect(Object.keys(draftProblems({ ...EMPTY_DRAFT, authority: field === 'regulator_at' ? 'BaFin' : '', [field]: text }, NOW))).toEqual([field]);
  });

  it('wants the regulator’s name and the time together', () => {
    expect(draftProblems({ ...EMPTY_DRAFT, authority: 'BaFin' }, NOW)).toEqual({ regulator_at: expect.stringContaining('a name and a time') });
  });
});
