/** A runbook between its text and its use: whole, but not yet judged. */
import type { Check, Runbook, Step } from '../../contract/runbook.ts';
import type { FieldPath, Spot } from './finding.ts';
import type { BlockPart } from './yaml-block.ts';

export type Locate = (path: FieldPath, part?: BlockPart) => Spot;

/** A runbook with the places of its blocks, for rules that look at the whole. Items of one block share its `locate`, with their index in the path. */
export interface Draft {
  runbook: Runbook;
  /** Ids and names of blocks that could not be read: nothing that refers to them is unknown. */
  broken: ReadonlySet<string>;
  front: Locate;
  steps: ReadonlyMap<Step, Locate>;
  /** Whether the block itself says `needs`. */
  statesNeeds: ReadonlySet<Step>;
  checks: ReadonlyMap<Check, Locate>;
  audiences: readonly Locate[];
  injects: readonly Locate[];
  symptoms: readonly Locate[];
  findings: readonly Locate[];
}
