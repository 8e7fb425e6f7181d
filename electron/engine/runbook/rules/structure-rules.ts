/** Every rule that makes a file no runbook; each looks at the whole and returns errors. */
import type { Finding } from '../../../contract/runbook.ts';
import type { Draft } from '../draft.ts';
import { uniqueFindingIds, uniqueIds, uniqueNames } from './identity-rules.ts';

export type StructureRule = (draft: Draft) => Finding[];

export const STRUCTURE_RULES: readonly StructureRule[] = [uniqueIds, uniqueFindingIds, uniqueNames];
