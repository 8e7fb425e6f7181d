/** Database clients read commands of their own beside SQL, and some of them start programs: a value may not bring one in. */
import { EngineError } from '../../contract/errors.ts';
import { commandsOf } from '../runbook/commands.ts';
import { templateNames } from '../runbook/template.ts';

/** How such a command begins in an argument of each client. */
const BEGINS: Readonly<Record<string, RegExp>> = {
  psql: /^(?:-c|--command=)?\s*\\/u,
  sqlite3: /^(?:-cmd=?)?\s*\./u,
  mysql: /^(?:-e|--execute=)?\s*(?:\\|system\b)/iu,
  mariadb: /^(?:-e|--execute=)?\s*(?:\\|system\b)/iu,
};
/** psql copies a variable into the script as it stands, backslash commands included. */
const VARIABLE = /^(?:-v|--set|--variable)/u;

/**
 * @param written one command line with its templates
 * @param filled the same, with the values in their places
 * @throws EngineError `refused` when a value makes a client's own command of an argument
 */
export function refuseMetaCommands(written: readonly string[], filled: readonly string[]): void {
  if (!written.some((element) => element.includes('{{'))) return;
  for (const { program, index } of commandsOf(filled)) {
    const begins = BEGINS[program];
    if (begins === undefined) continue;
    for (const [at, element] of filled.entries()) {
      const before = written[at] ?? '';
      if (at <= index || before === element) continue;
      const isVariable = program === 'psql' && (VARIABLE.test(element) || VARIABLE.test(filled[at - 1] ?? ''));
      if ((begins.test(element) && !begins.test(before)) || (isVariable && element.includes('\\') && !before.includes('\\'))) throw refusal(program, before);
    }
  }
}

/** The same for the text that a client reads from its standard input, where such a command may stand in the middle of a line. */
export function refuseMetaCommandsIn(text: string, values: Readonly<Record<string, string>>, argv: readonly string[]): void {
  const client = commandsOf(argv).find(({ program }) => Object.hasOwn(BEGINS, program));
  if (client === undefined) return;
  const isMeta = client.program === 'sqlite3' ? /^\s*\.|[\n;]\s*\./u : /\\/u;
  const name = templateNames(text).find((each) => isMeta.test(values[each] ?? ''));
  if (name !== undefined) throw refusal(client.program, `{{${name}}}`);
}

function refusal(program: string, written: string): EngineError {
  return new EngineError('refused', `The value in "${written}" holds a command of ${program}'s own, which could start any program.`, { hint: `Nothing was started. Correct the value; ${program} must get it as data.` });
}
