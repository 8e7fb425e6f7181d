/** Steps as a runbook writes them (block `yaml step`). */
import { z } from 'zod';
import { Argv, Assertion, WaitUntil } from './assertion.ts';
import { Probe } from './check.ts';
import { Duration, Id, Name } from './scalars.ts';

export const Approval = z.strictObject({ by: z.array(z.string()).min(1), quorum: z.int().min(1).max(20).default(1), not_self: z.boolean().default(true) });
export type Approval = z.infer<typeof Approval>;

export const Capture = z
  .strictObject({
    json: z.string().optional(),
    regex: z.string().max(1024).optional(),
    stdout: z.literal(true).optional(),
    type: z.enum(['string', 'int', 'number', 'bool', 'datetime']),
  })
  .refine((c) => [c.json, c.regex, c.stdout].filter((source) => source !== undefined).length === 1, 'a capture has one source: json, regex or stdout');
export type Capture = z.infer<typeof Capture>;

const ModeRule = z.union([z.enum(['run', 'simulate', 'skip']), z.strictObject({ run: Argv }), z.strictObject({ pipe: z.array(Argv).min(2) })]);

const common = {
  id: Id,
  role: z.string().optional(),
  budget: Duration.optional(),
  timeout: Duration.optional(),
  quiet_alarm: Duration.optional(),
  needs: z.array(Id).optional(),
  when: z.string().max(1024).optional(),
  modes: z.strictObject({ live: z.enum(['run', 'simulate', 'skip']).optional(), rehearsal: ModeRule.optional(), tabletop: z.enum(['run', 'simulate', 'skip']).optional() }).optional(),
  approve: Approval.optional(),
  point_of_no_return: z.boolean().optional(),
  needs_alive: z.array(Id).optional(),
  alternate: z
    .strictObject({ when_dead: z.array(Id).min(1), run: Argv.optional(), manual: z.string().optional(), step: Id.optional() })
    .optional(),
  verify: z.array(Assertion).min(1).optional(),
  capture: z.record(Name, Capture).optional(),
  on_fail: z.strictObject({ retry: z.int().min(0).max(20).optional(), delay: Duration.optional(), goto: Id.optional() }).optional(),
  undo: z.strictObject({ run: Argv }).optional(),
  suspects: z.array(Id).optional(),
  teardown: z.boolean().optional(),
  restores_service: z.boolean().optional(),
  due: z.strictObject({ after: Duration.optional(), by: Duration.optional() }).optional(),
  attach: z.array(z.string()).optional(),
  target: Id.optional(),
};

export const EnvValue = z.union([z.string(), z.strictObject({ secret: Name })]);
const Stdin = z.union([z.strictObject({ file: z.string() }), z.strictObject({ secret: Name, binary: z.boolean().optional() }), z.strictObject({ text: z.string() })]);
const program = {
  stdin: Stdin.optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/u, 'the name of an environment variable is letters, digits and "_"'), EnvValue).optional(),
  cwd: z.string().optional(),
  ok_exit_codes: z.array(z.int().min(0).max(255)).min(1).optional(),
};

export const RunStep = z.strictObject({
  kind: z.literal('run'), ...common, ...program,
  run: Argv.optional(),
  pipe: z.array(Argv).min(2).max(16).optional(),
  tty: z.boolean().optional(),
  wait_until: WaitUntil.optional(),
  background: z.strictObject({ stop: Argv }).optional(),
});
export const StepBlock = z.discriminatedUnion('kind', [
  RunStep,
  z.strictObject({ kind: z.literal('check'), ...common, check: z.union([Id, Probe]) }),
  z.strictObject({ kind: z.literal('manual'), ...common, confirm: z.string(), evidence: z.enum(['note', 'file', 'photo']).optional(), checklist: z.array(z.string()).min(1).max(100).optional() }),
  z.strictObject({ kind: z.literal('decide'), ...common, question: z.string(), as: Name, options: z.record(Id, z.strictObject({ label: z.string(), goto: Id.optional() })) }),
  z.strictObject({ kind: z.literal('approve'), ...common, by: z.array(z.string()).min(1), quorum: z.int().min(1).max(20).default(1), not_self: z.boolean().default(true) }),
  z.strictObject({ kind: z.literal('secret'), ...common, ...program, secret: Name, run: Argv.optional() }),
  z.strictObject({ kind: z.literal('wait'), ...common, for: Duration.optional(), wait_until: WaitUntil.optional() }),
  z.strictObject({ kind: z.literal('notify'), ...common, audience: Id, template: z.string().optional(), template_file: z.string().optional() }),
  z.strictObject({ kind: z.literal('call'), ...common, runbook: Id, params: z.record(Name, z.string()).optional() }),
]);
export type StepBlock = z.infer<typeof StepBlock>;
export type StepKind = StepBlock['kind'];
export type StepOf<K extends StepKind> = Extract<StepBlock, { kind: K }>;

/** The other way of a step as a sentence or a command: a parsed runbook has exactly one of the three. @param titleOf the title of the step that stands in */
export function otherWayWords({ manual, run, step = '' }: NonNullable<StepBlock['alternate']>, titleOf: (step: string) => string | undefined): string {
  return manual ?? run?.join(' ') ?? titleOf(step) ?? step;
}
