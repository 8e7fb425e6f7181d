// `npm run -s blackstart -- ARGS`: the command line from a checkout, in the caller's folder.
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { CLI } from './places.mjs';
import { runChild } from './run-child.mjs';

await ensureInstalled();
await ensureBuilt(['engine']);
const { NODE_OPTIONS: _, ...env } = process.env;
process.exitCode = await runChild(findNode(), ['--no-warnings', CLI, ...process.argv.slice(2)], { cwd: process.env.INIT_CWD ?? process.cwd(), env });
