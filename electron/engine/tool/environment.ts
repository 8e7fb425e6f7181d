/** The environment of tools: a short list of inherited variables, and nothing that loads foreign code into a tool. */
import { delimiter, isAbsolute, resolve } from 'node:path';
import { EngineError } from '../../contract/errors.ts';

/** Every tool gets these, as far as they are set; `env_pass` of the runbook adds to them. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'TERM'];
const INHERITED_PREFIX = 'LC_';
/** Windows programs do not start without these. */
const INHERITED_WINDOWS = ['SYSTEMROOT', 'TEMP', 'TMP', 'USERPROFILE', 'PATHEXT'];

/** Variables with which a loader, a shell or a language runtime runs code before the tool's own. */
const CODE_LOADING = [
  /^LD_/u, /^DYLD_/u, /^GCONV_PATH$/u, /^GLIBC_TUNABLES$/u,
  /^NODE_/u, /^ELECTRON_/u, /^BLACKSTART_/u,
  /^BASH_ENV$/u, /^ENV$/u, /^BASH_FUNC_/u, /^SHELLOPTS$/u, /^BASHOPTS$/u, /^PS4$/u, /^PROMPT_COMMAND$/u, /^IFS$/u, /^ZDOTDIR$/u,
  /^PYTHON(?:PATH|HOME|STARTUP|INSPECT|BREAKPOINT)$/u, /^PERL5?(?:LIB|OPT|DB)$/u, /^RUBY(?:OPT|LIB)$/u,
  /^(?:_JAVA_OPTIONS|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH)$/u, /^GIT_(?:SSH|SSH_COMMAND|EXEC_PATH|PAGER|EDITOR|EXTERNAL_DIFF|CONFIG.*)$/u,
];

/** Whether a variable of that name can make a tool run foreign code. */
export function loadsForeignCode(name: string): boolean {
  return CODE_LOADING.some((pattern) => pattern.test(name.toUpperCase()));
}

/**
 * What a tool inherits from `processEnv`; a step's own `env` comes on top.
 * @param envPass further names, from the runbook's `env_pass`
 * @throws EngineError `refused` when `envPass` names a variable that can load foreign code
 */
export function toolEnvironment(processEnv: Readonly<Record<string, string | undefined>>, envPass: readonly string[]): Record<string, string> {
  for (const name of envPass) {
    if (loadsForeignCode(name)) {
      throw new EngineError('refused', `env_pass: ${name} may not be handed to tools, since it can make any of them run foreign code.`, { hint: `Take ${name} out of env_pass.` });
    }
  }
  const names = new Set([...INHERITED, ...envPass, ...(process.platform === 'win32' ? INHERITED_WINDOWS : [])]);
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(processEnv)) {
    if (value === undefined) continue;
    const known = process.platform === 'win32' ? name.toUpperCase() : name;
    if (names.has(known) || known.startsWith(INHERITED_PREFIX)) environment[known] = value;
  }
  if (environment['PATH'] !== undefined) environment['PATH'] = searchFolders(environment['PATH'], process.cwd()).join(delimiter);
  return environment;
}

/** The absolute folders of a PATH in order; an empty or relative entry and `cwd` itself are left out. */
export function searchFolders(path: string, cwd: string): string[] {
  return path.split(delimiter).filter((folder) => isAbsolute(folder) && resolve(folder) !== resolve(cwd));
}
