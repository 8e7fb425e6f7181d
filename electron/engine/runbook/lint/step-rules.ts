/** What a step or a check forgets: proof, gates, waiting, budgets. */
import { readsOwnOutput, type Assertion, type Expectation, type QueryAssertion } from '../../../contract/assertion.ts';
import type { CheckBlock, Probe } from '../../../contract/check.ts';
import { sizeBytes } from '../../../contract/scalars.ts';
import { argvsOf, destroys, kubectlVerb, kubectlWords, programName } from '../commands.ts';
import type { FieldPath } from '../finding.ts';
import { placeholderIn, readsScript } from './command-rules.ts';
import type { Advice, Subject, SubjectRule, UsedCommands } from './subject.ts';
import { assertionsOf, hasOption, hasWait, isJudged, optionValue, words } from './subject.ts';

type Judge = (subject: Subject) => (Advice & { path?: FieldPath })[];

function rule(id: string, judge: Judge): SubjectRule {
  return { id, judge };
}

const isMain = ({ use }: UsedCommands): boolean => use === 'run' || use === 'pipe';

const noBudget: Judge = ({ step }) =>
  step === null || step.block.budget !== undefined || step.block.teardown === true ? [] : [{ message: `${step.id} has no budget, so nobody sees that it is late.`, fix: 'Add budget with the time it took in the last drill.', path: ['id'] }];

/** Programs that put data back, by what they are called with. */
function restores(subject: Subject, used: UsedCommands): string | null {
  for (const command of used.commands) {
    const { program } = command;
    if (program === 'psql' && readsScript({ subject, used, command })) return 'psql';
    if (['mysql', 'mariadb'].includes(program) && (used.use === 'pipe' || (subject.step?.block.kind === 'run' && subject.step.block.stdin !== undefined))) return program;
    const found = restoresBySubcommand(command);
    if (found !== null) return found;
  }
  return null;
}

function restoresBySubcommand({ program, args }: UsedCommands['commands'][number]): string | null {
  const [first = '', second = ''] = words(args);
  if (['restic', 'kopia', 'etcdctl', 'etcdutl', 'pgbackrest'].includes(program)) return args.includes('restore') ? `${program} restore` : null;
  switch (program) {
    case 'pg_restore':
    case 'mongorestore':
    case 'pg_basebackup':
    case 'mysqlimport':
      return hasOption(args, '-l', '--list') ? null : program;
    case 'velero':
      return args.includes('restore') && args.includes('create') ? 'velero restore' : null;
    case 'borg':
      return first === 'extract' ? 'borg extract' : null;
    case 'barman':
      return first === 'recover' || first === 'restore' ? 'barman recover' : null;
    case 'aws':
      return /^restore-/u.test(second) ? `aws ${first} ${second}` : null;
    case 'sqlite3':
      return args.some((arg) => /^\.restore\b/u.test(arg)) ? 'sqlite3 .restore' : null;
    default:
      return null;
  }
}

const restoreWithoutVerify: Judge = (subject) => {
  if (subject.step === null || assertionsOf(subject).length > 0) return [];
  if (subject.step.block.kind === 'run' && subject.step.block.wait_until?.expect !== undefined) return [];
  const what = subject.argvs.filter(isMain).map((used) => restores(subject, used)).find((program) => program !== null);
  return what === undefined || what === null ? [] : [{ message: `${what} exits 0, and nothing shows that the data is there.`, fix: 'Add verify: count rows, look at the newest one, compare with the parameter.', path: ['id'] }];
};

const ungated: Judge = ({ step, argvs, draft }) => {
  if (step === null) return [];
  const { block } = step;
  const approvedBefore = step.needs.some((need) => draft.runbook.steps.some((other) => other.id === need && other.block.kind === 'approve'));
  if (block.point_of_no_return === true || block.approve !== undefined || block.teardown === true || approvedBefore || block.modes?.live === 'skip' || block.modes?.live === 'simulate') return [];
  for (const used of argvs.filter((each) => isMain(each) || each.use === 'alternate')) {
    const why = used.commands.map(destroys).find((found) => found !== null);
    if (why !== undefined && why !== null) return [{ message: `Nothing stands between the operator and this: ${why}.`, fix: 'Add point_of_no_return: true, or approve with the roles that must agree.', path: used.path }];
  }
  return [];
};

