/** `manifests`: what will be deployed is there and renders: a Git bundle, a kustomization, or files with checksums. */
import { rmSync, statSync } from 'node:fs';
import { basename, join, normalize } from 'node:path';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import { counted } from '../../../contract/wording.ts';
import { findProgram } from '../find-program.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ProbeContext, ProbeRunner } from '../probe.ts';
import { fail, pass, unknown } from '../probe.ts';
import { complaint, runProgram } from '../run-program.ts';
import { readSums, sumFor } from '../sums.ts';
import { verifySums } from './dir.ts';

type Manifests = Parameters<ProbeRunner<'manifests'>>[0];

const RENDER_MS = 120_000;

/** Rendering and cloning happen in temporary folders; the source is only read, and nothing is fetched. */
export const probeManifests: ProbeRunner<'manifests'> = async (probe, context) => {
  const path = context.resolve(probe.path);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return fail(`${path} is not there.`, { path });
  switch (probe.how) {
    case 'git-bundle':
      return judgeBundle(probe, path, context);
    case 'kustomize':
      return judgeKustomization(probe, path, context);
    case 'sums':
      return judgeSums(probe, path, context);
  }
};

/** Cloned without a checkout, since `git bundle verify` alone does not read the objects. */
async function judgeBundle(probe: Manifests, path: string, context: ProbeContext): Promise<ProbeFinding> {
  const git = findProgram('git', context.env);
  if (git === null) return unknown('tool-missing', 'git is neither in the kit\'s toolbox nor on the PATH.', { path });
  const folder = temporaryFolder(context.scratchDir);
  const env = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: join(folder, 'none'), GIT_TERMINAL_PROMPT: '0', HOME: folder, LC_ALL: 'C' };
  const call = (args: string[]): ReturnType<typeof runProgram> => runProgram(context, { argv: [git, ...args], cwd: folder, env, timeoutMs: RENDER_MS });
  try {
    const clone = join(folder, 'clone');
    const cloned = await call(['clone', '--quiet', '--bare', '-c', 'transfer.fsckObjects=true', path, clone]);
    if (!cloned.ok) return fail(`${basename(path)} is no whole Git bundle: ${complaint(cloned)}`, { path });
    const heads = await call(['--git-dir', clone, 'for-each-ref', '--format=%(objectname) %(refname)']);
    const refs = heads.stdout.text.split('\n').filter((line) => line !== '');
    const evidence: Evidence = { path, refs: refs.slice(0, 50) };
    if (refs.length === 0) return fail(`${basename(path)} holds no branch and no tag.`, evidence);
    const missing = (probe.contains ?? []).find((wanted) => !refs.some((ref) => ref.startsWith(wanted) || ref.endsWith(`/${wanted}`)));
    if (missing !== undefined) return fail(`${basename(path)} does not hold ${missing}.`, evidence);
    const checked = await call(['--git-dir', clone, 'fsck', '--full', '--no-dangling']);
    return checked.ok ? pass(`The Git bundle is whole: ${counted(refs.length, 'branch or tag', 'branches and tags')}.`, evidence) : fail(`${basename(path)} is damaged: ${complaint(checked)}`, evidence);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A kustomization that names remote bases fails here, as it would on the day. */
async function judgeKustomization(probe: Manifests, path: string, context: ProbeContext): Promise<ProbeFinding> {
  const tool = ['kubectl', 'kustomize'].map((name) => ({ name, program: findProgram(name, context.env) })).find(({ program }) => program !== null);
  if (tool === undefined || tool.program === null) return unknown('tool-missing', 'Neither kubectl nor kustomize is in the kit\'s toolbox or on the PATH.', { path });
  const argv = tool.name === 'kubectl' ? [tool.program, 'kustomize', path] : [tool.program, 'build', path];
  const outcome = await runProgram(context, { argv, cwd: context.scratchDir, timeoutMs: RENDER_MS });
  if (!outcome.ok) return fail(`${basename(path)} does not render: ${complaint(outcome)}`, { path });
  const kinds = [...outcome.stdout.text.matchAll(/^kind: (\S+)/gmu)].map((match) => match[1] ?? '');
  const evidence: Evidence = { path, objects: kinds.length, kinds: [...new Set(kinds)].slice(0, 50) };
  if (kinds.length === 0) return fail(`${basename(path)} renders to nothing.`, evidence);
  const missing = (probe.contains ?? []).find((text) => !outcome.stdout.text.includes(text));
  if (missing !== undefined) return fail(`What ${basename(path)} renders to does not hold "${missing}".`, evidence);
  return pass(`${basename(path)} renders to ${counted(kinds.length, 'object', 'objects')}.`, evidence);
}

/** @param path a folder with SHA256SUMS in it, the file of sums itself, or a file that `sums` lists; `contains` names files that must be listed */
async function judgeSums(probe: Manifests, path: string, context: ProbeContext): Promise<ProbeFinding> {
  const sums = probe.sums === undefined ? (statSync(path).isDirectory() ? join(path, 'SHA256SUMS') : path) : context.resolve(probe.sums);
  const listed = readSums(sums);
  const { checked, fault } = await verifySums(sums, context);
  const evidence: Evidence = { path, sums, checked };
  const isListed = statSync(path).isDirectory() || path === sums || sumFor(listed, path) !== null;
  if (!isListed) return fail(`${basename(sums)} does not list ${basename(path)}, so nothing says whether it was changed.`, evidence);
  const missing = (probe.contains ?? []).find((wanted) => !listed.some(({ name }) => normalize(name) === normalize(wanted) || normalize(name).endsWith(`/${normalize(wanted)}`)));
  if (missing !== undefined) return fail(`${basename(sums)} does not list ${missing}.`, evidence);
  return fault === null ? pass(`${counted(checked, 'file is', 'files are')} as recorded in ${basename(sums)}.`, evidence) : fail(fault, evidence);
}
