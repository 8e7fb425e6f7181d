/** Finds the programs in a command line, also those that run inside others: `kubectl exec … -- psql …`, `sudo`, `env X=… cmd`, `sh -c`. */
import type { StepBlock } from '../../contract/step.ts';
import type { FieldPath } from './finding.ts';

export interface Command {
  /** Without folder and `.exe`. */
  program: string;
  args: readonly string[];
  /** Index of the program in the argv that it was found in. */
  index: number;
  /** Wrappers around it, outermost first, e.g. `kubectl exec`. */
  inside: readonly string[];
}

/** Options of a wrapper that take the next word as their value; `words` are the operands before the inner command. */
interface Wrapper {
  valued: readonly string[];
  operands?: number;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: { valued: ['-u', '-g', '-h', '-p', '-C', '-T', '-U', '-D', '-R'] },
  doas: { valued: ['-u', '-C'] },
  env: { valued: ['-u', '-C', '--unset', '--chdir'] },
  nice: { valued: ['-n'] },
  ionice: { valued: ['-c', '-n', '-p'] },
  nohup: { valued: [] },
  setsid: { valued: [] },
  time: { valued: ['-f', '-o'] },
  stdbuf: { valued: ['-i', '-o', '-e'] },
  timeout: { valued: ['-s', '-k', '--signal', '--kill-after'], operands: 1 },
  setpriv: { valued: [] },
  runuser: { valued: ['-u', '-g', '-G', '--user', '--group'] },
  gosu: { valued: [], operands: 1 },
  chroot: { valued: [], operands: 1 },
  flock: { valued: ['-w', '-E'], operands: 1 },
  xargs: { valued: ['-n', '-P', '-I', '-L', '-d', '-a', '-s'] },
  strace: { valued: ['-e', '-o', '-p', '-s'] },
  'systemd-run': { valued: ['-p', '-u', '--unit'] },
  command: { valued: [] },
  exec: { valued: ['-a'] },
};
const SSH_VALUED: readonly string[] = ['-i', '-l', '-p', '-o', '-F', '-J', '-L', '-R', '-D', '-b', '-c', '-e', '-m', '-S', '-W', '-w'];
/** What a wrapper that stays on this machine and in this folder is called. */
export function staysHere(wrapper: string): boolean {
  return Object.hasOwn(WRAPPERS, wrapper) && wrapper !== 'chroot';
}

const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'busybox', 'fish', 'pwsh', 'powershell', 'cmd']);

export function programName(word: string): string {
  return (word.split(/[/\\]/u).at(-1) ?? word).replace(/\.exe$/iu, '').toLowerCase();
}

export function isShell(program: string): boolean {
  return SHELLS.has(program);
}

/** `NAME=value` before a program, as a shell takes it. */
export const ASSIGNMENT = /^[A-Za-z_]\w*=/u;

/** Every program that a command line starts, the outermost first. Assignments in front are passed over: the program behind them is meant. */
export function commandsOf(argv: readonly string[]): Command[] {
  const first = argv.findIndex((word) => !ASSIGNMENT.test(word));
  return collect(argv, Math.max(0, first), [], 0);
}

function collect(argv: readonly string[], index: number, inside: readonly string[], depth: number): Command[] {
  const word = argv[index];
  if (word === undefined || depth > 8) return [];
  const program = programName(word);
  const args = argv.slice(index + 1);
  const here: Command = { program, args, index, inside };
  const script = shellScript(program, args) ?? remoteScript(program, argv, index);
  if (script !== null) return [here, ...scriptCommands(script).flatMap((words) => collect(words, 0, [...inside, program], depth + 1).map((inner) => ({ ...inner, index })))];
  const inner = innerIndex(program, argv, index);
  if (inner === null) return [here];
  const name = program === 'kubectl' || program === 'docker' || program === 'podman' ? `${program} ${firstWord(args)}` : program;
  return [here, ...collect(argv, inner, [...inside, name], depth + 1)];
}

function firstWord(args: readonly string[]): string {
  return args.find((arg) => ['exec', 'run', 'debug'].includes(arg)) ?? '';
}

/** Where the command inside a wrapper begins, or null when this is no wrapper. */
function innerIndex(program: string, argv: readonly string[], index: number): number | null {
  const container = ['kubectl', 'oc', 'docker', 'podman', 'nsenter', 'nerdctl'].includes(program);
  if (container) {
    if (program !== 'nsenter' && firstWord(argv.slice(index + 1)) === '') return null;
    const dashes = argv.indexOf('--', index);
    if (dashes >= 0) return dashes + 1;
    if (program === 'nsenter') return null;
    // kubectl still takes `exec POD COMMAND` without `--`; `run` takes its image's own command.
    if (program === 'kubectl' || program === 'oc') return firstWord(argv.slice(index + 1)) === 'exec' ? afterExec(argv, index) : null;
    return afterContainer(argv, index);
  }
  const wrapper = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
  return wrapper === undefined ? null : afterOptions(argv, index + 1, wrapper.valued, wrapper.operands ?? 0);
}

