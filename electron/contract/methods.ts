/** Every call that a page can make, with its parameters and its result; and every event that it can receive. */
import { z } from 'zod';
import { KitBoard, KitInPlace, KitPlan, KitProgress } from './kit.ts';
import { OutageView } from './outage.ts';
import { Checkpoint, Person, Verification } from './record.ts';
import { CheckProgress, ReadinessReport, ReadinessState } from './readiness.ts';
import { RunCommand, RunSummary, RunView, StepPath } from './run.ts';
import { InjectBlock, LintReport, Runbook, SignatureState } from './runbook.ts';
import { ProofLevel } from './check.ts';
import { Mode } from './step.ts';

const RunbookRow = z.object({
  id: z.string(), title: z.string(), system: z.string(), sha256: z.string(), severity: z.string(), path: z.string(),
  rto: z.string().nullable(), steps: z.int(), signature: SignatureState, error: z.string().nullable(), // a broken runbook is listed with its error
});
export type RunbookRow = z.infer<typeof RunbookRow>;

const DrillResult = z.object({ run: z.string().nullable(), title: z.string(), kind: z.string(), at: z.string(), rto_s: z.number().nullable(), rto_target_s: z.number().nullable(), rpo_s: z.number().nullable(), rpo_target_s: z.number().nullable(), status: z.string() });
const SystemRow = z.object({
  system: z.string(), runbooks: z.array(z.string()),
  state: ReadinessState, why: z.string(), // one sentence
  backup: z.object({ level: ProofLevel.nullable(), at: z.string().nullable(), summary: z.string() }).nullable(),
  key: z.object({ level: z.string(), at: z.string().nullable() }).nullable(),
  last_drill: DrillResult.nullable(),
  next_due: z.object({ title: z.string(), at: z.string(), overdue_days: z.int(), runbook: z.string() }).nullable(),
});
export type SystemRow = z.infer<typeof SystemRow>;

export const HomeView = z.object({
  headline: z.string(), detail: z.string(),
  fresh: z.boolean(), // nothing set up yet: show the three things to do
  systems: z.array(SystemRow),
  dead: z.array(z.string()), // what is marked so on the switchboard
  kit: z.array(z.object({ title: z.string(), value: z.string(), state: z.enum(['good', 'due', 'bad', 'unknown']) })),
  drills: z.array(z.object({ title: z.string(), runbook: z.string(), at: z.string(), overdue_days: z.int() })),
  findings: z.array(z.object({ id: z.string(), title: z.string(), runbook: z.string(), due: z.string().nullable(), severity: z.string() })),
  open_runs: z.array(RunSummary),
});
export type HomeView = z.infer<typeof HomeView>;

/** A parameter as the start dialog asks for it. */
export const ParamQuestion = z.object({ name: z.string(), type: z.string(), prompt: z.string(), required: z.boolean(), values: z.array(z.string()).nullable(), value: z.string().nullable(), candidates: z.array(z.string()), problem: z.string().nullable() });
export type ParamQuestion = z.infer<typeof ParamQuestion>;

const none = z.object({}).strict();
const id = z.object({ id: z.string() }).strict();

