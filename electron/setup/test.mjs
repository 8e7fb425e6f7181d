// `npm test [STAGE…]`: everything that is checked, in one command. Ends with `N passed, N failed`; a stage that is one yes or no counts as one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ALL, ensureBuilt } from './build.mjs';
import { countsWithSecond, failedFiles, readCounts } from './counts.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { CACHE, MODULES, ROOT, say, stop } from './places.mjs';
import { watchForStalls } from './stalled.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** Seconds: the longest file takes three minutes on two busy cores. */
const STALLED = 600;

/** Runs one of our tools under the toolchain's Node, which is also the first `node` that it finds. */
async function runTool(words, meanwhile = () => undefined) {
  const node = findNode();
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(node, words, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: { ...env, PATH: `${dirname(node)}:${process.env.PATH}` } });
  const ended = new AbortController();
  void meanwhile(child.pid, ended.signal);
  const [status] = await once(child, 'exit');
  ended.abort();
  return status === 0;
}

const tool = (name, file, words) => async () => {
  const good = await runTool([join(MODULES, file), ...words]);
  say(`${name}: ${good ? 'good' : 'FAILED'}`);
  return good ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
};

const endStalls = (pid, signal) => process.env.BLACKSTART_LONG_TESTS === undefined && watchForStalls(pid, { limit: STALLED, tell: say, signal });

/** One run of a suite, or of some of its files: vitest's report, null when it wrote none, and whether all was good. */
async function runVitest(name, config, files = []) {
  const file = join(CACHE, 'results', `${name}.json`);
  rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  const good = await runTool([join(MODULES, 'vitest', 'vitest.mjs'), 'run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...files], endStalls);
  return { report: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null, good };
}

const suite = (name, config, prepare = [], { again = false } = {}) => async () => {
  await ensureBuilt(prepare);
  const { report, good } = await runVitest(name, config);
  const failed = again ? failedFiles(report) : [];
  if (failed.length === 0) return readCounts(report, good);
  say(`${failed.length} of the files failed and are run once more, from their beginning: ${failed.join(', ')}`);
  const second = await runVitest(`${name}-again`, config, failed);
  return countsWithSecond(report, readCounts(second.report, second.good));
};

const STAGES = {
  types: tool('types', 'typescript/bin/tsc', ['-b']),
  lint: tool('lint', 'eslint/bin/eslint.js', ['--config', 'electron/setup/eslint.config.mjs', '--max-warnings', '0', '.']),
  rule: tool('dependency rule', '../electron/setup/dependency-rule.mjs', []),
  unit: suite('unit', 'test/vitest.config.ts', ['engine', 'shell']),
  // A window that shares two cores with a build can miss its time once; twice is a fault.
  e2e: suite('e2e', 'test/e2e/vitest.config.ts', ALL, { again: true }),
  packaging: suite('packaging', 'test/packaging/vitest.config.ts', ALL),
  /** The same tests at full length: thousands of kills and power cuts instead of dozens. Hours, not minutes. */
  long: async () => {
    process.env.BLACKSTART_LONG_TESTS = '1';
    const [unit, e2e] = [await STAGES.unit(), await STAGES.e2e()];
    return { passed: unit.passed + e2e.passed, failed: unit.failed + e2e.failed, skipped: unit.skipped + e2e.skipped };
  },
  shipping: suite('shipping', 'test/shipping/vitest.config.ts', ALL),
};
const USUAL = ['types', 'lint', 'rule', 'unit', 'e2e', 'packaging'];
/** They only read the sources, each on one core; the others need the machine for themselves. */
const READING = new Set(['types', 'lint', 'rule']);

async function runStages(names) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const run = async (name) => {
    say(`── ${name}`);
    const { passed, failed, skipped = 0 } = await STAGES[name]();
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  };
  await Promise.all(names.filter((name) => READING.has(name)).map(run));
  for (const name of names.filter((other) => !READING.has(other))) await run(name);
  return total;
}

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in STAGES));
if (unknown.length > 0) stop(`there is no stage ${unknown.join(', ')}; there are ${Object.keys(STAGES).join(', ')}`);
await ensureInstalled();
ensureSystemPackages();
const names = named.length > 0 ? named : USUAL;
if (names.some((name) => ['e2e', 'packaging', 'shipping', 'long'].includes(name))) await ensureElectron();
const { passed, failed, skipped } = await runStages(names);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed === 0 ? 0 : 1;