const CONTAINER_VALUED = ['-u', '--user', '-e', '--env', '-w', '--workdir', '--env-file', '-v', '--volume', '--name', '--network', '-p', '--mount'];

function afterContainer(argv: readonly string[], index: number): number {
  const verb = argv.findIndex((word, at) => at > index && (word === 'exec' || word === 'run'));
  return afterOptions(argv, verb + 1, CONTAINER_VALUED, 1);
}

function afterExec(argv: readonly string[], index: number): number | null {
  const verb = argv.indexOf('exec', index);
  const inner = afterOptions(argv, verb + 1, [...KUBECTL_VALUED, '-c', '--container'], 1);
  return inner < argv.length ? inner : null;
}

function afterOptions(argv: readonly string[], from: number, valued: readonly string[], operands: number): number {
  let at = from;
  let left = operands;
  for (; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') return at + 1 + left;
    if (valued.includes(word)) at += 1;
    else if (word.startsWith('-') || ASSIGNMENT.test(word)) continue;
    else if (left > 0) left -= 1;
    else return at;
  }
  return at;
}

/** What ssh sends is read by a shell on the other side, however many words it was here. */
function remoteScript(program: string, argv: readonly string[], index: number): string | null {
  if (program !== 'ssh') return null;
  const words = argv.slice(afterOptions(argv, index + 1, SSH_VALUED, 1));
  return words.length === 0 ? null : words.join(' ');
}

/** The text that a shell is told to run with `-c`, or null. */
export function shellScript(program: string, args: readonly string[]): string | null {
  if (program === 'su' || isShell(program)) {
    const at = args.findIndex((arg) => /^-[a-z]*c$/u.test(arg) || arg === '-Command' || arg === '/c');
    return at < 0 ? null : (args[at + 1] ?? '');
  }
  return null;
}

