/**
 * `npm run rehearse [runbook…]`: runs the rehearsals of the shipped runbooks against the lab, unattended and through the real command
 * line, and prints a table. Ends what it started. Exit status 1 when one is not green; one that this machine cannot run is left out loudly.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blackstart, ROOT, RunAnswer, type CommandResult } from '../integration/command-line.ts';
import { asLabAccount, giveToLab } from './lab-account.ts';
import { bringUp, takeDown } from './lab.ts';
import { labPlace, say, unitFolder } from './place.ts';
import { allRehearsals, allUnits, inOrder } from './registry.ts';
import { nameOf, type Prepared, type Rehearsal, type RehearsalPlace } from './rehearsal.ts';
import { countSteps } from './step-fidelity.ts';
import { printTable, type Row } from './table.ts';
import { tracesOf } from './traces.ts';
import type { LabPlace, LabUnit } from './unit.ts';

/** Reports and run documents of the last rehearsals; git ignores it. */
const RESULTS = join(ROOT, 'build', 'rehearsals');

/** `--keep` leaves units, data and the run's data folder as they are after the last step, for a look; `npm run lab:down` ends them. */
async function main(words: readonly string[]): Promise<number> {
  const [names, keep] = [words.filter((word) => word !== '--keep'), words.includes('--keep')];
  const place = labPlace();
  const [units, rehearsals] = [await allUnits(), await allRehearsals()];
  const unknown = names.filter((name) => !rehearsals.some(({ runbook }) => runbook === name));
  if (unknown.length > 0) throw new Error(`there is no rehearsal of ${unknown.join(', ')}; there are ${rehearsals.map(({ runbook }) => runbook).join(', ')}`);
  const chosen = rehearsals.filter(({ runbook }) => names.length === 0 || names.includes(runbook));
  const needed = inOrder(units, chosen.flatMap((rehearsal) => rehearsal.units));
  const already = await namesOfUp(place, needed);
  const rows: Row[] = [];
  try {
    const { left } = await bringUp(place, needed);
    for (const rehearsal of chosen) rows.push(await row(rehearsal, place, left, keep));
  } finally {
    const complaints = keep ? [] : await takeDown(place, needed.filter(({ name }) => !already.has(name)));
    if (already.size === 0 && !keep) complaints.push(...tracesOf(place));
    for (const line of complaints) rows.push({ runbook: '(afterwards)', result: 'red', reasons: [`left behind: ${line}`] });
  }
  printTable(rows);
  return rows.some(({ result }) => result === 'red') ? 1 : 0;
}

async function namesOfUp(place: LabPlace, units: readonly LabUnit[]): Promise<Set<string>> {
  const up = new Set<string>();
  for (const unit of units) if ((await unit.status(place)) !== null) up.add(unit.name);
  return up;
}

async function row(rehearsal: Rehearsal, place: LabPlace, left: ReadonlyMap<string, string>, keep: boolean): Promise<Row> {
  const out = rehearsal.units.find((name) => left.has(name));
  if (out !== undefined) return { runbook: nameOf(rehearsal), result: 'left out', reasons: [`${out}: ${left.get(out) ?? ''}`] };
  say(`rehearsing ${nameOf(rehearsal)}`);
  const room = makeRoom(rehearsal, place);
  try {
    return await rehearse(rehearsal, room);
  } catch (error) {
    return { runbook: nameOf(rehearsal), result: 'red', reasons: [error instanceof Error ? error.message : String(error)] };
  } finally {
    if (!keep) await clear(rehearsal, room);
  }
}

async function clear(rehearsal: Rehearsal, room: RehearsalPlace): Promise<void> {
  await rehearsal.finish?.(room);
  rmSync(join(room.state, 'rehearsals'), { recursive: true, force: true });
}

function makeRoom(rehearsal: Rehearsal, place: LabPlace): RehearsalPlace {
  const folder = join(unitFolder(place, 'rehearsals'), rehearsal.runbook);
  rmSync(folder, { recursive: true, force: true });
  const dataDir = join(folder, 'data');
  for (const path of [folder, dataDir, join(folder, 'home')]) mkdirSync(path, { mode: 0o755 });
  chmodSync(dataDir, 0o700);
  giveToLab(folder);
  return { ...place, folder, dataDir };
}

