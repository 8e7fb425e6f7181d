// Runs the dependency rule, and refuses to believe an answer that was reached without reading the code.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { config, SCOPE } from './dependency-rule.config.mjs';

const OURS = /\.(ts|tsx)$/;

function countModules(folder) {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && entry.name !== 'node_modules') count += countModules(join(folder, entry.name));
    else if (entry.isFile() && OURS.test(entry.name)) count += 1;
  }
  return count;
}

/**
 * @param {string} root a folder that holds the folders of `SCOPE`
 * @returns {Promise<{read: number, present: number, violations: {rule: string, from: string, to: string}[]}>}
 */
export async function checkDependencies(root) {
  const options = { baseDir: root, ruleSet: config, validate: true, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' }, exclude: { path: '/node_modules/.*/node_modules/|^build/' }, enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.json'] } };
  const { output } = await cruise(SCOPE, options);
  const read = output.modules.filter(({ source }) => OURS.test(source) && SCOPE.some((folder) => source.startsWith(`${folder}/`))).length;
  const present = SCOPE.reduce((sum, folder) => sum + countModules(join(root, folder)), 0);
  return { read, present, violations: output.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })) };
}

async function report(root) {
  const { read, present, violations } = await checkDependencies(root);
  for (const { rule, from, to } of violations) process.stderr.write(`${from} → ${to}: ${rule} (${config.forbidden.find(({ name }) => name === rule)?.comment ?? ''})\n`);
  if (read < present) process.stderr.write(`only ${read} of ${present} modules were read: the answer means nothing\n`);
  process.stderr.write(`dependency rule: ${read} modules read, ${violations.length} violations\n`);
  return read >= present && violations.length === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = (await report(fileURLToPath(new URL('../..', import.meta.url)))) ? 0 : 1;
}
