/** Readiness checks as a runbook writes them (block `yaml check`). */
import { z } from 'zod';
import { Argv, Assertion, QueryAssertion } from './assertion.ts';
import { KnownAnswer } from './known-answer.ts';
import { Duration, Id, Name, Period, Sha256, Size } from './scalars.ts';
import { ProofLevel } from './vocabulary.ts';

export const BackupEngine = z.enum([
  'postgres-custom', 'postgres-plain', 'postgres-dumpall', 'pgbackrest', 'mysqldump', 'mongodump', 'sqlite', 'velero', 'restic', 'tar',
]);
export type BackupEngine = z.infer<typeof BackupEngine>;

const keeping = {
  schedule: z.string().optional(),
  keeps: z
    .union([
      z.strictObject({ for: Period }),
      z.strictObject({ daily: z.int().optional(), weekly: z.int().optional(), monthly: z.int().optional(), yearly: z.int().optional() }),
    ])
    .optional(),
};

/** A cipher around a whole backup file; the plain text is what the engine reads. A restic repository seals itself: there `secret` is its password, and `answer` is left out. */
export const BackupCipher = z.strictObject({ secret: Name, answer: KnownAnswer.optional() });

const own = {
  tool: { tool: z.string(), version: z.string().optional(), version_run: Argv.optional(), version_match: z.string().optional(), sha256: Sha256.optional() },
  file: { path: z.string(), sha256: Sha256.optional(), sums: z.string().optional(), min_size: Size.optional(), max_age: Duration.optional(), ...keeping },
  dir: { path: z.string(), sha256: Sha256.optional(), sums: z.string().optional(), min_size: Size.optional(), max_age: Duration.optional(), ...keeping },
  backup: {
    engine: BackupEngine,
    at: z.string(),
    level: ProofLevel,
    assert: z.array(QueryAssertion).min(1).optional(),
    key: z.strictObject({ secret: Name, query: z.string(), answer: KnownAnswer }).optional(),
    sums: z.string().optional(),
    sha256: Sha256.optional(),
    cipher: BackupCipher.optional(),
    rpo: Duration.optional(),
    max_age: Duration.optional(),
    /** Size of the production backup, where the one that is examined is a smaller sample: the time of its restore is projected. */
    full_size: Size.optional(),
    stanza: z.string().optional(),
    database: z.string().optional(),
    endpoint: z.string().optional(),
    credentials: z.string().optional(),
    /** pgBackRest: options of the restore, for example `{target: '{{restore_to}}'}`. */
    restore: z.strictObject({ target: z.string().optional(), config: z.string().optional(), set: z.string().optional() }).optional(),
    ...keeping,
  },
  's3-object': {
    url: z.string(), endpoint: z.string().optional(), credentials: z.string().optional(), max_age: Duration.optional(), min_size: Size.optional(),
    lock: z.strictObject({ mode: z.enum(['COMPLIANCE', 'GOVERNANCE']), min_left: Period.optional() }).optional(),
    encryption: z.string().optional(), storage_class: z.string().optional(), retrieval: z.string().optional(), sha256: Sha256.optional(), ...keeping,
  },
  'known-answer': { secret: Name, answer: KnownAnswer },
  escrow: { key: z.string(), level: z.enum(['L0', 'L1', 'L2', 'L3', 'L4', 'L5']).optional(), quorum: z.int().min(1).optional() },
  tls: { cert: z.string(), key: z.string().optional(), ca: z.string().optional(), chain: z.string().optional(), names: z.array(z.string()).optional(), min_validity: Duration.optional() },
  image: { at: z.string(), format: z.enum(['oci', 'docker-archive']), digest: Sha256.optional(), platform: z.string().optional(), tag: z.string().optional() },
  manifests: { path: z.string(), how: z.enum(['git-bundle', 'kustomize', 'sums']), sums: z.string().optional(), contains: z.array(z.string()).optional() },
  credential: { what: z.enum(['kubeconfig', 'aws', 'certificate']), path: z.string(), min_validity: Duration.optional(), profile: z.string().optional() },
  contacts: { path: z.string(), max_age: Period.optional() },
  command: { run: Argv, verify: z.array(Assertion).min(1), timeout: Duration.optional() },
  disk: { path: z.string().default('{{data_dir}}'), free: Size },
  memory: { free: Size },
  clock: { max_skew: Duration.default('5s') },
  power: {},
  encryption: { path: z.string().optional() },
  http: { url: z.string(), status: z.int().min(100).max(599).default(200), verify: z.array(Assertion).optional(), timeout: Duration.default('10s'), ca: z.string().optional(), cert: z.string().optional(), key: z.string().optional() },
  attest: { statement: z.string(), by: z.array(z.string()).min(1).optional(), evidence: z.enum(['note', 'file', 'photo']).optional() },
} as const;

const common = {
  id: Id,
  title: z.string().min(1).max(200),
  severity: z.enum(['blocker', 'warning']),
  expires: Period,
  remedy: z.string().optional(),
  suspects: z.array(Id).optional(),
  needs_alive: z.array(Id).optional(),
  covers: z.array(Id).optional(),
  target: Id.optional(),
};

function probe<K extends string, S extends z.ZodRawShape>(kind: K, fields: S) {
  return z.strictObject({ kind: z.literal(kind), ...fields });
}

function check<K extends string, S extends z.ZodRawShape>(kind: K, fields: S) {
  return z.strictObject({ kind: z.literal(kind), ...common, ...fields });
}

/** A check of its own: `yaml check`. */
export const CheckBlock = z.discriminatedUnion('kind', [
  check('tool', own.tool),
  check('file', own.file),
  check('dir', own.dir),
  check('backup', own.backup),
  check('s3-object', own['s3-object']),
  check('known-answer', own['known-answer']),
  check('escrow', own.escrow),
  check('tls', own.tls),
  check('image', own.image),
  check('manifests', own.manifests),
  check('credential', own.credential),
  check('contacts', own.contacts),
  check('command', own.command),
  check('disk', own.disk),
  check('memory', own.memory),
  check('clock', own.clock),
  check('power', own.power),
  check('encryption', own.encryption),
  check('http', own.http),
  check('attest', own.attest),
]);
export type CheckBlock = z.infer<typeof CheckBlock>;
export const CheckKindName = z.enum(CheckBlock.options.map(({ shape }) => shape.kind.value));
/** What a probe examines, without id, title, severity and expiry: also the mapping under a `check` step. */
export const Probe = z.discriminatedUnion('kind', [
  probe('tool', own.tool),
  probe('file', own.file),
  probe('dir', own.dir),
  probe('backup', own.backup),
  probe('s3-object', own['s3-object']),
  probe('known-answer', own['known-answer']),
  probe('escrow', own.escrow),
  probe('tls', own.tls),
  probe('image', own.image),
  probe('manifests', own.manifests),
  probe('credential', own.credential),
  probe('contacts', own.contacts),
  probe('command', own.command),
  probe('disk', own.disk),
  probe('memory', own.memory),
  probe('clock', own.clock),
  probe('power', own.power),
  probe('encryption', own.encryption),
  probe('http', own.http),
  probe('attest', own.attest),
]);
export type Probe = z.infer<typeof Probe>;
export type CheckKind = Probe['kind'];
export type ProbeOf<K extends CheckKind> = Extract<Probe, { kind: K }>;
