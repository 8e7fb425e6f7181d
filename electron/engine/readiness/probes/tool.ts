/** `tool`: the program is in the kit's toolbox or on PATH, in a fitting version, with the pinned digest. */
import { basename } from 'node:path';
import semver from 'semver';
import type { Evidence } from '../../../contract/readiness.ts';
import { withinLimit } from '../../assertion/within-limit.ts';
import { toolboxes } from '../../kit/kit-place.ts';
import { findProgram } from '../find-program.ts';
import { hashFile } from '../hash-file.ts';
import type { ProbeRunner } from '../probe.ts';
import { fail, pass } from '../probe.ts';
import { complaint, runProgram } from '../run-program.ts';
import { bareDigest } from '../sums.ts';

const VERSION_MS = 20_000;
const ANY_VERSION = String.raw`(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?|\d+)`;

export const probeTool: ProbeRunner<'tool'> = async (probe, context) => {
  const path = findProgram(/[\\/]/u.test(probe.tool) ? context.resolve(probe.tool) : probe.tool, context.env);
  if (path === null) return fail(`${probe.tool} is neither in the kit's toolbox nor on the PATH.`, { tool: probe.tool });
  const evidence: Evidence = { path, from: toolboxes(context.dataDir).some((folder) => path.startsWith(folder)) ? 'toolbox' : 'PATH' };
  const pinned = probe.sha256 === undefined ? context.pinned?.get(probe.tool)?.sha256 : bareDigest(probe.sha256);
  if (pinned !== undefined) {
    const { sha256 } = await hashFile(path, { signal: context.signal });
    evidence['sha256'] = sha256;
    if (sha256 !== pinned) return fail(`${path} is not the pinned ${probe.tool}: its SHA-256 is another one.`, { ...evidence, pinned });
  }
  if (probe.version === undefined && probe.version_run === undefined) return pass(`${probe.tool} is at hand${pinned === undefined ? '' : ', with the pinned digest'}.`, evidence);
  if (probe.version !== undefined && semver.validRange(probe.version) === null) return fail(`"${probe.version}" is no range of versions; write for example >=15.2 <17.`, evidence);
  const argv = versionArgv(probe, path);
  const outcome = await runProgram(context, { argv, cwd: context.scratchDir, timeoutMs: VERSION_MS });
  if (!outcome.ok) return fail(`${probe.tool} does not run: ${outcome.how === 'timed-out' ? 'it gave no version within 20 s' : complaint(outcome)}.`, evidence);
  const version = findVersion(`${outcome.stdout.text}\n${outcome.stderr.text}`, probe.version_match);
  if (version === null) return fail(`${basename(path)} names no version where ${probe.version_match === undefined ? 'one was looked for' : `/${probe.version_match}/ looks`}.`, evidence);
  evidence['version'] = version.written;
  if (probe.version === undefined) return pass(`${probe.tool} ${version.written} is at hand.`, evidence);
  evidence['wanted'] = probe.version;
  const fits = semver.satisfies(version.comparable, probe.version, { includePrerelease: true });
  return fits ? pass(`${probe.tool} ${version.written} is at hand.`, evidence) : fail(`${probe.tool} is ${version.written}; ${probe.version} is wanted.`, evidence);
};

/** `version_run` may begin with the tool's own name, which then stands for the program that was found. */
function versionArgv(probe: Parameters<ProbeRunner<'tool'>>[0], path: string): string[] {
  const run = probe.version_run ?? [probe.tool, '--version'];
  return run[0] === probe.tool ? [path, ...run.slice(1)] : [...run];
}

/** First group of `pattern` (or the whole match); numbers such as 15 or 2.45 count as 15.0.0 and 2.45.0. */
function findVersion(text: string, pattern = ANY_VERSION): { written: string; comparable: string } | null {
  const expression = new RegExp(pattern, 'mu');
  const found = withinLimit(() => expression.exec(text));
  const match = found.done ? found.value : null;
  const written = match?.[1] ?? match?.[0];
  if (written === undefined || written === '') return null;
  const comparable = semver.valid(written) ?? semver.coerce(written)?.version;
  return comparable === undefined ? null : { written, comparable };
}
