// `check-package.mjs FOLDER VKEY`: whether an unpacked application is, file by file, the one that was signed. Exit status 1 when it is not.
import { existsSync, readFileSync } from 'node:fs';
import { parseVerifier } from '../engine/note/note.ts';
import { checkBundle } from './bundle-manifest.ts';

const [folder, key] = process.argv.slice(2);
if (folder === undefined || key === undefined) {
  process.stderr.write('usage: check-package.mjs FOLDER VKEY-OR-FILE\n');
  process.exit(2);
}
try {
  const problems = await checkBundle(folder, [parseVerifier(existsSync(key) ? readFileSync(key, 'utf8').trim() : key)]);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  if (problems.length === 0) process.stdout.write('Every file is as it was signed.\n');
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