export const METHODS = {
  'app.info': { params: none, result: z.object({ version: z.string(), data_dir: z.string(), node: z.string(), platform: z.string(), laptop: z.string(), first_start: z.boolean(), device_key: z.enum(['wrapped', 'unwrapped']) }) },
  'app.echo': { params: z.object({ text: z.string() }), result: z.object({ text: z.string() }) },
  'home.view': { params: none, result: HomeView },
  'runbook.list': { params: none, result: z.object({ runbooks: z.array(RunbookRow) }) },
  'runbook.get': { params: id, result: z.object({ runbook: Runbook, signature: SignatureState, text: z.string() }) },
  'runbook.lint': { params: id, result: LintReport },
  'readiness.view': { params: id, result: ReadinessReport },
  /** Starts the checks and returns at once; progress and results come as events. `prove`: backups are restored and asked, also where their check wants less. */
  'readiness.start': { params: z.object({ id: z.string(), only: z.array(z.string()).optional(), prove: z.boolean().optional(), params: z.record(z.string(), z.string()).optional() }).strict(), result: z.object({ started: z.array(z.string()) }) },
  'readiness.cancel': { params: id, result: none },
  'readiness.override': { params: z.object({ id: z.string(), check: z.string(), by: z.string(), reason: z.string() }).strict(), result: ReadinessReport },
  'readiness.attest': { params: z.object({ id: z.string(), check: z.string(), by: z.string(), note: z.string() }).strict(), result: ReadinessReport },
  /** A secret that checks of this runbook may use until it is forgotten; held in memory only. */
  'readiness.secret': { params: z.object({ id: z.string(), secret: z.string(), value: z.union([z.string(), z.instanceof(Uint8Array)]) }).strict(), result: none },
  'kit.view': { params: none, result: KitBoard },
  /** Reads a kit's signed list and says what its import would do; changes nothing. `trust`: a verifier key that a person vouches for. */
  'kit.look': { params: z.object({ folder: z.string(), trust: z.string().optional() }).strict(), result: KitPlan },
  /** Answers when the kit is in place; progress comes as events. `older`: the reason for going back to an older kit. */
  'kit.import': { params: z.object({ folder: z.string(), by: z.string(), trust: z.string().optional(), older: z.string().optional() }).strict(), result: KitInPlace },
  'kit.cancel': { params: none, result: none },
  'outage.view': { params: none, result: OutageView },
  /** The whole set of what is dead; an empty one says that everything is alive. */
  'outage.mark': { params: z.object({ dead: z.array(z.string()), by: z.string() }).strict(), result: OutageView },
  'run.prepare': { params: z.object({ id: z.string(), mode: Mode, params: z.record(z.string(), z.string()) }).strict(), result: z.object({ questions: z.array(ParamQuestion), signature: SignatureState, readiness: ReadinessState, operators: z.array(Person), short_of: z.array(z.object({ role: z.string(), wanted: z.int(), enrolled: z.int() })).optional(), needs: z.array(z.enum(['operator', 'unsigned', 'not-ready', 'params', 'outage'])) }) },
  'run.start': { params: z.object({ id: z.string(), mode: Mode, params: z.record(z.string(), z.string()), outage_at: z.string().optional(), declared_at: z.string().optional(), operator: z.string().optional(), passphrase: z.string().optional(), acknowledge_unsigned: z.string().optional(), proceed_not_ready: z.string().optional() }).strict(), result: z.object({ run: z.string() }) },
  'run.list': { params: none, result: z.object({ runs: z.array(RunSummary) }) },
  'run.view': { params: z.object({ run: z.string() }).strict(), result: RunView },
  'run.resume': { params: z.object({ run: z.string(), operator: z.string().optional(), passphrase: z.string().optional() }).strict(), result: RunView },
  'run.command': { params: z.object({ run: z.string(), command: RunCommand }).strict(), result: RunView },
  /** Output of the newest attempt: the stored, masked bytes. While a tool runs, `run.output` events follow on. */
  'run.output': { params: z.object({ run: z.string(), step: StepPath, offset: z.int(), length: z.int().max(1_048_576) }).strict(), result: z.object({ bytes: z.instanceof(Uint8Array), size: z.int() }) },
  /** Injects that fit any runbook. */
  'tabletop.stock': { params: none, result: z.object({ injects: z.array(InjectBlock) }) },
  /** The record of this laptop, or the one that holds a run: the First drill has its own. */
  'record.verify': { params: z.object({ anchors: z.array(z.string()).optional(), run: z.string().optional() }).strict(), result: Verification },
  'record.checkpoint': { params: none, result: Checkpoint },
  'record.export': { params: z.object({ run: z.string(), path: z.string() }).strict(), result: z.object({ path: z.string(), sha256: z.string() }) },
  'report.html': { params: z.object({ run: z.string() }).strict(), result: z.object({ html: z.string() }) },
  'report.write': { params: z.object({ run: z.string(), format: z.enum(['html', 'json', 'csv', 'md']), path: z.string() }).strict(), result: z.object({ path: z.string() }) },
  /** The people of this laptop, or those of a run: the First drill has its own. */
  'people.list': { params: z.object({ run: z.string().optional() }).strict(), result: z.object({ people: z.array(Person) }) },
  'people.enroll': { params: z.object({ name: z.string(), roles: z.array(z.string()), passphrase: z.string() }).strict(), result: Person },
  /** Somebody enrolled earlier signs for a newcomer, who may approve from then on. */
  'people.endorse': { params: z.object({ id: z.string(), by: z.string(), passphrase: z.string() }).strict(), result: none },
  'people.revoke': { params: z.object({ id: z.string() }).strict(), result: none },
  /** Makes the First drill's service, backup, key, certificates and image in its own data folder, if they are not there. */
  'drill.prepare': { params: none, result: z.object({ runbook: z.string(), made: z.boolean(), data_dir: z.string() }) },
} as const;
export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = z.input<(typeof METHODS)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof METHODS)[M]['result']>;

export const EngineEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('run.changed'), run: z.string(), view: RunView }),
  z.object({ event: z.literal('run.output'), run: z.string(), step: StepPath, offset: z.int(), bytes: z.instanceof(Uint8Array) }),
  z.object({ event: z.literal('readiness.progress'), progress: CheckProgress }),
  z.object({ event: z.literal('readiness.changed'), report: ReadinessReport }),
  z.object({ event: z.literal('home.changed') }),
  z.object({ event: z.literal('kit.progress'), progress: KitProgress }),
  z.object({ event: z.literal('notice'), level: z.enum(['info', 'attention', 'alarm']), text: z.string() }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;
