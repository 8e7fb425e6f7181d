// `npm run lab:up|lab:down|lab:status|rehearse`: the lab's commands under the toolchain's Node.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { ROOT } from './places.mjs';
import { runChild } from './run-child.mjs';

const [command, ...words] = process.argv.slice(2);
await ensureInstalled();
if (command === 'rehearse') await ensureBuilt(['engine']);
const { NODE_OPTIONS: _, ...env } = process.env;
process.exitCode = await runChild(findNode(), ['--no-warnings', join(ROOT, 'test', 'lab', `${command}.ts`), ...words], { env });
