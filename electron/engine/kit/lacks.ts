/** What the runbooks' checks name and the laptop with its kit has not. Looks only whether things are there; whether they hold is readiness. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { CheckBlock } from '../../contract/check.ts';
import { EngineError } from '../../contract/errors.ts';
import type { KitChanges, KitFile, KitLack } from '../../contract/kit.ts';
import type { Runbook } from '../../contract/runbook.ts';
import { inOrder } from '../../contract/order.ts';
import { FIRST_DRILL_ID } from '../drill/first-drill.ts';
import { findProgram } from '../readiness/find-program.ts';
import { resolveParams } from '../runbook/params.ts';
import { fillTemplate } from '../runbook/template.ts';
import { asWritten, contactsOf, inKit, isThere, kitRoot } from './kit-place.ts';

export interface LackFacts {
  runbooks: readonly Runbook[];
  dataDir: string;
  /** The kit to look in: the one in place, or the folder of one that is not yet. */
  root: string;
  /** Environment of tools, with the toolboxes on its PATH. */
  env: Readonly<Record<string, string>>;
  launcher: string;
}

type Thing = { program: string } | { path: string };

/** Blockers first, then by kind and name. */
export function lacksOf(facts: LackFacts): KitLack[] {
  const lacks = new Map<string, KitLack>();
  for (const runbook of facts.runbooks.filter(({ front }) => front.id !== FIRST_DRILL_ID)) { // it makes its own material
    const values = valuesOf(runbook, facts);
    for (const { block } of runbook.checks) {
      for (const thing of thingsOf(block)) {
        const kind = 'program' in thing ? 'tool' : block.kind;
        for (const what of lackingOf(thing, runbook, block, values, facts)) note(lacks, { kind, what }, runbook, block);
      }
    }
  }
  return [...lacks.values()].sort((a, b) => inOrder(a.severity, b.severity) || inOrder(a.kind, b.kind) || inOrder(a.what, b.what));
}

function note(lacks: Map<string, KitLack>, { kind, what }: Pick<KitLack, 'kind' | 'what'>, { front }: Runbook, { id, severity }: CheckBlock): void {
  const key = `${kind} ${what}`;
  const known = lacks.get(key) ?? { kind, what, severity, needed_by: [] };
  lacks.set(key, { ...known, severity: severity === 'blocker' ? severity : known.severity, needed_by: [...known.needed_by, { runbook: front.id, check: id }] });
}

function thingsOf(block: CheckBlock): Thing[] {
  switch (block.kind) {
    case 'tool':
      return [{ program: block.tool }];
    case 'command':
      return block.run.slice(0, 1).map((program) => ({ program }));
    case 'file':
    case 'dir':
    case 'credential':
      return [{ path: block.path }];
    case 'manifests':
      return paths(block.path, block.sums);
    case 'contacts':
      return [{ path: block.path.split('#')[0] ?? '' }];
    case 'backup':
    case 'image':
      return [{ path: block.at }];
    case 'tls':
      return paths(block.cert, block.key, block.ca, block.chain);
    case 's3-object':
    case 'known-answer':
    case 'escrow':
    case 'disk':
    case 'memory':
    case 'clock':
    case 'power':
    case 'encryption':
    case 'http':
    case 'attest':
      return [];
  }
}

function paths(...written: (string | undefined)[]): Thing[] {
  return written.flatMap((path) => (path === undefined ? [] : [{ path }]));
}

/** What a person would be asked for stays out; a pattern that nothing matches stands for the file that is not there. */
function valuesOf(runbook: Runbook, { dataDir, root, launcher }: LackFacts): Record<string, string> {
  const builtIns = { runbook_dir: dirname(resolve(runbook.path)), data_dir: dataDir, blackstart: launcher };
  const { questions } = resolveParams(runbook, {}, 'live', { builtIns, kitRoot: root });
  const patterns = Object.entries(runbook.front.params ?? {}).flatMap(([name, param]): [string, string][] => ('glob' in param && param.glob !== undefined ? [[name, param.glob]] : []));
  const given = questions.flatMap(({ name, value }): [string, string][] => (value === null ? [] : [[name, value]]));
  return { ...Object.fromEntries([...patterns, ...given]), ...builtIns };
}

/** The thing as it is named to people when it is not there; nothing when it is, or when nobody can say what it would be. */
function lackingOf(thing: Thing, runbook: Runbook, block: CheckBlock, values: Readonly<Record<string, string>>, facts: LackFacts): string[] {
  const named = filled('program' in thing ? thing.program : thing.path, values);
  if (named === null || /^[a-z][a-z0-9+.-]+:\/\//iu.test(named)) return [];
  if ('program' in thing && !/[\\/]/u.test(named)) return hasProgram(named, facts) ? [] : [named];
  return pathsFor(named, runbook, block, facts).some(isThere) ? [] : [asWritten(named, facts.root)];
}

function filled(written: string, values: Readonly<Record<string, string>>): string | null {
  try {
    return fillTemplate(written, values, { in: 'text' });
  } catch (thrown) {
    if (thrown instanceof EngineError) return null;
    throw thrown;
  }
}

/** A stick that is mounted `noexec` has the program all the same: the import makes it one that runs. */
function hasProgram(name: string, { env, root }: LackFacts): boolean {
  return findProgram(name, env) !== null || isThere(join(root, 'toolbox', name)) || isThere(join(root, 'toolbox', `${name}.exe`));
}

function pathsFor(named: string, runbook: Runbook, block: CheckBlock, { dataDir, root }: LackFacts): string[] {
  const place = kitRoot(dataDir);
  const path = named.startsWith(`${place}/`) ? join(root, named.slice(place.length)) : inKit(named, root);
  if (isAbsolute(path)) return [path];
  const newer = block.kind === 'contacts' ? [contactsOf(runbook.front.system, path, dataDir) ?? '', join(root, 'contacts', runbook.front.system, path)] : [];
  return [...newer.filter((candidate) => candidate !== ''), resolve(dirname(runbook.path), path)];
}

export function changesBetween(former: readonly KitFile[], newer: readonly KitFile[]): KitChanges {
  const before = new Map(former.map((file) => [file.path, file]));
  const after = new Set(newer.map(({ path }) => path));
  return {
    added: newer.filter(({ path }) => !before.has(path)).map(({ path }) => path),
    changed: newer.filter(({ path, sha256 }) => before.has(path) && before.get(path)?.sha256 !== sha256).map(({ path }) => path),
    removed: former.filter(({ path }) => !after.has(path)).map(({ path }) => path),
  };
}

/** Files that went away; one that only has another name is still there. */
export function goneFrom(former: readonly KitFile[], newer: readonly KitFile[]): KitFile[] {
  const [paths_, digests] = [new Set(newer.map(({ path }) => path)), new Set(newer.map(({ sha256 }) => sha256))];
  return former.filter(({ path, sha256 }) => !paths_.has(path) && !digests.has(sha256));
}
