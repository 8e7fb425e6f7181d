import { describe, expect, it } from 'vitest';
import { countsWithSecond, failedFiles, readCounts } from '../../electron/setup/counts.mjs';

const report = (passed: number, failed: number): { numPassedTests: number; numFailedTests: number; numPendingTests: number } => ({ numPassedTests: passed, numFailedTests: failed, numPendingTests: 0 });

describe('the counts of a test run', () => {
  it('are what the report says when all is well, or when tests failed', () => {
    expect(readCounts(report(3, 0), true)).toEqual({ passed: 3, failed: 0, skipped: 0 });
    expect(readCounts(report(3, 2), false)).toEqual({ passed: 3, failed: 2, skipped: 0 });
  });
  it('hold a failure when the run failed outside of its tests', () => {
    expect(readCounts(report(3, 0), false)).toMatchObject({ passed: 3, failed: 1 });
  });
  it('hold a failure when nothing ran, or nothing was written', () => {
    expect(readCounts(report(0, 0), true)).toMatchObject({ failed: 1 });
    expect(readCounts(null, true)).toMatchObject({ failed: 1 });
  });
});

describe('a run whose failed files are run once more', () => {
  const first = { testResults: [{ name: 'a', status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'skipped' }] }, { name: 'b', status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }] };

  it('names them', () => {
    expect(failedFiles(first)).toEqual(['b']);
    expect(failedFiles(null)).toEqual([]);
  });
  it('counts for them what the second run says', () => {
    expect(countsWithSecond(first, { passed: 2, failed: 0, skipped: 0 })).toEqual({ passed: 3, failed: 0, skipped: 1 });
    expect(countsWithSecond(first, { passed: 1, failed: 1, skipped: 0 })).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });
});
