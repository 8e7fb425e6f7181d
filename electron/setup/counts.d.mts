export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export function readCounts(report: { numPassedTests: number; numFailedTests: number; numPendingTests: number } | null, good: boolean): Counts;
interface FileReport {
  testResults: readonly { name: string; status: string; assertionResults: readonly { status: string }[] }[];
}
/** The files of a run in which something failed. */
export function failedFiles(report: FileReport | null): string[];
/** The counts of a run whose failed files were run once more: what the second run says of them counts. */
export function countsWithSecond(report: FileReport, second: Counts): Counts;
