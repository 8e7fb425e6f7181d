/** What a single test found: whether it holds, and in words what is there. */
export interface Verdict {
  ok: boolean;
  /** What was found, for people; not yet masked or shortened. */
  actual: string;
}

export function holds(actual: string): Verdict {
  return { ok: true, actual };
}

export function fails(actual: string): Verdict {
  return { ok: false, actual };
}