/** A rough reading of a script, good enough to recognise programs; nothing is ever run from it. */
function scriptCommands(script: string): string[][] {
  return script.split(/\n|;|&&|\|\|?|&|\$\(|`/u).map(splitWords).filter((words) => words.length > 0);
}

function splitWords(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'()]+)/gu)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Why a command line stands in a step. */
export type CommandUse = 'run' | 'pipe' | 'undo' | 'alternate' | 'rehearsal' | 'stop' | 'poll' | 'verify';

export interface UsedArgv {
  argv: readonly string[];
  path: FieldPath;
  use: CommandUse;
}

/** Every command line in a step. */
export function argvsOf(block: StepBlock): UsedArgv[] {
  const found: UsedArgv[] = [];
  const add = (argv: readonly string[] | undefined, path: FieldPath, use: CommandUse): void => {
    if (argv !== undefined) found.push({ argv, path, use });
  };
  if (block.kind === 'run' || block.kind === 'secret') add(block.run, ['run'], 'run');
  if (block.kind === 'run') {
    block.pipe?.forEach((argv, index) => { add(argv, ['pipe', index], 'pipe'); });
    add(block.background?.stop, ['background', 'stop'], 'stop');
  }
  if (block.kind === 'run' || block.kind === 'wait') add(block.wait_until?.run, ['wait_until', 'run'], 'poll');
  if (block.kind === 'check' && typeof block.check !== 'string' && block.check.kind === 'command') add(block.check.run, ['check', 'run'], 'run');
  add(block.undo?.run, ['undo', 'run'], 'undo');
  add(block.alternate?.run, ['alternate', 'run'], 'alternate');
  const rehearsal = block.modes?.rehearsal;
  if (typeof rehearsal === 'object' && 'run' in rehearsal) add(rehearsal.run, ['modes', 'rehearsal', 'run'], 'rehearsal');
  if (typeof rehearsal === 'object' && 'pipe' in rehearsal) rehearsal.pipe.forEach((argv, index) => { add(argv, ['modes', 'rehearsal', 'pipe', index], 'rehearsal'); });
  block.verify?.forEach((item, index) => { if ('run' in item) add(item.run, ['verify', index, 'run'], 'verify'); });
  return found;
}

const SQL_CLIENTS = ['psql', 'mysql', 'mariadb', 'sqlite3', 'mongosh', 'mongo', 'sqlcmd', 'clickhouse-client', 'cqlsh', 'redis-cli'];
const SQL_DESTRUCTIVE = /\b(?:drop|truncate)\s+(?:table|database|schema|role|user|owned|index|view|collection)?|\bdelete\s+from\b|\bdropdatabase\b|\.drop\(|\bflush(?:all|db)\b|\bpg_promote\s*\(/iu;
const DESTRUCTIVE_WORDS: ReadonlySet<string> = new Set(['delete', 'drop', 'destroy', 'failover', 'switchover', 'purge', 'wipe', 'uninstall', 'promote', 'format']);
const AWS_DESTRUCTIVE = /^(?:delete|failover|terminate|remove|purge|reboot|promote|switchover|change-resource-record-sets|deregister|disable)(?:-|$)/u;

/** What a command destroys, in a few words; null when it is not known to destroy anything. */
export function destroys(command: Command): string | null {
  const { program, args } = command;
  const words = args.filter((arg) => !arg.startsWith('-'));
  if (program === 'redis-cli' && words.includes('failover')) return 'redis-cli failover cannot be taken back';
  if (SQL_CLIENTS.includes(program)) return args.some((arg) => SQL_DESTRUCTIVE.test(arg)) ? 'it drops or deletes data' : null;
  if (changesDns(program, words)) return 'it changes DNS';
  if (program === 'aws') return words.some((word, at) => at < 4 && (AWS_DESTRUCTIVE.test(word) || (words[0] === 's3' && /^(?:rm|rb)$/u.test(word)))) ? `aws ${words.slice(0, 2).join(' ')} cannot be taken back` : null;
  if (program === 'terraform' || program === 'tofu') return terraformDestroys(args);
  if (program === 'kubectl' || program === 'oc') return kubectlDestroys(args);
  const files = fileToolDestroys(program, args);
  if (files !== undefined) return files;
  if (isShell(program) || Object.hasOwn(WRAPPERS, program) || ['echo', 'printf', 'git', 'test', 'grep', 'jq', 'cat', 'ls', 'date'].includes(program)) return null;
  if (['docker', 'podman'].includes(program)) return words.slice(0, 2).some((word) => ['rm', 'rmi', 'prune'].includes(word)) ? 'it removes containers, images or volumes' : null;
  const verb = words.slice(0, 3).find((word) => DESTRUCTIVE_WORDS.has(word));
  return verb === undefined ? null : `"${program} … ${verb}" cannot be taken back`;
}

/** Programs that are known by their name alone or by one option; undefined for any other program. */
function fileToolDestroys(program: string, args: readonly string[]): string | null | undefined {
  if (/^(?:dropdb|dropuser|mkfs(?:\..*)?|wipefs|shred|nsupdate|knsupdate|blkdiscard|fdisk|sgdisk)$/u.test(program)) return /nsupdate$/u.test(program) ? 'it changes DNS' : `${program} destroys what was there`;
  if (program === 'rm') return args.some((arg) => /^-[a-zA-Z]*[rR]/u.test(arg) || arg === '--recursive') ? 'it deletes a folder' : null;
  if (program === 'dd') return args.some((arg) => /^of=\/dev\//u.test(arg)) ? 'it overwrites a disk' : null;
  if (program === 'pg_restore') return args.some((arg) => arg === '--clean' || arg === '-c') ? '--clean drops what is there' : null;
  if (program === 'curl') return args.some((arg, at) => arg === '-XDELETE' || (arg === 'DELETE' && /^(?:-X|--request)$/u.test(args[at - 1] ?? ''))) ? 'it sends DELETE' : null;
  return undefined;
}

function changesDns(program: string, words: readonly string[]): boolean {
  if (program === 'knotc') return words.some((word) => /^zone-(?:set|unset|commit|purge)$/u.test(word));
  if (program === 'pdnsutil') return words.some((word) => /^(?:add|replace|delete|edit|clear|load)-/u.test(word));
  if (program === 'gcloud') return words[0] === 'dns' && words.some((word) => ['update', 'delete', 'execute', 'create', 'import'].includes(word));
  if (program === 'az') return words[0] === 'network' && words[1] === 'dns' && words.some((word) => /^(?:add-record|remove-record|delete|update|create)$/u.test(word));
  return /^(?:flarectl|cli53|rndc|dnscontrol)$/u.test(program) && words.some((word) => /^(?:create|update|delete|push|rrcreate|rrdelete|import)$/u.test(word));
}

function terraformDestroys(args: readonly string[]): string | null {
  if (args.includes('destroy') || args.includes('-destroy')) return 'it destroys infrastructure';
  return args.includes('apply') && args.some((arg) => /^--?auto-approve(?:=true)?$/u.test(arg)) ? 'it changes infrastructure without showing the plan' : null;
}

/** Only before `--`: what runs inside a pod is a command of its own. */
function kubectlDestroys(args: readonly string[]): string | null {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const verb = kubectlVerb(own);
  return verb === 'delete' || verb === 'drain' || (verb === 'replace' && own.includes('--force')) ? `kubectl ${verb} cannot be taken back` : null;
}

const KUBECTL_VALUED: ReadonlySet<string> = new Set(['-n', '--namespace', '--context', '--kubeconfig', '--cluster', '--user', '-s', '--server', '--as', '--token', '--request-timeout', '--certificate-authority', '--client-key', '--client-certificate']);

/** The words of `kubectl` without global options: verb first. */
export function kubectlWords(args: readonly string[]): string[] {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return own.filter((arg, at) => !arg.startsWith('-') && !KUBECTL_VALUED.has(own[at - 1] ?? ''));
}

export function kubectlVerb(args: readonly string[]): string {
  return kubectlWords(args)[0] ?? '';
}

/** What a command line destroys, in it or inside it; null when nothing is known. */
export function argvDestroys(argv: readonly string[]): string | null {
  for (const command of commandsOf(argv)) {
    const why = destroys(command);
    if (why !== null) return why;
  }
  return null;
}
