export interface Violation {
  rule: string;
  from: string;
  to: string;
}
/** @param root a folder that holds `electron`, `renderer` and `test` @returns `read` of `present` modules were followed */
export function checkDependencies(root: string): Promise<{ read: number; present: number; violations: Violation[] }>;
