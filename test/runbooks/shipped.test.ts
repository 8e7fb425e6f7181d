/** What holds for every runbook that ships: clean, valid against the published schema, whole in what it refers to, with drills that can be held. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { Contacts, type Runbook } from '../../electron/contract/runbook.ts';
import type { Step } from '../../electron/contract/runbook.ts';
import { drillDebt, dueDrills } from '../../electron/engine/drill/due.ts';
import { lintPaths } from '../../electron/engine/runbook/lint.ts';
import { SHIPPED, shippedRunbooks } from '../support/shipped-runbooks.ts';

const runbooks = shippedRunbooks();
const SYSTEMS = ['akko', 'ampora', 'kravn', 'kredete', 'veza'] as const;
const inFolder = (system: string): Runbook[] => runbooks.filter(({ path }) => basename(dirname(path)) === system);

describe('the runbooks that ship', () => {
  it('are those of five systems, and the first drill', () => {
    expect(Object.fromEntries([...SYSTEMS, 'first-drill'].map((system) => [system, inFolder(system).map(({ front }) => front.id)]))).toEqual({
      akko: ['akko-full-cluster', 'akko-ransomware', 'akko-single-database', 'akko-verification'],
      ampora: ['ampora-federated', 'ampora-total-loss'],
      kravn: ['kravn-restore'],
      kredete: ['kredete-database-failover', 'kredete-full-recovery', 'kredete-region-failover'],
      veza: [
        'veza-cluster-failover', 'veza-cluster-rebuild', 'veza-data-restore', 'veza-database-failover', 'veza-database-restore', 'veza-deployment-rollback', 'veza-full-drill', 'veza-node-failure', 'veza-point-in-time',
        'veza-pre-recovery', 'veza-redeploy', 'veza-restore-test', 'veza-rollback-test', 'veza-rollback', 'veza-security-incident',
      ],
      'first-drill': ['first-drill'],
    });
    expect(runbooks).toHaveLength(26);
  });

  // Conditions are tried in every world that decisions make: seconds here, minutes on a slow laptop that does other things.
  it('have no error and no warning, judged a month after their review', { timeout: 600_000 }, () => {
    const report = lintPaths([SHIPPED], { at: new Date('2026-12-20T00:00:00Z') });
    expect(report.files.map(({ id }) => id)).toEqual(runbooks.map(({ front }) => front.id));
    expect(report.files.flatMap(({ path, findings }) => findings.map(({ line, rule, message }) => `${path}:${line} ${rule}: ${message}`))).toEqual([]);
  });
});

const published = z.looseObject({ $schema: z.string(), $defs: z.record(z.string(), z.unknown()) }).parse(JSON.parse(readFileSync(join(SHIPPED, 'schema', 'runbook-v1.schema.json'), 'utf8')));
/** Of the published schema alone, as somebody else's editor would judge with it. */
const judges = new Map(['front-matter', 'phase', 'step', 'check', 'symptoms', 'audience', 'inject', 'findings', 'contacts'].map((name) => [name, z.fromJSONSchema(z.record(z.string(), z.json()).parse({ $schema: published.$schema, $ref: `#/$defs/${name}`, $defs: published.$defs }))]));

