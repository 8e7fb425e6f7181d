/** What has been filled in before a start, apart from the runbook's own values. */
import type { Outage } from './OutageField.tsx';

export interface Draft {
  outage: Outage;
  /** Why an unsigned runbook will do; empty while nobody has said. */
  unsigned: string;
  /** Why it begins although it is not ready. */
  notReady: string;
  /** Whether the values were confirmed as they stand. */
  confirmed: boolean;
}

export const EMPTY_DRAFT: Draft = { outage: '', unsigned: '', notReady: '', confirmed: false };
