/** Drills that are due and to come, on the command line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { DrillCalendar, OwedDrill } from '../../electron/contract/drill.ts';
import { commandFolder, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';

const Schedule = DrillCalendar.omit({ drills: true }).extend({ schedule: z.array(OwedDrill), ics: z.string().nullable() });
const WORK = `\n## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`;
const DRILLS = 'drills: [{ kind: rehearsal, title: Monthly drill, every: 30d, objective: It restores }, { kind: tabletop, title: After a rotation, after: rotation }]\nhistory: [{ test: Monthly drill, date: 2001-01-01, rto: 1h, status: pass }]\n';

let here: CommandFolder;
beforeEach(() => { here = commandFolder(); });
afterEach(() => here.remove());

it('shows the dates to come, late ones first, those that follow an event, and what was achieved', async () => {
  here.write('wiki.runbook.md', wikiRunbook(WORK, DRILLS));
  const { status, json } = await here.run('drill', 'schedule', '--days', '90', '--runbooks', here.folder, '--json');
  const answer = Schedule.parse(json());
  expect(status).toBe(0);
  expect(answer.schedule.length).toBeGreaterThanOrEqual(3);
  expect(answer.schedule[0]).toMatchObject({ title: 'Monthly drill', last: '2001-01-01T00:00:00.000Z', at: '2001-01-31T00:00:00.000Z', objective: 'It restores' });
  expect(answer.after_events).toMatchObject([{ title: 'After a rotation', after: 'rotation' }]);
  expect(answer.results).toMatchObject([{ test: 'Monthly drill', rto_s: 3600, said: 'pass' }]);
  const text = await here.run('drill', 'schedule', '--days', '90', '--runbooks', here.folder);
  expect(text.stdout).toMatch(/^2001-01-31 {2}rehearsal .* days late$/mu);
  expect(text.stdout).toMatch(/^after rotation {2}tabletop/mu);
});

it('writes them for the calendar that people look at', async () => {
  here.write('wiki.runbook.md', wikiRunbook(WORK, DRILLS));
  expect((await here.run('drill', 'schedule', '--days', '40', '--ics', 'drills.ics', '--runbooks', here.folder)).status).toBe(0);
  expect(readFileSync(join(here.folder, 'drills.ics'), 'utf8')).toMatch(/^BEGIN:VCALENDAR[\s\S]*SUMMARY:Monthly drill/u);
});

it.each(['0', '1.5', 'soon', '4000'])('refuses to look %s days ahead', async (days) => {
  const { status, stderr } = await here.run('drill', 'schedule', '--days', days);
  expect(status).toBe(2);
  expect(stderr).toContain('a whole number of days, from 1 to 3650');
});

it('says where the calendar file cannot be written', async () => {
  const { status, stderr } = await here.run('drill', 'schedule', '--ics', 'nowhere/drills.ics');
  expect(status).toBe(7);
  expect(stderr).toContain('could not be written to');
  expect(stderr).toContain('nowhere');
});