async function rehearse(rehearsal: Rehearsal, room: RehearsalPlace): Promise<Row> {
  const prepared = await rehearsal.prepare(room);
  const passphrases = Object.fromEntries((rehearsal.people ?? []).map(({ credentialEnv }) => [credentialEnv, randomBytes(12).toString('base64url')]));
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: join(room.folder, 'home'), LANG: 'C.UTF-8', TMPDIR: tmpdir(), ...prepared.env, ...passphrases };
  const command = (...argv: string[]): Promise<CommandResult> => blackstart([...argv, '--data-dir', room.dataDir], { env, cwd: room.folder, as: asLabAccount });
  for (const { name, roles, credentialEnv } of rehearsal.people ?? []) {
    const enrolled = await command('people', 'enroll', name, ...roles.flatMap((role) => ['--role', role]), '--passphrase-env', credentialEnv);
    if (enrolled.status !== 0) throw new Error(`could not enrol ${name}: ${enrolled.stderr}`);
  }
  const before = Date.now();
  const result = await command(...commandOf(rehearsal, prepared));
  const seconds = (Date.now() - before) / 1000;
  const { run } = RunAnswer.parse(result.json());
  await keepReport(nameOf(rehearsal).replaceAll(/\W+/gu, '-'), room.folder, command, run);
  const counted = await countSteps(rehearsal, run.steps, (id) => command('runbook', 'show', id, '--json'));
  const reasons = [...reasonsOf(result, run), ...counted.unnamed.map((program) => `it started ${program}, which the rehearsal does not name`), ...(run.state === 'succeeded' ? ((await rehearsal.check?.(room)) ?? []) : [])];
  return { runbook: nameOf(rehearsal), result: reasons.length === 0 ? 'green' : 'red', reasons, figures: { count: counted.count, ...assertionsOf(run), seconds, rto: run.rto, rpo: run.rpo } };
}

function commandOf({ runbook }: Rehearsal, { params, answers, outageAt, options = [] }: Prepared): string[] {
  const values = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  return ['run', runbook, '--mode', 'rehearsal', '--operator', 'Operator of the lab', ...values, ...(outageAt === undefined ? [] : ['--outage-at', outageAt]), ...options, '--answers', answers, '--json'];
}

type Run = RunAnswer['run'];

/** Why a run is not green; a step that failed says which of its assertions did not hold. */
function reasonsOf(result: CommandResult, run: Run): string[] {
  const late = run.rto.met === false ? [`it took ${Math.round(run.rto.achieved_s ?? 0)} s, ${run.rto.target_s ?? 0} s are allowed`] : [];
  if (run.state === 'succeeded' && result.status === 0) return late;
  const bad = run.steps.filter(({ state }) => ['failed', 'unknown', 'waiting'].includes(state)).map((step) => {
    const broken = step.assertions.filter(({ ok }) => !ok).map(({ expected, actual }) => `expected ${expected}, got ${actual.slice(0, 300)}`);
    return `${step.id} ${step.state}: ${[step.reason ?? '', ...broken].filter((text) => text !== '').join('; ')}${step.exit_codes.length > 0 ? ` (exit ${step.exit_codes.join(', ')})` : ''}`;
  });
  return [`the run is ${run.state}, exit status ${result.status ?? 'none'}`, ...bad, ...(result.stderr === '' ? [] : [result.stderr.trim().split('\n').slice(-3).join(' / ')]), ...late];
}

function assertionsOf(run: Run): { held: number; broken: number } {
  const all = run.steps.flatMap(({ assertions }) => assertions);
  return { held: all.filter(({ ok }) => ok).length, broken: all.filter(({ ok }) => !ok).length };
}

async function keepReport(name: string, folder: string, command: (...argv: string[]) => Promise<CommandResult>, run: Run): Promise<void> {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(run, null, 2)}\n`);
  const path = join(folder, 'report.html');
  const report = await command('report', 'last', '--format', 'html', '-o', path);
  if (report.status === 0) copyFileSync(path, join(RESULTS, `${name}.html`));
  else say(`no report of ${name}: ${report.stderr.trim()}`);
}

main(process.argv.slice(2)).then(
  (status) => { process.exitCode = status; },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);