function complaints(name: string, text: string): string[] {
  const judge = judges.get(name) ?? expect.fail(`the schema has no ${name}`);
  const read = judge.safeParse(parseYaml(text, { version: '1.2', schema: 'core' }));
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${name} ${path.join('.')}: ${message}`);
}

describe.each(runbooks.map((runbook) => [runbook.front.id, runbook] as const))('%s', (id, runbook) => {
  const text = readFileSync(runbook.path, 'utf8');
  const beside = dirname(runbook.path);

  it('is what the published schema allows, block by block', () => {
    const [, front = ''] = /^---\n(.*?)\n---\n/su.exec(text) ?? [];
    const blocks = [...text.matchAll(/^```yaml (\w+)\n(.*?)\n```$/gmsu)].map(([, word = '', body = '']) => ({ word, body }));
    expect(blocks).toHaveLength(text.match(/^```yaml \w/gmu)?.length ?? 0);
    expect([...complaints('front-matter', front), ...blocks.flatMap(({ word, body }) => complaints(word, body))]).toEqual([]);
  });

  it('finds its templates, its people and the runbooks that it calls', () => {
    const templates = runbook.steps.flatMap(({ block }) => (block.kind === 'notify' && block.template_file !== undefined ? [block.template_file] : []));
    for (const name of templates) expect(readFileSync(join(beside, name), 'utf8').trim(), name).not.toBe('');
    for (const people of runbook.audiences.flatMap((audience) => audience.people ?? [])) {
      const [file = '', group = ''] = people.split('#');
      expect(Contacts.parse(parseYaml(readFileSync(join(beside, file), 'utf8')))[group], people).not.toHaveLength(0);
    }
    for (const { block } of runbook.steps) if (block.kind === 'call') expect(runbooks.map(({ front }) => front.id)).toContain(block.runbook);
    for (const { block } of runbook.checks) if (block.kind === 'contacts') expect(complaints('contacts', readFileSync(join(beside, block.path), 'utf8'))).toEqual([]);
  });

  it('asks for nothing that it does not use', () => {
    const messages = runbook.steps.flatMap(({ block }) => (block.kind === 'notify' && block.template_file !== undefined ? [readFileSync(join(beside, block.template_file), 'utf8')] : []));
    const said = [text, ...messages].join('\n');
    const names = [...Object.keys(runbook.front.params ?? {}), ...Object.keys(runbook.front.secrets ?? {})];
    expect(names.filter((name) => (said.match(new RegExp(`\\b${name}\\b`, 'gu'))?.length ?? 0) < 2)).toEqual([]);
  });

  it('tells everybody whom it names, and suspects only what it explains', () => {
    const told = runbook.steps.flatMap(({ block }) => (block.kind === 'notify' ? [block.audience] : []));
    expect(runbook.audiences.map((audience) => audience.id).filter((audience) => !told.includes(audience))).toEqual([]);
    const suspects = new Set([...runbook.steps.flatMap(({ block }) => block.suspects ?? []), ...runbook.checks.flatMap(({ block }) => block.suspects ?? [])]);
    const explained = runbook.symptoms.filter(({ automatic }) => automatic !== true).map((symptom) => symptom.id);
    expect(explained.filter((symptom) => !suspects.has(symptom)), 'nothing leads to these symptoms').toEqual([]);
  });

  it('has injects that reach a step', () => {
    const reached = (names: readonly string[]): boolean => runbook.steps.some(({ block }) => names.includes(block.id) || (block.kind === 'check' && typeof block.check === 'string' && names.includes(block.check)));
    expect(runbook.injects.filter(({ outcome, affects }) => outcome !== undefined && !reached(affects ?? [])).map((inject) => inject.id)).toEqual([]);
  });

  it('has drills that can be held here, and are held nowhere else', () => {
    for (const drill of runbook.front.drills ?? []) {
      expect(runbooks.map(({ front }) => front.id).filter((other) => other !== id && (drill.scope ?? '').includes(other)), drill.title).toEqual([]);
      expect(canHold(runbook, drill.kind), `${drill.title}: ${drill.kind}`).toBe(true);
    }
  });
});

type DrillKind = NonNullable<Runbook['front']['drills']>[number]['kind'];

/** A tabletop needs something to throw in, an escrow drill a key in escrow, the others a step that does something. */
function canHold(runbook: Runbook, kind: DrillKind): boolean {
  switch (kind) {
    case 'tabletop': return runbook.injects.length > 0;
    case 'escrow': return runbook.checks.some(({ block }) => block.kind === 'escrow');
    case 'rehearsal':
    case 'restore-test': return runbook.steps.some(rehearses);
  }
}

function rehearses({ block }: Step): boolean {
  const rule = block.modes?.rehearsal ?? 'run';
  return ['run', 'check', 'wait', 'call'].includes(block.kind) && rule !== 'skip' && rule !== 'simulate';
}

describe('the calendar of drills', () => {
  const due = dueDrills(runbooks, [], Date.parse('2026-11-21T00:00:00Z'));

  it('holds every drill with a period, once', () => {
    const periodic = runbooks.flatMap(({ front }) => (front.drills ?? []).filter(({ every }) => every !== undefined).map(({ title }) => `${front.id}: ${title}`));
    expect(due.map(({ runbook, title }) => `${runbook}: ${title}`).sort()).toEqual(periodic.sort());
    expect(new Set(periodic).size).toBe(periodic.length);
  });

  it('counts an exercise that was held before from its day on', () => {
    expect(due.find(({ title }) => title === 'Full DR Exercise')).toMatchObject({ runbook: 'kredete-full-recovery', last: '2026-01-15T00:00:00.000Z', at: '2027-01-15T00:00:00.000Z' });
  });

  it('owes nothing on the day after the review', () => {
    expect(drillDebt(due, Date.parse('2026-11-21T00:00:00Z'))).toEqual([]);
  });
});

describe.each(SYSTEMS)('the files beside the runbooks of %s', (system) => {
  const texts = inFolder(system).map(({ path }) => readFileSync(path, 'utf8')).join('\n');

  it('are all used', () => {
    const templates = readdirSync(join(SHIPPED, system), { recursive: true, encoding: 'utf8' }).filter((name) => name.startsWith('templates/'));
    expect(templates.length).toBeGreaterThan(0);
    expect(templates.filter((name) => !texts.includes(`template_file: ${name}`))).toEqual([]);
  });
});
