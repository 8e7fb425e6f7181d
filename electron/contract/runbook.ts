/** A runbook: the blocks of its file, and the whole as the engine reads it and the page shows it. */
import { z } from 'zod';
import { ChannelName } from './channel.ts';
import { CheckBlock, CheckKindName } from './check.ts';
import { FrontMatter } from './front-matter.ts';
import { Day, Duration, Id } from './scalars.ts';
import { StepBlock } from './step.ts';

export const PhaseBlock = z.strictObject({ budget: Duration.optional() });
export const SymptomsBlock = z
  .array(z.strictObject({ id: Id, see: z.string(), cause: z.string(), fix: z.string(), check: Id.optional(), automatic: z.boolean().optional() }))
  .min(1);
export type Symptom = z.infer<typeof SymptomsBlock>[number];

const Message = z.strictObject({ subject: z.string().optional(), text: z.string() });
export const AudienceBlock = z.strictObject({
  id: Id,
  title: z.string().optional(),
  channels: z.array(z.union([ChannelName, z.strictObject({ kind: ChannelName, address: z.string().optional() })])).min(1),
  every: z.union([Duration, z.literal('continuous')]).optional(),
  within: Duration.optional(),
  after: Duration.optional(),
  when: z.string().max(1024).optional(),
  level: z.string().optional(),
  template: z.string().optional(),
  templates: z.strictObject({ initial: Message.optional(), update: Message.optional(), resolved: Message.optional() }).optional(),
  people: z.string().optional(),
  components: z.array(z.string()).optional(),
});
export type Audience = z.infer<typeof AudienceBlock>;

const Expectation = z.strictObject({ action: z.string(), within: Duration.optional(), score: z.int().min(0).max(1000).optional() });
export type Expectation = z.infer<typeof Expectation>;

export const InjectBlock = z.strictObject({
  id: Id,
  at: z.string().regex(/^(?:manual|H\+\d{1,3}:[0-5]\d)$/u, 'an inject comes at H+0:45 or is manual'),
  title: z.string(),
  text: z.string().optional(), // read aloud, and shown under the heading
  see: z.string().optional(), // what participants see as the heading, where the title says too much
  hints: z.array(z.string()).max(10).optional(), // questions for a table that is stuck
  affects: z.array(Id).optional(),
  affects_kinds: z.array(CheckKindName).optional(), // every check of these kinds
  outcome: z.enum(['fail', 'unknown']).optional(),
  dead: z.array(Id).optional(), // marked so on the switchboard when it comes
  absent: z.array(Id).optional(), // whoever holds one of these roles is not to be reached from then on
  expect: z.union([Expectation, z.array(Expectation).min(1).max(10)]).optional(),
});
export type Inject = z.infer<typeof InjectBlock>;

export function expectationsOf({ expect }: Pick<Inject, 'expect'>): Expectation[] {
  return expect === undefined ? [] : Array.isArray(expect) ? expect : [expect];
}

export const FindingsBlock = z
  .array(z.strictObject({ id: Id, title: z.string(), text: z.string().optional(), severity: z.enum(['critical', 'high', 'medium', 'low']).optional(), owner: z.string().optional(), due: Day.optional(), status: z.string().optional() }))
  .min(1);
export type KnownFinding = z.infer<typeof FindingsBlock>[number];

/** What a `yaml WORD` fence may be, by word. */
export const BLOCKS = {
  phase: PhaseBlock, step: StepBlock, check: CheckBlock, symptoms: SymptomsBlock, audience: AudienceBlock, inject: InjectBlock, findings: FindingsBlock,
} as const;
export type BlockWord = keyof typeof BLOCKS;

/** Contacts beside a runbook: `contacts.yaml`. */
export const Contacts = z.record(
  Id,
  z.array(z.strictObject({ name: z.string(), role: z.string().optional(), organisation: z.string().optional(), phone: z.string().optional(), email: z.string().optional(), sms: z.string().optional(), verified: Day.optional() })),
);
export type Contacts = z.infer<typeof Contacts>;

/** One step of the whole: its block, with what its place in the file says. `needs` is resolved (the default filled in). */
export const Step = z.object({
  id: Id,
  title: z.string(),
  prose: z.string(), // Markdown between the heading and the block, and after it
  phase: z.string(), // id of the phase
  line: z.int(), // of the heading
  sha256: z.string(), // of the step's block: measured times belong to it
  needs: z.array(Id),
  block: StepBlock,
});
export type Step = z.infer<typeof Step>;

/** A `##` heading. Without steps it is a section to read. */
export const Phase = z.object({ id: z.string(), title: z.string(), prose: z.string(), line: z.int(), budget: Duration.optional(), steps: z.array(Id) });
export type Phase = z.infer<typeof Phase>;

export const Check = z.object({ id: Id, line: z.int(), block: CheckBlock });
export type Check = z.infer<typeof Check>;

export const Runbook = z.object({
  path: z.string(),
  sha256: z.string(),
  front: FrontMatter,
  introduction: z.string(), // Markdown before the first `##`
  phases: z.array(Phase),
  steps: z.array(Step), // in file order
  checks: z.array(Check),
  symptoms: SymptomsBlock.or(z.array(z.never()).max(0)),
  audiences: z.array(AudienceBlock),
  injects: z.array(InjectBlock),
  findings: FindingsBlock.or(z.array(z.never()).max(0)),
});
export type Runbook = z.infer<typeof Runbook>;

/** Whether somebody trusted vouches for the bytes of a runbook. */
export const SignatureState = z.object({
  state: z.enum(['signed', 'unsigned', 'altered', 'untrusted', 'outdated']),
  signers: z.array(z.string()),
  version: z.int().optional(),
  reason: z.string().optional(),
});
export type SignatureState = z.infer<typeof SignatureState>;

export const Finding = z.object({ rule: z.string(), severity: z.enum(['error', 'warning']), line: z.int(), column: z.int(), message: z.string(), fix: z.string() });
export type Finding = z.infer<typeof Finding>;
export const LintReport = z.object({
  files: z.array(z.object({ path: z.string(), id: z.string().nullable(), sha256: z.string(), findings: z.array(Finding) })),
  errors: z.int(),
  warnings: z.int(),
});
export type LintReport = z.infer<typeof LintReport>;
