/** `npm run lab:up [unit…] | lab:down [unit…] | lab:status`: starts, ends and shows the counterparts of the real world. */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labPlace, say } from './place.ts';
import { allUnits, inOrder } from './registry.ts';
import { tracesOf } from './traces.ts';
import type { LabPlace, LabUnit } from './unit.ts';

export interface Started {
  /** Those that are up now and were not before, in order. */
  started: LabUnit[];
  /** Those that cannot run on this machine, or need one that cannot, with the reason. */
  left: Map<string, string>;
}

/** Starts the units in order. One that cannot run here is left out with all that need it, and says so; one that fails to start rejects. */
export async function bringUp(place: LabPlace, units: readonly LabUnit[]): Promise<Started> {
  const started: LabUnit[] = [];
  const left = new Map<string, string>();
  for (const unit of units) {
    const reason = await reasonToLeave(unit, left);
    if (reason !== null) {
      left.set(unit.name, reason);
      say(`LEFT OUT ${unit.name}: ${reason}`);
    } else if ((await unit.status(place)) !== null) say(`${unit.name} is up already`);
    else {
      say(`starting ${unit.name} (${unit.fidelity}): ${unit.what}`);
      const before = Date.now();
      started.push(unit);
      await unit.up(place);
      say(`${unit.name} is up after ${((Date.now() - before) / 1000).toFixed(1)} s`);
    }
  }
  return { started, left };
}

async function reasonToLeave(unit: LabUnit, left: ReadonlyMap<string, string>): Promise<string | null> {
  const need = unit.needs.find((name) => left.has(name));
  return need === undefined ? unit.missing() : `it needs ${need}, which is left out`;
}

/** Ends the units, the last one first; goes on past one that fails and says so. Returns what went wrong. */
export async function takeDown(place: LabPlace, units: readonly LabUnit[]): Promise<string[]> {
  const failed: string[] = [];
  for (const unit of [...units].reverse()) {
    try {
      await unit.down(place);
    } catch (error) {
      failed.push(`${unit.name} could not be ended: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const line of failed) say(line);
  // Only when it is empty: whatever else lies there is not ours to delete, and `tracesOf` names it.
  if (existsSync(place.state) && readdirSync(place.state).length === 0) rmdirSync(place.state);
  return failed;
}

async function up(place: LabPlace, units: readonly LabUnit[]): Promise<number> {
  await bringUp(place, units);
  await show(place, units);
  return 0;
}

/** Without names everything goes, and nothing of it may be left. */
async function down(place: LabPlace, units: readonly LabUnit[], whole: boolean): Promise<number> {
  // What a rehearsal that was broken off has left.
  if (whole) rmSync(join(place.state, 'rehearsals'), { recursive: true, force: true });
  const failed = await takeDown(place, units);
  const traces = whole ? tracesOf(place) : [];
  for (const trace of traces) say(`left behind: ${trace}`);
  say(failed.length + traces.length === 0 ? `down: ${units.map(({ name }) => name).join(', ')}` : 'not everything went; see above');
  return failed.length + traces.length === 0 ? 0 : 1;
}

async function show(place: LabPlace, units: readonly LabUnit[]): Promise<void> {
  for (const unit of units) {
    const offers = await unit.status(place);
    const reason = offers === null ? await unit.missing() : null;
    process.stdout.write(`${unit.name.padEnd(14)} ${offers === null ? 'down' : 'up  '}  ${unit.fidelity.padEnd(9)} ${unit.what}${reason === null ? '' : ` (cannot run here: ${reason})`}\n`);
    for (const [name, value] of Object.entries(offers ?? {})) process.stdout.write(`${' '.repeat(21)}${name}: ${value}\n`);
  }
}

/** The units that need one of these, and these: ending a unit ends what stands on it. */
function withDependants(units: readonly LabUnit[], names: readonly string[]): LabUnit[] {
  const chosen = inOrder(units, names).filter(({ name }) => names.includes(name));
  for (const unit of units) if (!chosen.includes(unit) && unit.needs.some((need) => chosen.some(({ name }) => name === need))) chosen.push(unit);
  return units.filter((unit) => chosen.includes(unit));
}

async function main([verb, ...names]: readonly string[]): Promise<number> {
  const place = labPlace();
  const units = await allUnits();
  switch (verb) {
    case 'up': return up(place, names.length === 0 ? units : inOrder(units, names));
    case 'down': return down(place, names.length === 0 ? units : withDependants(units, names), names.length === 0);
    case 'status':
      await show(place, names.length === 0 ? units : inOrder(units, names));
      return 0;
    default:
      say('usage: lab up [unit…] | lab down [unit…] | lab status [unit…]');
      return 2;
  }
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (status) => { process.exitCode = status; },
    (error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      process.exitCode = 1;
    },
  );
}
