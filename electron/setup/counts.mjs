/**
 * What a test run amounts to. A run that wrote no counts, failed outside of its tests, or ran no test has failed.
 * @param report vitest's JSON report, or null when it wrote none
 * @param good whether the run's exit status was 0
 */
export function readCounts(report, good) {
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report ?? { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  const broken = (!good && failed === 0) || passed + failed === 0;
  return { passed, failed: failed + (broken ? 1 : 0), skipped };
}
