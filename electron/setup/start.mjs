// `npm start`: the console where there is a display, the First drill in the terminal where there is none.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureBuilt, ALL } from './build.mjs';
import { askDisplays, displaysOf } from './displays.mjs';
import { ensureElectron } from './electron-runtime.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { CLI, ROOT, say } from './places.mjs';
import { runChild } from './run-child.mjs';

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Root has no Chromium sandbox; a developer's container is the one place where that is accepted. */
function sandboxWords() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}

const OPEN_RUNS = fileURLToPath(new URL('./open-runs.ts', import.meta.url));
const COMMAND = 'npm run -s blackstart --';

/** @returns the runs that are not over, each with the command that goes on with it; null when the record could not be read */
function waysOn(args, cwd) {
  const named = args.find((word) => word.startsWith('--data-dir='))?.slice('--data-dir='.length);
  const { status, stdout } = spawnSync(findNode(), ['--no-warnings', OPEN_RUNS, ...(named ? [named] : [])], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  if (status !== 0) return null;
  const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
  return JSON.parse(stdout).map(({ id, title, dataDir }) => `  ${title}: ${COMMAND} resume ${id}${dataDir === null ? '' : ` --data-dir ${quote(dataDir)}`}`);
}

/** What becomes of a run whose window went away without a person's wish. */
function sayHowToGoOn(what, args, cwd) {
  const ways = waysOn(args, cwd);
  if (ways?.length === 0) say(`${what}. No run was under way; nothing is lost. Start it again when there is a display, or work in this terminal: ${COMMAND} --help`);
  else say(`${what}. The run that was under way is kept in the journal, with everything that was acknowledged. Start the window again when there is a display, or go on in this terminal:\n${ways === null ? `  ${COMMAND} resume last` : ways.join('\n')}`);
}

const namesOf = (displays) => displays.map(({ name }) => name).join(', ');

async function openConsole(args) {
  await ensureBuilt(ALL);
  const runtime = await ensureElectron();
  const { NODE_OPTIONS: _options, ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env;
  if (runtime.fallback) env.BLACKSTART_ENGINE_NODE = findNode();
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const { alive, dead: never } = await askDisplays(displaysOf(env));
  const status = await runChild(runtime.executable, [...sandboxWords(), ROOT, ...args], { cwd, env });
  const { dead } = await askDisplays(alive);
  if (dead.length > 0) {
    sayHowToGoOn(`the display (${namesOf(dead)}) went away, and the window with it`, args, cwd);
    return status === 0 ? 1 : status;
  }
  const what = alive.length === 0 && never.length > 0 ? `the display (${namesOf(never)}) does not answer` : `the window ended by itself (status ${status})`;
  // A person's own Ctrl+C needs no explanation.
  if (![0, 130, 143].includes(status)) sayHowToGoOn(what, args, cwd);
  return status;
}

async function drillInTerminal(args) {
  await ensureBuilt(['engine']);
  say('no display here, so the First drill runs in this terminal (with a display, npm start opens the console)');
  return runChild(findNode(), ['--no-warnings', CLI, 'drill', 'first', ...args], { cwd: process.env.INIT_CWD ?? process.cwd() });
}

await ensureInstalled();
const args = process.argv.slice(2);
process.exitCode = hasDisplay() ? await openConsole(args) : await drillInTerminal(args);