const pipeHidesExit: Judge = (subject) => {
  const block = subject.step?.block;
  if (block?.kind !== 'run' || block.pipe === undefined || isJudged(subject)) return [];
  const last = programName(block.pipe.at(-1)?.[0] ?? '');
  return ['head', 'tail', 'grep', 'cut', 'less', 'more', 'sort', 'uniq', 'wc'].includes(last) ? [{ message: `${last} at the end of a pipe proves nothing about what went in.`, fix: 'Add verify with what must stand in the output.', path: ['pipe'] }] : [];
};

const ASYNC_AWS = /^(?:failover-(?:db-cluster|global-cluster)|restore-db-(?:cluster|instance)-.*|change-resource-record-sets|create-db-(?:cluster|instance).*|promote-read-replica.*|reboot-db-instance|start-restore-job|copy-db-(?:cluster-)?snapshot)$/u;

const awsAsync: Judge = (subject) => {
  const { step, argvs, draft } = subject;
  if (step === null || hasWait(subject)) return [];
  const action = argvs.filter(isMain).flatMap(({ commands }) => commands).filter(({ program }) => program === 'aws').flatMap(({ args }) => words(args)).find((word) => ASYNC_AWS.test(word));
  if (action === undefined) return [];
  const later = draft.runbook.steps.slice(draft.runbook.steps.indexOf(step) + 1, draft.runbook.steps.indexOf(step) + 3);
  const waits = later.some(({ block }) => ((block.kind === 'run' || block.kind === 'wait') && block.wait_until?.run[0] !== undefined && block.wait_until.run.includes('aws')) || (block.kind === 'run' && block.run?.includes('aws') === true && block.run.includes('wait')));
  return waits ? [] : [{ message: `aws … ${action} returns before it is done.`, fix: 'Add a wait_until that looks at the state, or a step with aws … wait.', path: ['id'] }];
};

const CLUSTER_RESTORES = /^restore-db-cluster-(?:from-snapshot|from-s3|to-point-in-time)$/u;

/** An Aurora cluster is restored without an instance; a Multi-AZ cluster (with a class of its own) and a serverless one bring theirs. */
const rdsNoInstance: Judge = ({ step, argvs, draft }) => {
  if (step === null) return [];
  const restored = argvs.filter(isMain).flatMap(({ commands }) => commands).find(({ program, args }) => program === 'aws' && words(args).some((word) => CLUSTER_RESTORES.test(word)));
  if (restored === undefined || hasOption(restored.args, '--db-cluster-instance-class') || optionValue(restored.args, '--engine-mode') === 'serverless') return [];
  const made = draft.runbook.steps.slice(draft.runbook.steps.indexOf(step) + 1).some(({ block }) => argvsOf(block).some(({ argv }) => argv.includes('create-db-instance')));
  return made ? [] : [{ message: 'The restored cluster has no instance, so it is available and serves nobody.', fix: 'Add a step with aws rds create-db-instance --db-cluster-identifier …, and wait until it is available.', path: ['id'] }];
};

/** Through a pod `kubectl cp` is a tar that may stop in the middle and still end well. */
const copyUnverified: Judge = (subject) => {
  if (subject.step === null || assertionsOf(subject).length > 0) return [];
  const copies = subject.argvs.filter(isMain).flatMap(({ commands }) => commands).some(({ program, args }) => (program === 'kubectl' || program === 'oc') && kubectlVerb(args) === 'cp');
  return copies ? [{ message: 'kubectl cp may stop in the middle of a file and end with exit 0.', fix: 'Add verify: compare size or checksum on both sides.', path: ['id'] }] : [];
};

