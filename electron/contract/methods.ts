/** Every call that a page can make, with its parameters and its result; and every event that it can receive. */
import { z } from 'zod';
import { FindingCorrection, HotWash, ImprovementPlan, LiveFinding, NewFinding, SaidHotWash } from './after-action.ts';
import { AudienceContacts, ContactBook, OutgoingMessage } from './comms.ts';
import { CredentialName, CredentialPlace, CredentialSetting, CredentialsView, DeviceKeyView } from './credentials.ts';
import { DrillCalendar } from './drill.ts';
import { EscrowFormat } from './escrow.ts';
import { CeremonyView, Custody, EscrowView, KeyId, NetworkLook, SamplesLook, SealState, VerificationPurpose, VerificationRecord } from './escrow-register.ts';
import { KitBoard, KitInPlace, KitPlan, KitProgress } from './kit.ts';
import { OutageView } from './outage.ts';
import { Checkpoint, ImportedRun, Person, RecordMatch, Verification } from './record.ts';
import { Replication, ReplicationProgress, ReplicationRequest } from './replication.ts';
import { ReportFacts } from './report-facts.ts';
import { ReportStatus, ReportVerification } from './report-signature.ts';
import { CheckProgress, ReadinessReport } from './readiness.ts';
import { RunCommand, RunView, StepPath } from './run.ts';
import { InjectBlock, LintReport, Runbook, SignatureState } from './runbook.ts';
import { Greeting, HomeView } from './home.ts';
import { IncidentMode, IncidentView } from './incident-view.ts';
import { RunSummary } from './run/summary.ts';
import { Mode, ReadinessState } from './vocabulary.ts';

const RunbookRow = z.object({
  id: z.string(), title: z.string(), system: z.string(), sha256: z.string(), severity: z.string(), path: z.string(),
  rto: z.string().nullable(), steps: z.int(), signature: SignatureState, error: z.string().nullable(), // a broken runbook is listed with its error
});
export type RunbookRow = z.infer<typeof RunbookRow>;

/** A parameter as the start dialog asks for it. */
export const ParamQuestion = z.object({ name: z.string(), type: z.string(), prompt: z.string(), required: z.boolean(), values: z.array(z.string()).nullable(), value: z.string().nullable(), candidates: z.array(z.string()), problem: z.string().nullable() });
export type ParamQuestion = z.infer<typeof ParamQuestion>;

/** Typed into a field, sent as bytes, never sent back. */
const Typed = z.instanceof(Uint8Array);
const none = z.object({}).strict();
const id = z.object({ id: z.string() }).strict();
/** Names of the secrets that a person gave for checks and that are in memory. */
const held = z.object({ held: z.array(z.string()) });

