// `npm start`: the console where there is a display, the First drill in the terminal where there is none.
import { ensureBuilt, ALL } from './build.mjs';
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

async function openConsole(args) {
  await ensureBuilt(ALL);
  const runtime = await ensureElectron();
  const { NODE_OPTIONS: _options, ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env;
  if (runtime.fallback) env.BLACKSTART_ENGINE_NODE = findNode();
  const status = await runChild(runtime.executable, [...sandboxWords(), ROOT, ...args], { cwd: process.env.INIT_CWD ?? process.cwd(), env });
  // A person's own Ctrl+C needs no explanation; a display that went away does.
  if (![0, 130, 143].includes(status)) say(`the window ended by itself (status ${status}; was the display closed?). Nothing that was acknowledged is lost. Start it again, or go on in this terminal: npm run -s blackstart -- resume last`);
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
