/** Programs of checks that read a secret: from a file that lies there for as long as the program runs. */
import { deliverSecretFile, type DeliveredSecret } from '../secrets/deliver-file.ts';
import { secretFilesIn } from '../runbook/template.ts';
import type { ToolOutcome } from '../tool/tool.ts';
import type { ProbeContext } from './probe.ts';
import { CannotTell } from './probe.ts';
import { runProgram, type ProgramRun } from './run-program.ts';

/**
 * As `runProgram`, with a file in the place of each `{{secret_file:NAME}}`.
 * @throws CannotTell `secret-missing` when one is not at hand; nothing was started then
 */
export async function runWithSecrets(context: ProbeContext, run: ProgramRun): Promise<ToolOutcome> {
  const delivered = new Map<string, DeliveredSecret>();
  try {
    for (const name of new Set(run.argv.flatMap(secretFilesIn))) {
      const secret = context.secrets.get(name);
      if (secret === null) throw new CannotTell('secret-missing', `The secret ${name} is not at hand, so it was not tried.`, { secret: name });
      delivered.set(name, deliverSecretFile(secret, context.scratchDir));
    }
    return await runProgram(context, { ...run, argv: run.argv.map((word) => placed(word, delivered)) });
  } finally {
    for (const file of delivered.values()) file.remove();
  }
}

function placed(word: string, delivered: ReadonlyMap<string, DeliveredSecret>): string {
  return [...delivered].reduce((text, [name, { path }]) => text.replaceAll(`{{secret_file:${name}}}`, () => path), word);
}
