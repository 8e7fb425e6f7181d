/** The words that every part of the program shares: modes, states and kinds. Light, since the page's first screen is made of them. */
import { z } from 'zod';

export const Mode = z.enum(['live', 'rehearsal', 'tabletop']);
export type Mode = z.infer<typeof Mode>;

export const RunState = z.enum(['running', 'waiting', 'succeeded', 'failed', 'aborted', 'interrupted']);
export type RunState = z.infer<typeof RunState>;

/** What a waiting step waits for. `third-party` counts as blocked time, the others as human time. */
export const WaitingFor = z.enum(['start', 'approval', 'decision', 'confirmation', 'secret', 'answer', 'outcome', 'point-of-no-return', 'attestation', 'message', 'third-party']);
export type WaitingFor = z.infer<typeof WaitingFor>;

export const ProofLevel = z.enum(['seen', 'listed', 'intact', 'restored', 'asserted', 'key-proven']);
export type ProofLevel = z.infer<typeof ProofLevel>;

export const ReadinessState = z.enum(['READY', 'READY_WITH_OVERRIDES', 'NOT_READY', 'NEEDS_VERIFICATION']);
export type ReadinessState = z.infer<typeof ReadinessState>;

export const DrillKind = z.enum(['rehearsal', 'tabletop', 'restore-test', 'escrow']);
export type DrillKind = z.infer<typeof DrillKind>;

/** `accepted`: nothing will be done, and somebody stands for that. */
export const FindingStatus = z.enum(['open', 'in-work', 'done', 'accepted']);
export type FindingStatus = z.infer<typeof FindingStatus>;
export const STATUS_WORDS: Readonly<Record<FindingStatus, string>> = { open: 'open', 'in-work': 'in work', done: 'done', accepted: 'accepted' };
