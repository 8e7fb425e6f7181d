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
  /** Whether it is a part of the open incident that has its runbook. */
  joins: boolean;
  /** Why it begins before what it depends on there is back, and who says so. */
  despite: string;
  by: string;
}

export const EMPTY_DRAFT: Draft = { outage: '', unsigned: '', notReady: '', confirmed: false, joins: true, despite: '', by: '' };
