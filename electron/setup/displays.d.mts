export interface Display {
  /** As the environment names it. */
  name: string;
}
/** The displays that the environment names. */
export function displaysOf(env: Record<string, string | undefined>): Display[];
/** Parts displays into those that answer and those that do not. @param patience milliseconds */
export function askDisplays(displays: readonly Display[], patience?: number): Promise<{ alive: Display[]; dead: Display[] }>;