/** `kubectl apply`, `scale`, `set` and `rollout restart|undo` return before a pod has changed. */
const rolloutCheck: Judge = (subject) => {
  const { step, draft } = subject;
  if (step === null) return [];
  const changed = subject.argvs.filter(isMain).flatMap(({ commands }) => commands).map(({ program, args }) => (program === 'kubectl' || program === 'oc' ? rollsOut(args) : null)).find((found) => found !== null);
  if (changed === undefined || changed === null || looksAtPods(step.block)) return [];
  const later = draft.runbook.steps.slice(draft.runbook.steps.indexOf(step) + 1);
  const commands = new Map(draft.runbook.checks.flatMap(({ id, block }) => (block.kind === 'command' ? [[id, block.run] as const] : [])));
  if (later.some(({ block }) => followsRollout(block, changed.name, commands))) return [];
  return [{ message: `kubectl ${changed.verb} returns while the pods are still changing, and nothing looks at them afterwards.`, fix: changed.down ? 'Add a wait_until or a step with kubectl wait --for=delete.' : 'Add a step with kubectl rollout status and --timeout.', path: ['id'] }];
};

interface PodChange {
  verb: string;
  /** Null when more than one workload may change. */
  name: string | null;
  down: boolean;
}

function rollsOut(args: readonly string[]): PodChange | null {
  const verb = kubectlVerb(args);
  const [, ...operands] = kubectlWords(args);
  if (args.some((arg) => (arg.startsWith('--dry-run') && arg !== '--dry-run=none') || arg === '--list' || arg === '--local')) return null;
  const files = optionValue(args, '-f', '--filename') ?? '';
  if (verb === 'apply') return /namespace|secret|configmap|crd|rbac|pvc/iu.test(files) ? null : { verb, name: null, down: false };
  if (verb === 'scale') return { verb, name: workloadIn(operands, args), down: optionValue(args, '--replicas') === '0' };
  const [deed = '', ...objects] = operands;
  const changes = (verb === 'set' && ['env', 'image', 'resources'].includes(deed)) || (verb === 'rollout' && ['restart', 'undo'].includes(deed));
  return changes ? { verb: `${verb} ${deed}`, name: workloadIn(objects.filter((word) => !word.includes('=')), args), down: false } : null;
}

/** `deploy/web` and `deploy web` are web; a kind with a selector is any of them. */
function workloadIn(operands: readonly string[], args: readonly string[]): string | null {
  if (operands.length < 1 || hasOption(args, '-l', '--selector') || args.includes('--all')) return null;
  return operands.at(-1)?.split('/').at(-1) ?? null;
}

type Block = NonNullable<Subject['step']>['block'];

/** The step itself waits for, or asserts on, what the cluster says. */
function looksAtPods(block: Block): boolean {
  const polls = (block.kind === 'run' || block.kind === 'wait') && block.wait_until?.run.some((word) => programName(word) === 'kubectl') === true;
  return polls || (block.verify ?? []).some((item) => 'run' in item && item.run.some((word) => programName(word) === 'kubectl'));
}

/** @param commands argv of the checks of kind command, by id */
function followsRollout(block: Block, name: string | null, commands: ReadonlyMap<string, readonly string[]>): boolean {
  const checked = block.kind !== 'check' ? undefined : typeof block.check === 'string' ? commands.get(block.check) : block.check.kind === 'command' ? block.check.run : undefined;
  const argvs = block.kind === 'run' ? [block.run, ...(block.pipe ?? []), block.wait_until?.run] : block.kind === 'wait' ? [block.wait_until?.run] : [];
  const verified = [...(block.verify ?? []).flatMap((item) => ('run' in item ? [item.run] : [])), ...(checked === undefined ? [] : [checked])];
  return [...argvs, ...verified].some((argv) => {
    const at = argv?.findIndex((word) => programName(word) === 'kubectl') ?? -1;
    if (argv === undefined || at < 0) return false;
    const args = argv.slice(at + 1);
    const [verb, object = ''] = kubectlWords(args);
    const polled = block.kind !== 'manual' && (block.kind === 'run' || block.kind === 'wait') && argv === block.wait_until?.run;
    const checks = verb === 'wait' || (verb === 'rollout' && object === 'status') || polled || (verb === 'get' && verified.includes(argv));
    const general = hasOption(args, '-l', '--selector', '-f', '-k', '--filename') || args.includes('--all');
    return checks && (name === null || general || argv.some((word) => word.includes(name)));
  });
}

