/**
 * How fast a flood of tool output is masked, hashed and stored, as a ratio to `tee FILE | sha256sum` on the same bytes.
 * Run: node test/bench/output-flood.ts [GiB, default 1]. Aims: ≥ 0.6 × tee, engine below 250 MB.
 * A process of its own for each round keeps the memory figure honest.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openBlobStore } from '../../electron/engine/journal/blobs.ts';
import { createSecretStore } from '../../electron/engine/secrets/secret-store.ts';
import { createRedactor } from '../../electron/engine/tool/create-redactor.ts';
import { runTool } from '../../electron/engine/tool/run-tool.ts';

const Figures = z.object({ seconds: z.number(), rss: z.number() });
const ROUNDS = 5;
const MATERIAL_BYTES = 64 * 2 ** 20;
const SECRETS = ['correct horse battery staple', 'pg-Password-17!', 'enc:v1:k8f0aQ2w9sLx7ZrTq1', 'short6'];

const [first = '1', material, store] = process.argv.slice(2);
if (material === undefined || store === undefined) compare(Number(first));
else await flood(Number(first), material, store);

/** One round of ours: the engine's own path, from the tool's pipe to the stored blob. Prints its figures as JSON. */
async function flood(times: number, path: string, folder: string): Promise<void> {
  const secrets = createSecretStore();
  SECRETS.forEach((secret, index) => secrets.put(`s${index}`, Buffer.from(secret), 'bench'));
  const start = performance.now();
  const outcome = await runTool({
    stages: [['cat', ...Array.from({ length: times }, () => path)]], cwd: tmpdir(), env: { PATH: '/usr/bin:/bin' }, marker: 'bench/flood/1',
    okExitCodes: [0], redactor: createRedactor(secrets.all()), output: openBlobStore(folder).sink(),
  });
  const seconds = (performance.now() - start) / 1000;
  if (!outcome.ok) throw new Error(outcome.reason ?? 'the flood failed');
  process.stdout.write(JSON.stringify({ seconds, size: outcome.output.size, rss: process.resourceUsage().maxRSS * 1024 }));
}

function compare(gibibytes: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'flood-bench-'));
  try {
    const path = join(folder, 'material');
    writeMaterial(path);
    const times = Math.max(1, Math.round((gibibytes * 2 ** 30) / MATERIAL_BYTES));
    const rounds = Array.from({ length: ROUNDS }, () => ({ tee: teeSeconds(times, path, folder), ours: oursIn(times, path, folder) }));
    const bytes = times * MATERIAL_BYTES;
    for (const { tee, ours } of rounds) {
      const rate = (seconds: number): string => `${Math.round(bytes / seconds / 1e6)} MB/s`;
      process.stdout.write(`tee | sha256sum ${rate(tee)}   ours ${rate(ours.seconds)}   ${(tee / ours.seconds).toFixed(2)} × tee   ${Math.round(ours.rss / 1e6)} MB resident\n`);
    }
    const ratios = rounds.map(({ tee, ours }) => tee / ours.seconds).sort((a, b) => a - b);
    const memory = Math.max(...rounds.map(({ ours }) => ours.rss));
    process.stdout.write(`median ratio ${(ratios[Math.floor(ROUNDS / 2)] ?? 0).toFixed(2)} (aim 0.60), most memory ${Math.round(memory / 1e6)} MB (aim 250)\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function teeSeconds(times: number, path: string, folder: string): number {
  const start = performance.now();
  const copy = join(folder, 'tee');
  execFileSync('/bin/sh', ['-c', 'copy=$1; shift; cat "$@" | tee "$copy" | sha256sum', 'sh', copy, ...Array.from({ length: times }, () => path)]);
  const seconds = (performance.now() - start) / 1000;
  rmSync(copy);
  return seconds;
}

function oursIn(times: number, path: string, folder: string): { seconds: number; rss: number } {
  const blobs = join(folder, 'blobs');
  const text = execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(times), path, blobs], { encoding: 'utf8' });
  rmSync(blobs, { recursive: true, force: true });
  return Figures.parse(JSON.parse(text));
}

/** Lines like those of a restore, none like another, with a secret in one of ten thousand. */
function writeMaterial(path: string): void {
  const file = openSync(path, 'w');
  let state = 1;
  let written = 0;
  while (written < MATERIAL_BYTES) {
    let block = '';
    for (let line = 0; line < 5_000; line += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      block += `2026-04-25 14:${String(state % 60).padStart(2, '0')} pg_restore: processing data for table "public.t${state % 977}" row ${state} ${(state * 7919).toString(36)}\n`;
    }
    const bytes = Buffer.from(`${block}password=${SECRETS[state % SECRETS.length] ?? ''}\n`);
    written += writeSync(file, bytes.subarray(0, MATERIAL_BYTES - written));
  }
  closeSync(file);
}
