/**
 * 100 steps that do nothing, each journaled and durable, against `ansible-playbook` with the same 100 commands.
 * `node test/bench/noop-steps.ts [STEPS]` prints both times and their ratio; Ansible is left out where it is not installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../electron/engine/clock.ts';
import { openJournal } from '../../electron/engine/journal/open-journal.ts';
import { createPeople } from '../../electron/engine/people/people.ts';
import { loadRunbook } from '../../electron/engine/runbook/parse.ts';
import { driveRun } from '../../electron/engine/run/drive.ts';
import { createRuns } from '../../electron/engine/run/runs.ts';
import { createRunTool } from '../../electron/engine/tool/run-tool.ts';

const steps = Number(process.argv[2] ?? '100');
const here = fileURLToPath(new URL('../../build', import.meta.url)); // on the disk, since fsync is what counts
mkdirSync(here, { recursive: true });
const folder = mkdtempSync(join(here, 'noop-'));

function writeBook(): string {
  const path = join(folder, 'noop.runbook.md');
  const blocks = Array.from({ length: steps }, (_, i) => `### Step ${i}\n\n\`\`\`yaml step\nid: s${i}\nkind: run\nrun: ["true"]\n\`\`\`\n`);
  writeFileSync(path, `---\nblackstart: 1\nid: noop\ntitle: Nothing, often\nsystem: bench\nowner: bench\nreviewed: 2026-11-01\nseverity: low\nscenario: A bench.\n---\n\n## All\n\n${blocks.join('\n')}`);
  return path;
}

async function blackstart(round: number): Promise<number> {
  const dataDir = join(folder, `data-${round}`);
  const clock = systemClock();
  const journal = openJournal({ dataDir, clock });
  const people = createPeople(journal);
  const runs = createRuns({
    deps: { clock, runTool: createRunTool({ node: process.execPath }) }, journal, dataDir, people, processEnv: process.env, blackstart: 'blackstart', readiness: () => 'READY',
    findRunbook: (path) => ({ runbook: loadRunbook(path), signature: { state: 'signed', signers: [] } }),
  });
  const book = writeBook();
  const begun = performance.now();
  const live = await runs.start({ id: book, mode: 'rehearsal', params: {} }, 'auto');
  const driven = await driveRun(live, {}, { people, env: {}, folder });
  const took = performance.now() - begun;
  if (driven.state !== 'succeeded') throw new Error(driven.why);
  journal.close();
  return took;
}

function ansible(): number | null {
  const tasks = Array.from({ length: steps }, (_, i) => `    - name: s${i}\n      ansible.builtin.command: "true"\n`).join('');
  const play = join(folder, 'noop.yml');
  writeFileSync(play, `- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n${tasks}`);
  const begun = performance.now();
  const done = spawnSync('ansible-playbook', ['-i', 'localhost,', play], { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' } });
  if (done.error !== undefined) return null;
  if (done.status !== 0) throw new Error(`ansible-playbook ended with ${done.status ?? done.signal ?? '?'}`);
  return performance.now() - begun;
}

try {
  // Around the other one, which takes half a minute: what else the machine does then weighs on both.
  const times = [await blackstart(1), await blackstart(2)];
  const theirs = ansible();
  times.push(await blackstart(3), await blackstart(4), await blackstart(5));
  const ours = times.sort((a, b) => a - b)[2] ?? Number.NaN;
  process.stdout.write(`blackstart: ${Math.round(ours)} ms for ${steps} steps, ${(ours / steps).toFixed(1)} ms a step (median of ${times.length}: ${times.map(Math.round).join(', ')})\n`);
  if (theirs === null) process.stdout.write('ansible-playbook is not installed here, nothing to compare with\n');
  else process.stdout.write(`ansible-playbook: ${Math.round(theirs)} ms; blackstart is ${(theirs / ours).toFixed(1)} times as fast\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
