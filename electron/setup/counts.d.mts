export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export function readCounts(report: { numPassedTests: number; numFailedTests: number; numPendingTests: number } | null, good: boolean): Counts;
