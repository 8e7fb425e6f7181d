/** Every rule that makes a file no runbook; each looks at the whole and returns errors. */
import type { Finding } from '../../../contract/runbook.ts';
import type { Draft } from '../draft.ts';
import { fittingValues, harmlessEnvironment } from './front-rules.ts';
import { uniqueFindingIds, uniqueIds, uniqueNames } from './identity-rules.ts';
import { acyclicNeeds, forwardJumps, knownNeeds, reachableSteps } from './order-rules.ts';
import { knownReferences, rpoCapture } from './reference-rules.ts';
import { noSelfCall, safeRehearsals, wellFormedChecks, wellFormedSteps } from './step-rules.ts';
import { frontTemplates, goodConditions, goodParamPatterns, goodTexts } from './text-rules.ts';

export type StructureRule = (draft: Draft) => Finding[];

export const STRUCTURE_RULES: readonly StructureRule[] = [
  uniqueIds, uniqueFindingIds, uniqueNames,
  knownNeeds, acyclicNeeds, forwardJumps, reachableSteps,
  knownReferences, rpoCapture, fittingValues, harmlessEnvironment,
  goodTexts, frontTemplates, goodParamPatterns, goodConditions,
  wellFormedSteps, wellFormedChecks, noSelfCall, safeRehearsals,
];
