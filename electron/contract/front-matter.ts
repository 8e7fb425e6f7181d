/** The front matter of a runbook. */
import { z } from 'zod';
import { Day, Duration, Id, Name, Period } from './scalars.ts';
import { DrillKind } from './vocabulary.ts';

const TargetValues = { rto: Duration.optional(), rpo: Duration.optional() };
const Targets = z.strictObject({
  ...TargetValues,
  /** The capture (type datetime) that holds the newest recovered row. */
  rpo_from: Name.optional(),
  mtd: Duration.optional(),
  data_loss: z.string().optional(),
  availability: z.string().optional(),
  recommended: z.boolean().optional(),
  classes: z.array(z.strictObject({ id: Id, title: z.string(), ...TargetValues })).optional(),
});

const Value = z.string();
const paramCommon = {
  required: z.boolean().optional(),
  default: Value.optional(),
  prompt: z.string().optional(),
  pattern: z.string().max(1024).optional(),
  confirm: z.boolean().optional(),
  leading_dash: z.boolean().optional(),
  rehearsal: Value.optional(),
  tabletop: Value.optional(),
};
export const Param = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string'), ...paramCommon }),
  z.strictObject({ type: z.literal('enum'), values: z.array(z.string()).min(1), ...paramCommon }),
  z.strictObject({ type: z.literal('int'), min: z.int().optional(), max: z.int().optional(), ...paramCommon, default: z.union([z.int(), z.string()]).optional() }),
  z.strictObject({ type: z.literal('bool'), ...paramCommon, default: z.union([z.boolean(), z.string()]).optional() }),
  z.strictObject({ type: z.literal('datetime'), format: z.enum(['rfc3339', 'postgres', 'epoch']).default('rfc3339'), ...paramCommon }),
  z.strictObject({ type: z.literal('duration'), ...paramCommon }),
  z.strictObject({ type: z.literal('file'), glob: z.string().optional(), pick: z.enum(['newest', 'oldest', 'only']).optional(), ...paramCommon }),
  z.strictObject({ type: z.literal('directory'), glob: z.string().optional(), pick: z.enum(['newest', 'oldest', 'only']).optional(), ...paramCommon }),
  z.strictObject({ type: z.literal('host'), ...paramCommon }),
  z.strictObject({ type: z.literal('url'), ...paramCommon }),
]);
export type Param = z.infer<typeof Param>;

/** Where a secret can come from, in order of preference. */
export const SecretSource = z.union([
  z.literal('prompt'),
  z.strictObject({ escrow: z.string(), needs_alive: z.array(Id).optional() }),
  z.strictObject({ file: z.string(), needs_alive: z.array(Id).optional() }),
  z.strictObject({ env: z.string(), needs_alive: z.array(Id).optional() }),
  z.strictObject({ keychain: z.string(), needs_alive: z.array(Id).optional() }),
]);
export type SecretSource = z.infer<typeof SecretSource>;

export const SecretSpec = z.strictObject({
  sources: z.array(SecretSource).min(1),
  /** `sha256:…` of the right value, only for generated keys. */
  fingerprint: z.string().optional(),
  binary: z.boolean().optional(),
  prompt: z.string().optional(),
});
export type SecretSpec = z.infer<typeof SecretSpec>;

export const ScratchSpec = z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('postgres'), database: z.string().optional() }), z.strictObject({ kind: z.literal('directory') })]);
export type ScratchSpec = z.infer<typeof ScratchSpec>;

export const FrontMatter = z.strictObject({
  blackstart: z.literal(1),
  id: Id,
  title: z.string().min(1).max(200),
  system: Id,
  owner: z.string(),
  reviewed: Day,
  review_every: Period.optional(),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  scenario: z.string(),
  lost: z.array(Id).optional(),
  targets: Targets.optional(),
  roles: z.record(Id, z.strictObject({ min: z.int().min(0).optional(), approves: z.boolean().optional(), signs: z.boolean().optional() })).optional(),
  params: z.record(Name, Param).optional(),
  secrets: z.record(Name, SecretSpec).optional(),
  scratch: z.record(Name, ScratchSpec).optional(),
  drills: z
    .array(
      z.strictObject({
        kind: DrillKind,
        title: z.string(),
        every: Period.optional(),
        after: z.string().optional(),
        duration: Duration.optional(),
        scope: z.string().optional(),
        objective: z.string().optional(),
        success: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  history: z.array(z.strictObject({ test: z.string(), date: Day, rto: Duration.optional(), rpo: Duration.optional(), status: z.string(), note: z.string().optional() })).optional(),
  env_pass: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/u, 'the name of an environment variable is letters, digits and "_"')).optional(),
  category: z.array(z.string()).optional(),
  compliance: z.array(z.string()).optional(),
  components: z.array(z.strictObject({ id: Id, title: z.string(), covered_by: z.union([Id, z.array(Id)]).optional() })).optional(),
  activation: z.strictObject({ criterion: z.string(), by: z.array(z.string()).optional() }).optional(),
  source: z
    .strictObject({ document: z.string(), author: z.string().optional(), date: Day.optional(), system_version: z.string().optional(), references: z.array(z.string()).optional() })
    .optional(),
  estimate: z.strictObject({ min: Duration.optional(), max: Duration.optional() }).optional(),
});
export type FrontMatter = z.infer<typeof FrontMatter>;