export const METHODS = {
  'app.info': { params: none, result: z.object({ version: z.string(), data_dir: z.string(), node: z.string(), platform: z.string(), laptop: z.string(), first_start: z.boolean(), device_key: z.enum(['wrapped', 'unwrapped']) }) },
  'app.echo': { params: z.object({ text: z.string() }), result: z.object({ text: z.string() }) },
  'home.view': { params: none, result: HomeView },
  'drill.calendar': { params: none, result: DrillCalendar },
  'finding.plan': { params: none, result: ImprovementPlan },
  'finding.raise': { params: NewFinding, result: LiveFinding },
  'finding.change': { params: FindingCorrection, result: LiveFinding },
  /** What was said at the end of a run; null when nobody has. */
  'run.hot-wash': { params: z.object({ run: z.string() }).strict(), result: SaidHotWash.nullable() },
  'run.say-hot-wash': { params: z.object({ run: z.string(), by: z.string(), said: HotWash }).strict(), result: SaidHotWash },
  'runbook.list': { params: none, result: z.object({ runbooks: z.array(RunbookRow) }) },
  'runbook.get': { params: id, result: z.object({ runbook: Runbook, signature: SignatureState, text: z.string() }) },
  'runbook.lint': { params: id, result: LintReport },
  'readiness.view': { params: id, result: ReadinessReport },
  /** Starts the checks and returns at once; progress and results come as events. `prove`: backups are restored and asked, also where their check wants less. */
  'readiness.start': { params: z.object({ id: z.string(), only: z.array(z.string()).optional(), prove: z.boolean().optional(), params: z.record(z.string(), z.string()).optional() }).strict(), result: z.object({ started: z.array(z.string()) }) },
  'readiness.cancel': { params: id, result: none },
  'readiness.override': { params: z.object({ id: z.string(), check: z.string(), by: z.string(), reason: z.string() }).strict(), result: ReadinessReport },
  'readiness.attest': { params: z.object({ id: z.string(), check: z.string(), by: z.string(), note: z.string() }).strict(), result: ReadinessReport },
  /** A secret that checks of this runbook may use until it is forgotten; held in memory only, and no longer than a window is there. */
  'readiness.secret': { params: z.object({ id: z.string(), secret: z.string(), value: z.union([z.string(), z.instanceof(Uint8Array)]) }).strict(), result: held },
  'readiness.secrets': { params: id, result: held },
  /** One of them, or all of this runbook. */
  'readiness.forget': { params: z.object({ id: z.string(), secret: z.string().optional() }).strict(), result: held },
  'kit.view': { params: none, result: KitBoard },
  /** Reads a kit's signed list and says what its import would do; changes nothing. `trust`: a verifier key that a person vouches for. */
  'kit.look': { params: z.object({ folder: z.string(), trust: z.string().optional() }).strict(), result: KitPlan },
  /** Answers when the kit is in place; progress comes as events. `older`: the reason for going back to an older kit. */
  'kit.import': { params: z.object({ folder: z.string(), by: z.string(), trust: z.string().optional(), older: z.string().optional() }).strict(), result: KitInPlace },
  'kit.cancel': { params: none, result: none },
  'outage.view': { params: none, result: OutageView },
  /** The whole set of what is dead; an empty one says that everything is alive. */
  'outage.mark': { params: z.object({ dead: z.array(z.string()), by: z.string() }).strict(), result: OutageView },
  'escrow.view': { params: none, result: EscrowView },
  /** The whole record of a verification; `last` is the newest. */
  'escrow.record': { params: id, result: VerificationRecord },
  /** Looks at interfaces and routes; sends nothing. */
  'escrow.network': { params: none, result: NetworkLook },
  /** Enrols a key from its shares. The bytes are overwritten; only public commitments stay. */
  'escrow.enroll': {
    params: z.object({
      key: KeyId, scheme: EscrowFormat, threshold: z.int().min(1).max(255), total: z.int().min(1).max(255), shares: z.array(z.object({ label: z.string().max(200), bytes: z.instanceof(Uint8Array) })).max(255),
      as: z.enum(['new', 'rotate', 'reshare']), by: z.string().min(1), title: z.string().optional(), purpose: z.string().optional(), algorithm: z.string().optional(), witnesses: z.int().min(0).max(8).optional(),
      /** ssss with -D. */ no_diffusion: z.boolean().optional(),
      /** The secret is a generated key of 128 bits or more, so that a fast hash is safe. */ generated: z.boolean().optional(),
      passphrase: z.instanceof(Uint8Array).optional(),
    }).strict(),
    result: EscrowView,
  },
  /** What is left out stays as it was. */
  'escrow.custody': { params: z.object({ key: KeyId, version: z.int().optional(), x: z.int(), custody: Custody.partial(), by: z.string().min(1) }).strict(), result: EscrowView },
  'escrow.away': { params: z.object({ custodian: z.string(), away: z.boolean(), until: z.string().nullable(), by: z.string().min(1) }).strict(), result: EscrowView },
  'escrow.revoke': { params: z.object({ custodian: z.string(), reason: z.string().min(1), by: z.string().min(1) }).strict(), result: EscrowView },
  'escrow.destroyed': { params: z.object({ key: KeyId, version: z.int().optional(), generation: z.int(), shares: z.array(z.int()).min(1), how: z.string().min(1), by: z.string().min(1), witness: z.string().nullable() }).strict(), result: EscrowView },
  'escrow.retire': { params: z.object({ key: KeyId, version: z.int(), reason: z.string().min(1), by: z.string().min(1) }).strict(), result: EscrowView },
  /** Defines a set of backups that the key seals, or changes it; `answer` is YAML, `file` where it was read from. Without a title it is called by its id. */
  'escrow.set': { params: z.object({ key: KeyId, set: z.string(), title: z.string().optional(), answer: z.string().max(1_000_000), file: z.string().optional(), samples: z.string().nullable(), oldest: z.string().nullable(), newest: z.string().nullable(), by: z.string().min(1) }).strict(), result: EscrowView },
  'escrow.set-remove': { params: z.object({ key: KeyId, set: z.string(), reason: z.string().min(1), by: z.string().min(1) }).strict(), result: EscrowView },
  /** What the samples of a set would be today; nothing is opened. */
  'escrow.samples': { params: z.object({ title: z.string(), samples: z.string().nullable(), oldest: z.string().nullable(), newest: z.string().nullable() }).strict(), result: SamplesLook },
  /**
   * One ceremony at a time. `operator` and `witnesses`: ids of enrolled people; a key under dual control names how many witnesses
   * it needs, none of whom is the operator or a custodian of its shares.
   */
  'escrow.ceremony.start': { params: z.object({ key: KeyId, version: z.int().optional(), purpose: VerificationPurpose, goal: z.enum(['L1', 'L3', 'L4']), operator: z.string().nullable(), witnesses: z.array(z.string()) }).strict(), result: CeremonyView },
  'escrow.ceremony.bag': { params: z.object({ ceremony: z.string(), x: z.int(), bag: z.string().max(100).nullable(), seal: SealState, photo: z.instanceof(Uint8Array).nullable() }).strict(), result: CeremonyView },
  /** The share's bytes as typed or as the file has them, over the port; they are overwritten, and no answer echoes any of them. */
  'escrow.ceremony.share': { params: z.object({ ceremony: z.string(), x: z.int(), bytes: z.instanceof(Uint8Array), passphrase: z.instanceof(Uint8Array).optional() }).strict(), result: CeremonyView },
  'escrow.ceremony.new-bag': { params: z.object({ ceremony: z.string(), x: z.int(), bag: z.string().min(1).max(100), seal: z.string().max(100).nullable() }).strict(), result: CeremonyView },
  'escrow.ceremony.leave-out': { params: z.object({ ceremony: z.string(), x: z.int(), reason: z.string().min(1).max(400) }).strict(), result: CeremonyView },
  'escrow.ceremony.deviation': { params: z.object({ ceremony: z.string(), text: z.string().min(1).max(400) }).strict(), result: CeremonyView },
  /** L2 to L4 with the shares that were entered: the key is rebuilt in a child that ends with its verdict. */
  'escrow.ceremony.prove': { params: z.object({ ceremony: z.string() }).strict(), result: CeremonyView },
  /** Looks at the network again and writes the record; then it is signed. The shares stay in memory until the last signature, or `abort`. */
  'escrow.ceremony.finish': { params: z.object({ ceremony: z.string() }).strict(), result: CeremonyView },
  'escrow.ceremony.sign': { params: z.object({ ceremony: z.string(), person: z.string(), passphrase: z.string(), role: z.enum(['operator', 'witness']) }).strict(), result: CeremonyView },
  /** Ends it and overwrites every share that was entered; also before it is finished. */
  'escrow.ceremony.abort': { params: z.object({ ceremony: z.string(), reason: z.string().min(1).max(400) }).strict(), result: EscrowView },
  /** Gives the proven key to a step that waits for it, or to the checks of a runbook: into a memory handle of the engine, never to a page. */
  'escrow.ceremony.deliver': { params: z.object({ ceremony: z.string(), to: z.union([z.object({ run: z.string(), step: StepPath }).strict(), z.object({ runbook: z.string(), secret: z.string() }).strict()]) }).strict(), result: CeremonyView },
  /** Custodian cards to print: of one share, or of all. */
  'escrow.card': { params: z.object({ key: KeyId, version: z.int().optional(), x: z.int().optional() }).strict(), result: z.object({ html: z.string() }) },
  /** Writes what can be taken along: cards, what is due as .ics, public commitments as a signed note, a record as JSON or HTML. */
  'escrow.write': { params: z.object({ what: z.enum(['card', 'calendar', 'commitments', 'record', 'report']), key: KeyId.optional(), version: z.int().optional(), x: z.int().optional(), id: z.string().optional(), format: z.enum(['html', 'md', 'csv']).optional(), path: z.string() }).strict(), result: z.object({ path: z.string() }) },
  /** The report of a verification, for a frame in which nothing runs. */
  'escrow.report': { params: id, result: z.object({ html: z.string() }) },
  'run.prepare': { params: z.object({ id: z.string(), mode: Mode, params: z.record(z.string(), z.string()) }).strict(), result: z.object({ questions: z.array(ParamQuestion), signature: SignatureState, readiness: ReadinessState, operators: z.array(Person), short_of: z.array(z.object({ role: z.string(), wanted: z.int(), enrolled: z.int() })).optional(), needs: z.array(z.enum(['operator', 'unsigned', 'not-ready', 'params', 'outage'])) }) },
  'run.start': { params: z.object({ id: z.string(), mode: Mode, params: z.record(z.string(), z.string()), outage_at: z.string().optional(), declared_at: z.string().optional(), operator: z.string().optional(), passphrase: z.string().optional(), acknowledge_unsigned: z.string().optional(), proceed_not_ready: z.string().optional(), incident: z.string().optional(), despite_dependencies: z.string().optional(), by: z.string().optional() }).strict(), result: z.object({ run: z.string() }) },
  /** Goes on with an imported run of a laptop that is dead. `params`: values that are others here. */
  'run.takeover': {
    params: z.object({
      run: z.string(), operator: z.string(), passphrase: z.string().optional(), reason: z.string(), params: z.record(z.string(), z.string()).optional(),
      use_bundle_runbook: z.string().optional(), accept_unknown_laptop: z.string().optional(), incident: z.string().optional(), despite_dependencies: z.string().optional(),
    }).strict(),
    result: z.object({ run: z.string() }),
  },
  'incident.list': { params: none, result: z.object({ incidents: z.array(IncidentView) }) }, // the open ones first
  /** `id`: also a unique beginning of it, or `last`. */
  'incident.view': { params: id, result: IncidentView },
  'incident.open': { params: z.object({ title: z.string(), mode: IncidentMode, outage_at: z.string().optional(), declared_at: z.string().optional(), by: z.string(), runbooks: z.array(z.string()) }).strict(), result: IncidentView },
  /** Adds runbooks, or says anew what they wait for and where they stand. `after`: runbooks or systems of the incident; `place` counts from 1. */
  'incident.add': { params: z.object({ id: z.string(), runbooks: z.array(z.string()).min(1), after: z.array(z.string()), place: z.int().min(1).optional(), by: z.string() }).strict(), result: IncidentView },
  'incident.remove': { params: z.object({ id: z.string(), runbook: z.string(), by: z.string(), reason: z.string() }).strict(), result: IncidentView },
  'incident.close': { params: z.object({ id: z.string(), by: z.string(), reason: z.string().optional() }).strict(), result: IncidentView },
  'incident.report': { params: id, result: z.object({ html: z.string() }) },
  'incident.write': { params: z.object({ id: z.string(), format: z.enum(['html', 'json']), path: z.string() }).strict(), result: z.object({ path: z.string() }) },
  'run.list': { params: none, result: z.object({ runs: z.array(RunSummary) }) },
  'run.view': { params: z.object({ run: z.string() }).strict(), result: RunView },
  'run.resume': { params: z.object({ run: z.string(), operator: z.string().optional(), passphrase: z.string().optional() }).strict(), result: RunView },
  'run.command': { params: z.object({ run: z.string(), command: RunCommand }).strict(), result: RunView },
  /** Output of the newest attempt: the stored, masked bytes. While a tool runs, `run.output` events follow on. `offset` is that of the first byte, later than was asked for where the older ones are kept no more. */
  'run.output': { params: z.object({ run: z.string(), step: StepPath, offset: z.int(), length: z.int().max(1_048_576) }).strict(), result: z.object({ offset: z.int(), bytes: z.instanceof(Uint8Array), size: z.int() }) },
  /** Injects that fit any runbook. */
  'tabletop.stock': { params: none, result: z.object({ injects: z.array(InjectBlock) }) },
  /** The record of this laptop, or the one that holds a run: the First drill has its own. */
  'record.verify': { params: z.object({ anchors: z.array(z.string()).optional(), run: z.string().optional() }).strict(), result: Verification },
  'record.checkpoint': { params: none, result: Checkpoint },
  'record.export': { params: z.object({ run: z.string(), path: z.string() }).strict(), result: z.object({ path: z.string(), sha256: z.string() }) },
  /** Does this paper match? `text`: the words, a note, or what a QR code held; `path`: a file with any of them. */
  'record.match': { params: z.object({ text: z.string().optional(), path: z.string().optional() }).strict(), result: RecordMatch },
  /** Copies of this laptop's record in a bucket with Object Lock, newest first; `running`: the one that is under way here. */
  'record.replications': { params: none, result: z.object({ replications: z.array(Replication), running: z.boolean() }) },
  /** Answers when the copy was read back; progress comes as events. */
  'record.replicate': { params: ReplicationRequest, result: Replication },
  'record.replicate.stop': { params: none, result: none },
  /** Takes in the evidence bundle of another laptop, to read only. */
  'record.import': { params: z.object({ path: z.string() }).strict(), result: ImportedRun },
  /** Each is verified at every call. */
  'record.imported': { params: none, result: z.object({ runs: z.array(ImportedRun) }) },
  /** Of a run of this laptop; those of others are signed where they were held. */
  'report.status': { params: z.object({ run: z.string() }).strict(), result: ReportStatus },
  'report.complete': { params: z.object({ run: z.string(), by: z.string(), facts: ReportFacts, reason: z.string().optional() }).strict(), result: ReportStatus },
  'report.sign': { params: z.object({ run: z.string(), person: z.string(), role: z.string(), passphrase: z.string() }).strict(), result: ReportStatus },
  'report.verify': { params: z.object({ path: z.string() }).strict(), result: ReportVerification },
  'report.html': { params: z.object({ run: z.string() }).strict(), result: z.object({ html: z.string() }) },
  'report.write': { params: z.object({ run: z.string(), format: z.enum(['html', 'json', 'csv', 'md']), path: z.string() }).strict(), result: z.object({ path: z.string() }) },
  /** What guards the key that signs the record, and whether it is open. */
  'device.view': { params: none, result: DeviceKeyView },
  /** Tries the keyring, and the passphrase where one is given; what stays locked says why. */
  'device.unlock': { params: z.object({ passphrase: Typed.optional() }).strict(), result: DeviceKeyView },
  /** Other guards for it; with neither it is a file that its owner can read. `current`: the passphrase that opens it now. */
  'device.protect': { params: z.object({ keyring: z.boolean(), passphrase: Typed.optional(), current: Typed.optional(), by: z.string().optional() }).strict(), result: DeviceKeyView },
  'credentials.view': { params: none, result: CredentialsView },
  /** Opens the vault; where there is none, the new one will have this passphrase. */
  'credentials.unlock': { params: z.object({ passphrase: Typed }).strict(), result: CredentialsView },
  'credentials.set': { params: z.object({ name: CredentialName, value: Typed, place: CredentialPlace.optional(), by: z.string().optional() }).strict(), result: CredentialsView },
  'credentials.remove': { params: z.object({ name: CredentialName, by: z.string().optional() }).strict(), result: CredentialsView },
  'credentials.use': { params: z.object({ setting: CredentialSetting, by: z.string().optional() }).strict(), result: CredentialsView },
  /** Whom an audience of a run consists of; in a tabletop without a way to reach them. `step`: of the runbook that the step is from. */
  'comms.contacts': { params: z.object({ run: z.string(), audience: z.string(), step: z.string().optional() }).strict(), result: AudienceContacts },
  /** Writes a message as a file that a mail program or an editor opens; `left`: people whom a mail cannot address. Sends nothing. */
  'comms.write': { params: OutgoingMessage, result: z.object({ path: z.string(), left: z.array(z.string()) }) },
  /** Every contacts file of the runbooks, with its cards. */
  'contacts.view': { params: none, result: z.object({ books: z.array(ContactBook) }) },
  /** All of them on paper: who is told by whom, how often, by which channels in which order. */
  'contacts.tree': { params: z.object({ path: z.string().optional() }).strict(), result: z.object({ html: z.string() }) },
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
  Greeting,
  z.object({ event: z.literal('run.changed'), run: z.string(), view: RunView }),
  z.object({ event: z.literal('run.output'), run: z.string(), step: StepPath, offset: z.int(), bytes: z.instanceof(Uint8Array) }),
  z.object({ event: z.literal('readiness.progress'), progress: CheckProgress }),
  z.object({ event: z.literal('readiness.changed'), report: ReadinessReport }),
  z.object({ event: z.literal('home.changed') }),
  /** The register or the ceremony changed. */
  z.object({ event: z.literal('escrow.changed'), view: EscrowView }),
  z.object({ event: z.literal('kit.progress'), progress: KitProgress }),
  z.object({ event: z.literal('replication.progress'), progress: ReplicationProgress }),
  z.object({ event: z.literal('notice'), level: z.enum(['info', 'attention', 'alarm']), text: z.string() }),
]);
export type EngineEvent = z.infer<typeof EngineEvent>;