const terraformInit: Judge = ({ step, argvs, draft }) => {
  if (step === null) return [];
  const runs = (verb: string, all: readonly (readonly string[])[]): boolean => all.some((argv) => ['terraform', 'tofu'].includes(programName(argv[0] ?? '')) && words(argv.slice(1))[0] === verb);
  if (!runs('apply', argvs.filter(isMain).map(({ argv }) => argv)) && !runs('plan', argvs.filter(isMain).map(({ argv }) => argv))) return [];
  const earlier = draft.runbook.steps.slice(0, draft.runbook.steps.indexOf(step)).flatMap(({ block }) => (block.kind === 'run' && block.run !== undefined ? [block.run] : []));
  return runs('init', earlier) ? [] : [{ message: 'terraform needs init first, and no earlier step does it.', fix: 'Add a step with terraform init.', path: ['id'] }];
};

interface PlacedAssertion {
  item: Assertion | Expectation | QueryAssertion;
  path: FieldPath;
}

function listed(value: unknown, path: FieldPath): PlacedAssertion[] {
  const items = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return items.flatMap((item: Assertion, index) => {
    const here = Array.isArray(value) ? [...path, index] : path;
    return [{ item, path: here }, ...('run' in item ? listed(item.expect, [...here, 'expect']) : [])];
  });
}

function allAssertions({ step, check }: Subject): PlacedAssertion[] {
  const probe: Probe | CheckBlock | null = check ?? (step?.block.kind === 'check' && typeof step.block.check !== 'string' ? step.block.check : null);
  const prefix: FieldPath = check === null ? ['check'] : [];
  const ofProbe = probe === null ? [] : probe.kind === 'backup' ? listed(probe.assert, [...prefix, 'assert']) : probe.kind === 'command' || probe.kind === 'http' ? listed(probe.verify, [...prefix, 'verify']) : [];
  const block = step?.block;
  const polled = block !== undefined && (block.kind === 'run' || block.kind === 'wait') ? listed(block.wait_until?.expect, ['wait_until', 'expect']) : [];
  return [...ofProbe, ...polled, ...listed(block?.verify, ['verify'])];
}

const vacuous: Judge = (subject) =>
  allAssertions(subject).flatMap(({ item, path }) => {
    const why = holdsAlways(item);
    return why === null ? [] : [{ message: `This assertion always holds: ${why}.`, fix: 'Say what only a good result shows.', path }];
  });

function holdsAlways(item: PlacedAssertion['item']): string | null {
  if ('stdout' in item && item.stdout !== undefined) return textHoldsAlways(item.stdout);
  if ('stderr' in item) return textHoldsAlways(item.stderr);
  if ('number' in item && item.number !== undefined) return item.number.equals === undefined ? boundHoldsAlways(item.number) : null;
  if ('json' in item && item.matches !== undefined) return matchesAll(item.matches);
  if ('json' in item) return item.equals === undefined && item.exists === undefined ? boundHoldsAlways(item) : null;
  if ('file' in item) return item.min_size !== undefined && sizeBytes(item.min_size) === 0 && item.sha256 === undefined && item.max_age === undefined && item.exists === undefined ? `min_size: ${item.min_size}` : null;
  if ('run' in item) return ['true', ':', 'echo', 'printf', 'sleep'].includes(programName(item.run[0] ?? '')) && item.expect === undefined ? `${item.run.join(' ')} always succeeds` : null;
  return 'query' in item && item.capture === undefined ? 'nothing is said about the answer' : null;
}

/** Counts are never negative, so a lower bound of zero says nothing. */
function boundHoldsAlways({ min, max }: { min?: number | undefined; max?: number | undefined }): string | null {
  return min !== undefined && min <= 0 && max === undefined ? `min: ${min}` : null;
}

function textHoldsAlways(test: { equals?: string | undefined; contains?: string | undefined; matches?: string | undefined; not_matches?: string | undefined; version?: string | undefined }): string | null {
  if (test.equals !== undefined || test.not_matches !== undefined || test.version !== undefined) return null;
  if (test.contains !== undefined && test.contains !== '') return null;
  if (test.matches === undefined) return test.contains === '' ? "contains: ''" : null;
  return matchesAll(test.matches);
}

