// `npm run bench [NAME…]`: the measurements in test/bench, one after the other, each in a process of its own.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { ROOT, say, stop } from './places.mjs';
import { runChild } from './run-child.mjs';

const FOLDER = join(ROOT, 'test', 'bench');

await ensureInstalled();
const present = readdirSync(FOLDER).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length));
const named = process.argv.slice(2);
const unknown = named.filter((name) => !present.includes(name));
if (unknown.length > 0) stop(`there is no measurement ${unknown.join(', ')}; there are ${present.join(', ')}`);
await ensureBuilt(['engine']);
for (const name of named.length > 0 ? named : present) {
  say(`── ${name}`);
  const status = await runChild(findNode(), ['--disable-warning=ExperimentalWarning', '--expose-gc', join(FOLDER, `${name}.ts`)], { cwd: ROOT });
  if (status !== 0) process.exitCode = 1;
}
