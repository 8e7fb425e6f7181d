import { describe, expect, it } from 'vitest';
import type { CheckResult, ReadinessReport } from '../../../electron/contract/readiness.ts';
import type { Runbook, SignatureState } from '../../../electron/contract/runbook.ts';
import { kitBoard, type KitFacts } from '../../../electron/engine/kit/kit-board.ts';
import { parseRunbook } from '../../../electron/engine/runbook/parse.ts';
import { compose, step } from '../runbook/compose.ts';

const NOW = Date.parse('2026-09-11T09:42:00Z');
const SIGNED: SignatureState = { state: 'signed', signers: ['release'], version: 3 };

function book(): Runbook {
  const { runbook } = parseRunbook(Buffer.from(compose({ body: step('a') })), 'sample.runbook.md');
  if (runbook === null) throw new Error('the runbook of the test is not sound');
  return runbook;
}

function check(part: Partial<CheckResult> & Pick<CheckResult, 'id' | 'kind'>): CheckResult {
  return {
    title: `Check ${part.id}`, severity: 'blocker', outcome: 'pass', expired: false, summary: 'It holds.', evidence: {},
    checked_at: '2026-09-11T08:00:00.000Z', expires_at: '2026-10-11T08:00:00.000Z', duration_ms: 1, remedy: null, suspects: [], override: null, ...part,
  };
}

function board(checks: CheckResult[], signature = SIGNED): ReturnType<typeof kitBoard> {
  const report: ReadinessReport = { runbook: { id: 'sample', sha256: '0'.repeat(64) }, state: 'READY', checks, dependencies: [], warnings: [] };
  const facts: KitFacts = { laptop: 'kit-03', now: NOW, runbooks: [{ runbook: book(), signature, report }], pins: [], imported: null, words: null };
  return kitBoard(facts);
}

describe('the kit board', () => {
  it('is good until the first thing that blocks a recovery is not proven any more', () => {
    expect(board([check({ id: 'a', kind: 'tool' }), check({ id: 'b', kind: 'tls', expires_at: '2026-10-02T00:00:00.000Z' })]).good_until).toBe('2026-10-02T00:00:00.000Z');
  });

  it.each([
    ['failed', { outcome: 'fail' as const }],
    ['was never checked', { outcome: 'unknown' as const, checked_at: null, expires_at: null }],
    ['has expired', { expired: true, expires_at: '2026-09-01T00:00:00.000Z' }],
  ])('is not good while a check that blocks %s', (_what, part) => {
    expect(board([check({ id: 'a', kind: 'tool' }), check({ id: 'b', kind: 'disk', ...part })]).good_until).toBeNull();
  });

  it('is not held up by what only warns', () => {
    expect(board([check({ id: 'a', kind: 'tool' }), check({ id: 'b', kind: 'disk', severity: 'warning', outcome: 'fail' })]).good_until).toBe('2026-10-11T08:00:00.000Z');
  });

  it('is not good with nothing that blocks, since nothing is proven then', () => {
    expect(board([]).good_until).toBeNull();
  });

  it('puts the checks of one sort in one row, with how many hold and the worst of them', () => {
    const { itself } = board([check({ id: 'a', kind: 'tool' }), check({ id: 'b', kind: 'tool', outcome: 'fail', summary: 'psql is 12.1.', checked_at: '2026-09-10T08:00:00.000Z' })]);
    expect(itself[1]).toEqual({ what: 'Tools', state: 'failed', found: '1 of 2 hold; Check b: psql is 12.1.', verified_at: '2026-09-10T08:00:00.000Z', good_until: null });
  });

  it('gives each backup and each key a row of its own', () => {
    const { brings_back } = board([check({ id: 'dump', kind: 'backup', summary: 'key-proven, 1,250 tenants' }), check({ id: 'key', kind: 'known-answer', outcome: 'overridden', override: { by: 'Priya Raman', reason: 'accepted', at: '2026-09-11T08:00:00.000Z' } })]);
    expect(brings_back.map(({ state, found }) => [state, found])).toEqual([['measured', 'key-proven, 1,250 tenants'], ['overridden', 'It holds.']]);
  });

  it('tells a measurement from a person’s word', () => {
    const { itself } = board([check({ id: 'a', kind: 'attest' }), check({ id: 'b', kind: 'power' })]);
    expect(itself.slice(1).map(({ what, state }) => [what, state])).toEqual([['This laptop', 'measured'], ['What people vouch for', 'said']]);
  });

  it('says whether the runbooks are vouched for', () => {
    expect(board([]).itself[0]).toMatchObject({ what: 'Runbooks', state: 'measured', found: expect.stringContaining('1 runbook, all signed') });
    expect(board([], { state: 'unsigned', signers: [] }).itself[0]).toMatchObject({ state: 'unknown', found: expect.stringContaining('none signed') });
    expect(board([], { state: 'altered', signers: [] }).itself[0]).toMatchObject({ state: 'failed', found: expect.stringContaining('1 altered') });
  });
});