/** A pattern that accepts nothing at all and something absurd accepts everything. */
function matchesAll(source: string): string | null {
  try {
    const regex = new RegExp(source, 'mu');
    return ['', '\u0001', 'zq 7#\n'].every((text) => regex.test(text)) ? `matches: '${source}'` : null;
  } catch {
    return null;
  }
}

/** What is said about an output never holds where there is none. An alternate by hand is no such case: the run names what it could not judge. */
const silentVerify: Judge = ({ step }) => {
  if (step === null || (step.block.kind === 'run' && step.block.background === undefined)) return [];
  const { kind, verify = [] } = step.block;
  const first = verify.findIndex(readsOwnOutput);
  return first < 0 ? [] : [{ message: `A ${kind === 'run' ? 'background' : kind} step has no output to judge, so this can never hold.`, fix: 'Let the item ask for itself: {run: [argv…], expect: …} or {file: path, …}.', path: ['verify', first] }];
};

const lostDependency: Judge = ({ step, check, draft }) => {
  const lost = new Set(draft.runbook.front.lost ?? []);
  const dead = (step?.block.needs_alive ?? check?.needs_alive ?? []).filter((name) => lost.has(name) && step?.block.alternate?.when_dead.includes(name) !== true);
  return dead.length === 0 ? [] : [{ message: `It needs ${dead.join(' and ')}, which this scenario has lost.`, fix: step === null ? 'Keep what it examines on the laptop or apart from what is lost.' : 'Add an alternate for when it is dead.', path: ['needs_alive'] }];
};

const DANGEROUS_ENV = /^(?:LD_(?:PRELOAD|LIBRARY_PATH|AUDIT)|DYLD_.*|NODE_OPTIONS|ELECTRON_RUN_AS_NODE|PYTHON(?:PATH|STARTUP)|PERL5(?:LIB|OPT)|RUBYOPT|BASH_ENV|ENV|IFS|GIT_SSH_COMMAND|PATH)$/u;

const dangerousEnv: Judge = ({ step }) => {
  if (step === null || (step.block.kind !== 'run' && step.block.kind !== 'secret')) return [];
  return Object.keys(step.block.env ?? {}).filter((name) => DANGEROUS_ENV.test(name)).map((name) => ({ message: `${name} makes a program load other code than it came with.`, fix: 'Remove it; name programs by their path instead.', path: ['env', name] }));
};

const secretInEnvText: Judge = ({ step }) => {
  if (step === null || (step.block.kind !== 'run' && step.block.kind !== 'secret')) return [];
  return Object.entries(step.block.env ?? {}).flatMap(([name, value]) => (typeof value === 'string' && /PASS(?:WORD|WD)?$|_?SECRET(?:_|$)|TOKEN$|_KEY$/u.test(name) && value !== '' && !value.includes('{{') && !value.startsWith('/') ? [{ message: `${name} holds a secret in plain text, in a file that is copied and printed.`, fix: 'Use {secret: NAME}.', path: ['env', name] }] : []));
};

const emptyPlaceholder: Judge = ({ check }) => {
  if (check === null) return [];
  return Object.entries(check).flatMap(([key, value]) => (typeof value === 'string' && !['title', 'remedy', 'statement', 'id', 'kind'].includes(key) && placeholderIn(value) !== null ? [{ message: `"${value}" holds a placeholder: ${placeholderIn(value) ?? ''}.`, fix: 'Fill it in, or make it a parameter.', path: [key] }] : []));
};

export const SUBJECT_RULES: readonly SubjectRule[] = [
  rule('no-budget', noBudget), rule('restore-without-verify', restoreWithoutVerify), rule('destructive-ungated', ungated), rule('pipe-hides-exit', pipeHidesExit), rule('aws-async', awsAsync),
  rule('rollout-check', rolloutCheck), rule('rds-no-instance', rdsNoInstance), rule('copy-unverified', copyUnverified), rule('terraform-init', terraformInit), rule('vacuous-assertion', vacuous), rule('verify-without-output', silentVerify), rule('lost-dependency', lostDependency), rule('dangerous-env', dangerousEnv),
  rule('plain-secret', secretInEnvText), rule('placeholder', emptyPlaceholder),
];
