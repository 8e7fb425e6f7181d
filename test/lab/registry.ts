/** Which units and rehearsals there are: one file each, found by its name, so that adding one touches no list. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Rehearsal } from './rehearsal.ts';
import type { LabUnit } from './unit.ts';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const UnitFile = z.object({ unit: z.custom<LabUnit>((value) => isObject(value) && 'up' in value && 'down' in value) });
const RehearsalFile = z.object({ rehearsal: z.custom<Rehearsal>((value) => isObject(value) && 'prepare' in value) });

/** Every `units/NAME.ts` exports `unit`. */
export async function allUnits(): Promise<LabUnit[]> {
  const units = await Promise.all(sources('units').map(async (path) => UnitFile.parse(await import(path)).unit));
  return inOrder(units, units.map(({ name }) => name));
}

/** Every `rehearsals/RUNBOOK.ts` exports `rehearsal`. */
export async function allRehearsals(): Promise<Rehearsal[]> {
  return Promise.all(sources('rehearsals').map(async (path) => RehearsalFile.parse(await import(path)).rehearsal));
}

function sources(folder: string): string[] {
  const path = join(import.meta.dirname, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => name.endsWith('.ts')).sort().map((name) => join(path, name));
}

/** The named units and all that they need, each after what it needs. Throws on a name that there is none of, and on a circle. */
export function inOrder(units: readonly LabUnit[], names: readonly string[]): LabUnit[] {
  const ordered: LabUnit[] = [];
  const visit = (name: string, way: readonly string[]): void => {
    if (ordered.some((unit) => unit.name === name)) return;
    if (way.includes(name)) throw new Error(`the units need each other in a circle: ${[...way, name].join(' → ')}`);
    const unit = units.find((candidate) => candidate.name === name);
    if (unit === undefined) throw new Error(`there is no unit ${name}; there are ${units.map((known) => known.name).join(', ')}`);
    for (const need of unit.needs) visit(need, [...way, name]);
    ordered.push(unit);
  };
  for (const name of names) visit(name, []);
  return ordered;
}
