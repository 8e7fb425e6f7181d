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

/** The files of a run in which something failed. @param report vitest's JSON report */
export function failedFiles(report) {
  return (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** The counts of a run whose failed files were run once more from their beginning: what the second run says of them counts. */
export function countsWithSecond(report, second) {
  const kept = report.testResults.filter(({ status }) => status !== 'failed').flatMap(({ assertionResults }) => assertionResults);
  const passed = kept.filter(({ status }) => status === 'passed').length;
  return { passed: passed + second.passed, failed: second.failed, skipped: kept.length - passed + second.skipped };
}
