/** The classic mistakes in one command line. Each rule knows one of them; the documents that recoveries were copied from are full of them. */
import { isShell, kubectlVerb, kubectlWords, shellScript, staysHere } from '../commands.ts';
import type { Draft } from '../draft.ts';
import { templateNames } from '../template.ts';
import type { Advice, Case, CommandRule } from './subject.ts';
import { hasOption, hasWait, isInnermost, isJudged, optionValue, optionValues, words } from './subject.ts';

type Judge = (found: Case) => Advice | null;

function rule(id: string, judge: Judge): CommandRule {
  return { id, judge };
}

/** psql's `-c TEXT`, also at the end of a cluster of flags: `-Atc TEXT`. */
function sqlOf(args: readonly string[]): string[] {
  return [...optionValues(args, '-c', '--command'), ...args.flatMap((arg, index) => (/^-[A-Za-z01]+c$/u.test(arg) ? [args[index + 1] ?? ''] : []))];
}

const severalStatements: Judge = ({ command }) => {
  if (command.program !== 'psql') return null;
  const crowded = sqlOf(command.args).find((sql) => /;\s*\S/u.test(sql.replace(/'(?:[^']|'')*'/gu, "''")) && /\b(?:drop|create)\s+(?:database|tablespace)\b/iu.test(sql));
  return crowded === undefined ? null : { message: 'Several statements in one -c run in one transaction, in which databases cannot be dropped or created.', fix: 'Give each statement a -c of its own.' };
};

/** psql that reads a script: from a file, or from a pipe or stdin. */
export function readsScript({ subject, used, command }: Case): boolean {
  if (command.program !== 'psql') return false;
  if (hasOption(command.args, '-f', '--file') || command.args.some((arg) => /^-[A-Za-z01]+f$/u.test(arg))) return true;
  if (sqlOf(command.args).length > 0 || hasOption(command.args, '-l', '--list', '-V', '--version')) return false;
  const block = subject.step?.block;
  if (used.use === 'pipe') return used.path[1] !== 0;
  return used.use === 'run' && block !== undefined && (block.kind === 'run' || block.kind === 'secret') && block.stdin !== undefined;
}

const errorStop: Judge = (found) => {
  if (!readsScript(found)) return null;
  const set = found.command.args.some((arg) => /\bON_ERROR_STOP=(?:1|on|true|yes)$/iu.test(arg.replace(/^-[a-zA-Z]*v/u, '')));
  return set ? null : { message: 'psql goes on after errors and exits 0, also on a truncated dump.', fix: 'Add -v ON_ERROR_STOP=1 (and -1 for one transaction).' };
};

/** Programs that understand patterns themselves, or whose arguments are another language. */
const OWN_PATTERNS: ReadonlySet<string> = new Set(['find', 'grep', 'egrep', 'rg', 'sed', 'awk', 'gawk', 'jq', 'yq', 'expr', 'pg_dump', 'rsync', 'git', 'restic', 'velero', 'aws', 'systemctl', 'perl']);

const glob: Judge = ({ command }) => {
  if (OWN_PATTERNS.has(command.program) || shellScript(command.program, command.args) !== null || command.args.includes('--wildcards')) return null;
  const found = command.args.find((arg) => !/^--(?:exclude|include)/u.test(arg) && /^(?:--?[\w-]+=)?[^\s'"(){}|<>=]*(?:\*|\?|\[[^\]\s]+\])[^\s'"(){}|<>=]*$/u.test(arg) && (arg.includes('*') ? /[/.]/u.test(arg) || arg === '*' : arg.includes('/') && !arg.includes('://')));
  return found === undefined ? null : { message: `Nothing expands "${found}": no shell reads an argv.`, fix: 'Name the file, or use a parameter of type file with a glob.' };
};

const substitution: Judge = (found) => {
  const { command } = found;
  if (shellScript(command.program, command.args) !== null || command.inside.some(isShell) || !isInnermost(found)) return null;
  // JMESPath writes its literals between backticks.
  const backticks = command.program === 'aws' ? /\$\(/u : /\$\(|`[^`]*`/u;
  const arg = found.used.argv.find((word) => backticks.test(word) || (/\$\{?[A-Z_][A-Z0-9_]+\}?/u.test(word) && !['awk', 'gawk', 'sed', 'grep', 'jq', 'perl'].includes(command.program)));
  if (arg !== undefined) return { message: `Nothing expands "${arg}": no shell reads an argv.`, fix: 'Make it a parameter or a capture of an earlier step, and write {{name}}.' };
  const home = found.used.argv.find((word) => /^~(?:\/|$)/u.test(word));
  return home === undefined ? null : { message: `Nothing expands "${home}": no shell reads an argv.`, fix: 'Write the whole path, or make it a parameter.' };
};

/** `find … -exec PROGRAM … ;` has a semicolon of its own. */
function endsExec(argv: readonly string[], index: number): boolean {
  return argv[index] === ';' && argv.slice(0, index).some((arg) => /^-(?:exec|execdir|ok|okdir)$/u.test(arg));
}

const shellSyntax: Judge = (found) => {
  const word = isInnermost(found) && !found.command.inside.some(isShell) ? found.used.argv.find((arg, index, argv) => !endsExec(argv, index) && /^(?:\||\|\||&&|;|&|[12]?>{1,2}|<|2>&1|[12]?>\/\S+)$/u.test(arg)) : undefined;
  return word === undefined ? null : { message: `"${word}" is an argument here, not shell syntax.`, fix: 'Use pipe, stdin, or several steps.' };
};

const s3Glob: Judge = ({ command }) => {
  if (command.program !== 'aws' || !command.args.includes('s3')) return null;
  const url = command.args.find((arg) => arg.startsWith('s3://') && /[*?]/u.test(arg));
  return url === undefined ? null : { message: `S3 knows no patterns, so ${url} is not found.`, fix: 'List the objects, sort them by LastModified, capture the newest key, then copy that.' };
};

const rdsEngine: Judge = ({ command }) =>
  command.program === 'aws' && command.args.includes('restore-db-cluster-from-snapshot') && !hasOption(command.args, '--engine')
    ? { message: 'restore-db-cluster-from-snapshot needs --engine.', fix: 'Add --engine, for example --engine aurora-postgresql; the cluster also needs an instance before it serves anybody.' }
    : null;

const pgRestoreRecovery: Judge = ({ command }) =>
  command.program === 'pg_restore' && command.args.some((arg) => arg.startsWith('--recovery-target'))
    ? { message: 'pg_restore knows no recovery target: a dump has no points in time.', fix: 'Restore a base backup and replay the WAL, for example with pgbackrest --type=time --target=….' }
    : null;

const pgbackrestTarget: Judge = ({ subject, command }) => {
  if (command.program !== 'pgbackrest') return null;
  if (hasOption(command.args, '--target-time')) return { message: 'pgbackrest has no --target-time; restore then lacks its target.', fix: 'Write --type=time --target="2026-04-25 14:30:00+00".' };
  const target = optionValue(command.args, '--target');
  if (target === undefined) return null;
  if (/\s?(?:UTC|GMT)$/iu.test(target)) return { message: 'pgbackrest cannot choose a backup for a target that ends with UTC.', fix: 'Write the zone as +00: --target="2026-04-25 14:30:00+00".' };
  const plain = templateNames(target).map((name) => subject.draft.runbook.front.params?.[name]).find((param) => param?.type === 'datetime' && param.format !== 'postgres');
  return plain === undefined ? null : { message: 'This target is a datetime in a format that pgbackrest does not read.', fix: 'Give the parameter format: postgres.' };
};

const ttyFlag: Judge = ({ subject, command, used }) => {
  const verb = words(command.args)[0];
  const container = ['kubectl', 'oc', 'docker', 'podman', 'nerdctl'].includes(command.program) && command.args.some((arg) => arg === 'exec' || arg === 'run' || arg === 'attach' || arg === 'debug');
  const block = subject.step?.block;
  if (!container || verb === undefined || (block?.kind === 'run' && block.tty === true && used.use === 'run')) return null;
  const end = command.args.indexOf('--');
  const own = end < 0 ? command.args : command.args.slice(0, end);
  const flag = own.find((arg) => /^-(?:it|ti|t)$/u.test(arg) || arg === '--tty' || arg === '--tty=true');
  return flag === undefined ? null : { message: `${flag} asks for a terminal, and this step has none.`, fix: 'Write -i alone (only where stdin is read), or give the step tty: true.' };
};

const veleroWait: Judge = ({ subject, command }) => {
  const [noun, verb] = words(command.args);
  const creates = command.program === 'velero' && ((noun === 'restore' && verb === 'create') || (noun === 'create' && verb === 'restore'));
  return !creates || command.args.some((arg) => /^(?:-w|--wait(?:=true)?)$/u.test(arg)) || hasWait(subject) ? null : { message: 'velero restore create returns before anything is restored.', fix: 'Add --wait, or a wait_until that looks at the phase of the restore.' };
};

const veleroFromBackup: Judge = ({ command }) => {
  const name = command.program === 'velero' ? optionValue(command.args, '--from-backup') : undefined;
  return name === undefined || !/latest|newest|\$\(|\d{8}|\d{4}-\d{2}-\d{2}|date/iu.test(name) ? null : { message: `"${name}" is a rule, not the name of a backup: scheduled ones are called SCHEDULE-TIMESTAMP.`, fix: 'Use --from-schedule, or list the backups and capture the name.' };
};

const PRINTERS: readonly [program: string, pattern: RegExp][] = [
  ['aws', /\bsecretsmanager (?:batch-)?get-secret-value\b|\bssm get-parameters?(?:-by-path)? .*--with-decryption|\bkms decrypt\b|\brds generate-db-auth-token\b/u],
  ['vault', /^(?:-\S+ )*(?:read|kv get|unwrap|token create)\b/u],
  ['bao', /^(?:-\S+ )*(?:read|kv get|unwrap)\b/u],
  ['gcloud', /\bsecrets versions access\b/u],
  ['az', /\bkeyvault secret (?:show|download)\b/u],
  ['op', /^(?:read|item get)\b/u],
  ['pass', /^(?:show )?\S+\/\S+/u],
];

const printsSecret: Judge = ({ subject, command, used }) => {
  if (subject.step?.block.kind === 'secret' && used.use === 'run') return null;
  const line = command.args.join(' ');
  const kube = (command.program === 'kubectl' || command.program === 'oc') && kubectlVerb(command.args) === 'get' && kubectlWords(command.args).slice(1).some((word) => /^secrets?(?:\/|$)/u.test(word)) && !/^name$/u.test(optionValue(command.args, '-o', '--output') ?? '');
  const prints = kube || PRINTERS.some(([program, pattern]) => program === command.program && pattern.test(line));
  return prints ? { message: `${command.program} prints the secret, and the record keeps what a step prints.`, fix: 'Make it a step of kind secret: its output goes into a handle in memory and nowhere else.' } : null;
};

const shell: Judge = ({ command }) =>
  isShell(command.program) && (shellScript(command.program, command.args) !== null || words(command.args).length === 0) || (command.program === 'su' && shellScript('su', command.args) !== null)
    ? { message: `${command.program} runs a text in which values are expanded, split and hidden from the record.`, fix: 'Write the programs as argv, with pipe and stdin where they feed each other.' }
    : null;

const INTERPRETERS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'python', 'python3', 'perl', 'ruby', 'node', 'pwsh', 'powershell', 'php', 'source', '.']);
const SCRIPT_FILE = /\.(?:sh|bash|zsh|ksh|py|pl|rb|ps1|bat|cmd|js|mjs|cjs|ts)$/iu;

/** Whether readiness compares the file with a digest: then it is the program that was approved. */
function isPinned(draft: Draft, file: string): boolean {
  return draft.runbook.checks.some(({ block }) => {
    if (block.kind !== 'file' && block.kind !== 'dir' && block.kind !== 'manifests') return false;
    const compared = block.kind === 'manifests' ? block.how === 'sums' : block.sha256 !== undefined || block.sums !== undefined;
    return compared && (block.kind === 'file' ? file === block.path : file.startsWith(`${block.path}/`));
  });
}

const opaqueScript: Judge = ({ subject, command, used }) => {
  const word = used.argv[command.index] ?? command.program;
  const operand = words(command.args)[0];
  const interprets = INTERPRETERS.has(command.program) && operand !== undefined && shellScript(command.program, command.args) === null && !command.args.some((arg) => /^-(?:c|m|e)$/u.test(arg));
  const file = interprets ? operand : SCRIPT_FILE.test(command.program) || SCRIPT_FILE.test(word) || /^(?:\.{1,2}\/|\{\{runbook_dir\}\}|(?!\{\{)[\w.-]+\/)/u.test(word) ? word : undefined;
  return file === undefined || command.inside.some(isShell) || isPinned(subject.draft, file) ? null : { message: `${file} hides its commands from whoever reads, approves and records this.`, fix: 'Write the commands as steps; keep the script only where it is a program in its own right, checked by its digest.' };
};

const shellWord: Judge = ({ used, command }) => {
  const word = used.commands[0] === command && command.index > 0 ? (used.argv[0] ?? '') : command.program === 'cd' || command.program === 'export' || command.program === 'set' ? command.program : null;
  return word === null ? null : { message: `${word} is a word of the shell, not a program.`, fix: 'Use cwd or env of the step.' };
};

const overrides: Judge = ({ command }) => {
  if (command.program !== 'kubectl' || !command.args.includes('run')) return null;
  const value = optionValue(command.args, '--overrides');
  const lost = command.args.some((arg) => /^(?:--env(?:=|$)|-(?:i|t|it|ti)$|--stdin|--tty)/u.test(arg));
  return value !== undefined && value.includes('containers') && lost ? { message: '--overrides that names containers replaces the whole container: --env, -i and -t are lost.', fix: 'Put environment, stdin and tty into the override, or apply a manifest.' } : null;
};

const movingTag: Judge = ({ command }) => {
  const { program, args } = command;
  const builds = ['docker', 'podman', 'nerdctl', 'skopeo', 'buildah'].includes(program) && args.some((arg) => ['build', 'push', 'pull', 'run', 'copy'].includes(arg));
  const sets = program === 'kubectl' && kubectlWords(args).slice(0, 2).join(' ') === 'set image';
  if (!builds && !sets) return null;
  const tag = args.find((arg) => /:latest\b/u.test(arg)) ?? (sets ? args.find((arg) => /^(?!-)[\w.*-]+=[^@:]+$/u.test(arg)) : undefined);
  if (tag !== undefined) return { message: `${tag} names whatever it points to on the day; the same text rolls nothing out.`, fix: 'Name the image by its digest: …@sha256:….' };
  const pushed = args.includes('push') ? words(args).at(-1) : undefined;
  return pushed === undefined || /^[^/]+[.:][^/]*\/|^localhost\/|\{\{/u.test(pushed) ? null : { message: `${pushed} names no registry, so it goes to the public default.`, fix: 'Write the registry in front of the name.' };
};

const follow: Judge = ({ subject, command }) => {
  const follows = (command.program === 'kubectl' && kubectlVerb(command.args) === 'logs') || ['tail', 'journalctl', 'docker', 'podman', 'stern'].includes(command.program);
  const flag = command.args.some((arg) => /^(?:-[a-zA-Z]*f|-F|--follow(?:=true)?)$/u.test(arg)) && (!['docker', 'podman'].includes(command.program) || command.args.includes('logs'));
  return follows && flag && subject.step?.block.timeout === undefined ? { message: 'Following a log never ends.', fix: 'Use --since or --tail without following, or give the step a timeout.' } : null;
};

const rolloutUndo: Judge = ({ command }) =>
  command.program === 'kubectl' && kubectlWords(command.args).slice(0, 2).join(' ') === 'rollout undo' && !hasOption(command.args, '--to-revision')
    ? { message: 'rollout undo goes back to whatever came before.', fix: 'Look up the revision that worked and name it with --to-revision.' }
    : null;

const rolloutSelector: Judge = ({ command }) =>
  command.program === 'kubectl' && kubectlWords(command.args).slice(0, 2).join(' ') === 'rollout restart' && hasOption(command.args, '--selector', '-l')
    ? { message: 'rollout restart --selector is refused by kubectl 1.20.', fix: 'Name the deployments, or pin the version of kubectl with a tool check.' }
    : null;

const terraformPlan: Judge = ({ command }) => {
  if (!['terraform', 'tofu'].includes(command.program) || words(command.args)[0] !== 'apply' || command.args.includes('-destroy')) return null;
  if (words(command.args).length > 1) return null;
  return { message: 'terraform apply without a plan file applies what nobody has seen, and without a terminal it only asks and fails.', fix: 'terraform plan -out=FILE, approve it, then terraform apply FILE.' };
};

const awsLast: Judge = ({ command }) => {
  const query = command.program === 'aws' ? optionValue(command.args, '--query') : undefined;
  const one = command.args.some((arg) => /^--[a-z-]*(?:identifier|id|name|arn)(?:=|$)/u.test(arg)) && !command.args.some((arg) => /^(?:describe|list)-.*(?:snapshots|backups|versions|events)$/u.test(arg));
  return query !== undefined && !one && /\[-1\]|\[0\]/u.test(query) && !query.includes('sort_by') ? { message: 'The service promises no order, so the last is not the newest.', fix: 'Sort in the query: sort_by(…, &Time)[-1].…' } : null;
};

const awsNone: Judge = ({ subject, command, used }) => {
  const block = subject.step?.block;
  if (command.program !== 'aws' || used.use !== 'run' || block?.capture === undefined || !hasOption(command.args, '--query') || optionValue(command.args, '--output') !== 'text') return null;
  const guarded = (block.verify ?? []).some((item) => 'stdout' in item && (item.stdout.not_matches?.includes('None') === true || item.stdout.matches !== undefined || item.stdout.equals !== undefined));
  return guarded ? null : { message: 'When nothing matches, aws prints None and exits 0, and None is captured.', fix: "Add verify: [{stdout: {not_matches: '^None$'}}]." };
};

const CLUSTER_WIDE = /^(?:ns|namespaces?|no|nodes?|pv|persistentvolumes?|sc|storageclass(?:es)?|crds?|customresourcedefinitions?|clusterroles?|clusterrolebindings?|csr|apiservices?|ingressclass(?:es)?|priorityclass(?:es)?|volumesnapshotclass(?:es)?)(?:\/|$|\.)/u;
const NO_NAMESPACE: ReadonlySet<string> = new Set(['', 'apply', 'version', 'config', 'cluster-info', 'api-resources', 'api-versions', 'kustomize', 'explain', 'completion', 'plugin', 'certificate', 'cordon', 'uncordon', 'drain', 'taint', 'proxy', 'auth', 'diff', 'create', 'replace', 'options']);

const namespace: Judge = ({ command }) => {
  if (command.program !== 'kubectl') return null;
  const [verb = '', ...operands] = kubectlWords(command.args);
  const end = command.args.indexOf('--');
  const own = end < 0 ? command.args : command.args.slice(0, end);
  if (NO_NAMESPACE.has(verb) || own.some((arg) => /^(?:-n|--namespace|-A|--all-namespaces|--raw)(?:=|$)/u.test(arg) || /^-n\S/u.test(arg)) || hasOption(own, '-f', '--filename', '-k')) return null;
  if (operands.some((word) => CLUSTER_WIDE.test(word))) return null;
  if (verb === 'cp' && operands.some((word) => /^[^/:]+\/[^:]+:/u.test(word))) return null; // NAMESPACE/POD:PATH
  return { message: `kubectl ${verb} acts on whatever namespace the context names.`, fix: 'Add -n with the namespace.' };
};

/** The program itself, or the script that an interpreter is given, when it is looked up from a folder. */
function relativeProgram({ used, command }: Case): string | undefined {
  const word = used.argv[command.index] ?? '';
  const script = INTERPRETERS.has(command.program) && !command.args.some((arg) => /^-(?:c|m|e)$/u.test(arg)) ? words(command.args)[0] : undefined;
  return [word, script].find((path) => path !== undefined && path.includes('/') && !/^(?:\/|~|\{\{|[a-z]+:\/\/)/u.test(path));
}

/** Files that are read from the folder in which the program starts: arguments, and the program itself. */
const relativePath: Judge = (found) => {
  if (!isInnermost(found) || !found.command.inside.every(staysHere)) return null;
  const { args, program } = found.command;
  const step = found.subject.step?.block;
  if (step !== undefined && (step.kind === 'run' || step.kind === 'secret') && step.cwd !== undefined && !args.some((arg) => /^\.\.\//u.test(arg) || /^fileb?:\/\/\.\.\//u.test(arg))) return null;
  // `logs -f` follows.
  const files = ['kubectl', 'psql', 'helm'].includes(program) && !(program === 'kubectl' && kubectlVerb(args) === 'logs') ? [...optionValues(args, '-f', '--filename', '--file', '-k', '--values')] : [];
  const path = args.find((arg) => /^\.{1,2}\//u.test(arg)) ?? args.find((arg) => /^fileb?:\/\/(?!\/|\{\{)/u.test(arg)) ?? files.find((file) => file !== '-' && !/^(?:\/|\{\{|https?:)/u.test(file) && /[/.]/u.test(file)) ?? relativeProgram(found);
  return path === undefined ? null : { message: `${path} is looked up in the step's folder, which is {{run_dir}} unless cwd says otherwise.`, fix: 'Write {{runbook_dir}}/… or an absolute path.' };
};

const psqlInPod: Judge = ({ command }) => {
  const inPod = command.program === 'psql' && command.inside.some((wrapper) => wrapper === 'kubectl exec' || wrapper === 'docker exec');
  const says = hasOption(command.args, '-h', '--host', '-U', '--username', '-d', '--dbname') || words(command.args).some((word) => /^postgres(?:ql)?:\/\/|=/u.test(word));
  return inPod && !says ? { message: 'psql in a pod connects with whatever account and database the pod has.', fix: 'Name the account and the database: -U … -d ….' } : null;
};

const listing: Judge = (found) => {
  const { subject, command, used } = found;
  if (subject.step === null || subject.step.block.kind !== 'run' || used.use !== 'run' || !isInnermost(found) || isJudged(subject)) return null;
  const verb = command.program === 'kubectl' ? kubectlVerb(command.args) : command.program === 'aws' ? (words(command.args)[1] ?? '') : (words(command.args)[1] ?? '');
  const lists = command.program === 'ls' || (command.program === 'kubectl' && /^(?:get|describe|top)$/u.test(verb)) || (command.program === 'aws' && /^(?:describe|list|get)-/u.test(verb) && verb !== 'get-secret-value') || (command.program === 'velero' && /^(?:get|describe)$/u.test(verb));
  return lists ? { message: 'A listing exits 0 also when it is empty or shows failures.', fix: 'Add verify with what must stand in the output, or capture what a later step needs.' } : null;
};

const selectUnjudged: Judge = ({ subject, command, used }) => {
  if (subject.step?.block.kind !== 'run' || used.use !== 'run' || isJudged(subject)) return null;
  return command.program === 'psql' && sqlOf(command.args).some((sql) => /^\s*(?:select|with|show|table)\b/iu.test(sql)) ? { message: 'The query exits 0 whatever it finds.', fix: 'Add verify, for example [{number: {min: 1}}] with psql -At.' } : null;
};

const PLACEHOLDER = /X{3,}|(?<![A-Za-z])x{3,}(?![A-Za-z])|YYYY-?MM-?DD|HHMMSS|_{4,}|<[A-Za-z][\w.-]*>|\bCHANGE_?ME\b/u;

/** Formats of dates in SQL and in `date` are what they look like. */
const DATE_FORMAT = /\b(?:to_char|to_date|to_timestamp|date_format|strftime|parsedatetime)\s*\(/iu;

export function placeholderIn(text: string): string | null {
  if (DATE_FORMAT.test(text)) return null;
  return PLACEHOLDER.exec(text)?.[0] ?? null;
}

const placeholder: Judge = (found) => {
  if (!isInnermost(found)) return null;
  const word = found.used.argv.find((arg) => placeholderIn(arg) !== null && !/^<\w+>$/u.test(arg) && !arg.includes('mktemp'));
  return word === undefined || ['mktemp'].includes(found.command.program) ? null : { message: `"${word}" holds a placeholder: ${placeholderIn(word) ?? ''}.`, fix: 'Make it a parameter.' };
};

const objectLock: Judge = ({ subject, command, used }) => {
  if (command.program !== 'aws' || !command.args.includes('get-object-lock-configuration') || used.use === 'verify' || used.use === 'poll') return null;
  const block = subject.step?.block ?? subject.check;
  const asserted = block !== undefined && block !== null && 'verify' in block && (block.verify ?? []).some((item) => 'json' in item || 'stdout' in item);
  return asserted ? null : { message: 'It exits 0 also without default retention.', fix: 'Assert the mode and the days, or use a check of kind s3-object with lock.' };
};

const statusInfos: Judge = ({ command }) =>
  command.program === 'aws' && (optionValue(command.args, '--query') ?? '').includes('StatusInfos')
    ? { message: 'StatusInfos says whether a replica replicates, not how far it is behind, and of most instances it is null.', fix: 'Ask the database (pg_stat_replication, aurora_replica_status) or the metric of the replica lag.' }
    : null;

const SECRET_ARGUMENT = /^(?:--env=|-e)?(?:[A-Z0-9_]*(?:PASSWORD|PASSWD|PWD|TOKEN|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|API_KEY)=)(?<set>.+)|^--(?:[a-z]+-)*password=(?<given>.+)|^--from-literal=[^=]*(?:password|passwd|secret|token|api-?key)[^=]*=(?<literal>.+)/su;
const TEXT_TOOLS: ReadonlySet<string> = new Set(['grep', 'egrep', 'rg', 'sed', 'awk', 'gawk', 'jq', 'perl', 'expr']);

const plainSecret: Judge = (found) => {
  if (!isInnermost(found) || TEXT_TOOLS.has(found.command.program)) return null;
  const arg = found.used.argv.find((word) => {
    const groups = SECRET_ARGUMENT.exec(word)?.groups;
    const value = groups?.['set'] ?? groups?.['given'] ?? groups?.['literal'];
    return value !== undefined && !/^(?:\/|file:)/u.test(value) && !value.includes('{{');
  });
  return arg === undefined ? null : { message: `${arg.slice(0, arg.indexOf('=', arg.startsWith('--env=') ? 6 : 0))} takes a secret from the command line, where everybody on the machine and in the record reads it.`, fix: 'Use env: {NAME: {secret: …}}, stdin: {secret: …}, or {{secret_file:NAME}}.' };
};

const gitPull: Judge = ({ command }) =>
  command.program === 'git' && words(command.args).includes('pull')
    ? { message: 'git pull takes whatever the branch holds on the day, perhaps the fault itself.', fix: 'git fetch, then check out the commit that is named; keep a bundle for the day on which the remote is dead.' }
    : null;

const passwordByPattern: Judge = ({ command }) => {
  const { program, args } = command;
  const cuts = (program === 'grep' && args.some((arg) => /^-[A-Za-z]*o/u.test(arg) || arg === '--only-matching')) || ['sed', 'awk', 'gawk', 'cut'].includes(program);
  return cuts && args.some((arg) => /pass(?:word|wd)|PGPASS/iu.test(arg)) ? { message: 'A password that is cut out of a connection string comes out empty or encoded when the string is spelt otherwise.', fix: 'Hand the whole string to the tool (psql and pg_restore read it), or keep the password as a secret of its own.' } : null;
};

/** The log store that AKKO's notation suggests takes a span, or two moments. */
const logsAgo: Judge = (found) =>
  isInnermost(found) && /_time:\s*\[[^\]]*\bago\b/u.test(found.used.argv.join(' ')) ? { message: 'The query language of the logs knows no "ago" in a span of time.', fix: 'Write _time:72h, or _time:[now-72h, now].' } : null;

export const COMMAND_RULES: readonly CommandRule[] = [
  rule('psql-several-statements', severalStatements), rule('psql-on-error-stop', errorStop), rule('glob-in-argv', glob), rule('substitution-in-argv', substitution), rule('shell-syntax-in-argv', shellSyntax),
  rule('s3-glob', s3Glob), rule('rds-engine', rdsEngine), rule('pg-restore-recovery-target', pgRestoreRecovery), rule('pgbackrest-target', pgbackrestTarget), rule('tty-flag', ttyFlag),
  rule('velero-wait', veleroWait), rule('velero-from-backup', veleroFromBackup), rule('prints-secret', printsSecret), rule('shell', shell), rule('opaque-script', opaqueScript), rule('shell-word', shellWord),
  rule('kubectl-run-overrides', overrides), rule('moving-tag', movingTag), rule('follow-without-timeout', follow), rule('rollout-undo-revision', rolloutUndo), rule('rollout-restart-selector', rolloutSelector),
  rule('terraform-plan', terraformPlan), rule('aws-unsorted', awsLast), rule('aws-none', awsNone), rule('kubectl-namespace', namespace), rule('relative-path', relativePath), rule('psql-in-pod', psqlInPod),
  rule('listing-unasserted', listing), rule('select-unasserted', selectUnjudged), rule('placeholder', placeholder), rule('object-lock-unasserted', objectLock),
  rule('rds-status-infos', statusInfos), rule('plain-secret', plainSecret), rule('git-pull', gitPull), rule('password-by-pattern', passwordByPattern), rule('logs-time-ago', logsAgo),
];
