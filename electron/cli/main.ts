/** The command line's entry: nothing but the process around it. */
import { EXIT } from './exit-codes.ts';
import { runCommandLine } from './program.ts';

/** Whoever read the output may leave (`| head`); a run goes on without a listener, and a full disk under the output is told. */
function onBrokenOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`blackstart: the output could not be written: ${error.message}\n`);
  process.exitCode = EXIT.fault;
}
process.stdout.on('error', onBrokenOutput);
process.stderr.on('error', () => undefined);

const status = await runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.env['INIT_CWD'] ?? process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
process.exitCode ??= status;
