import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commsAnswers } from '../../../electron/engine/page/comms-answers.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import { EngineError } from '../../../electron/contract/errors.ts';
import type { Mode } from '../../../electron/contract/vocabulary.ts';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';

const PEOPLE = "board:\n  - { name: Nkechi Adeyemi, phone: '+44 1632 960303', email: vp@kredete.example, verified: 2026-11-20 }\n  - { name: Marta Silva, phone: '+44 1632 960304' }\n";
const BODY = `${step('wait', 'kind: manual\nconfirm: Is it so?')}\n\`\`\`yaml audience\nid: board\ntitle: The board\nchannels: [phone, email]\nevery: 30m\npeople: contacts.yaml#board\n\`\`\`\n`;

async function begin(mode: Mode): Promise<{ lab: RunLab; run: string; call(method: string, params: object): Promise<unknown>; file(name: string): string }> {
  const lab = openLab();
  writeFileSync(join(lab.folder, 'books', 'contacts.yaml'), PEOPLE);
  const live = await lab.runs.start({ id: lab.write(BODY), mode, params: {}, operator: 'Olga', ...(mode === 'live' ? { outage_at: '2026-11-21T10:00:00Z' } : {}) }, 'step');
  const answers = new Map<string, (raw: unknown) => Promise<unknown>>(Object.entries(commsAnswers({ clock: systemClock(), library: { list: () => [] }, runsOf: () => lab.runs })));
  return {
    lab, run: live.id, file: (name) => join(lab.folder, name),
    call: async (method, params) => {
      const answer = answers.get(method);
      if (answer === undefined) throw new EngineError('not-found', method);
      return answer(params);
    },
  };
}

const message = (run: string, path: string, more: object = {}): object => ({ run, audience: 'board', step: null, format: 'eml', subject: 'How it stands', text: 'Nkechi, ring +44 1632 960304 or write to vp@kredete.example', path, ...more });

describe('a message that is taken along', () => {
  it('of a rehearsal is marked, in its subject as well, though somebody took the marks out', async () => {
    const { run, call, file } = await begin('rehearsal');
    expect(await call('comms.write', message(run, file('a.eml')))).toEqual({ path: file('a.eml'), left: ['Marta Silva'] });
    const mail = readFileSync(file('a.eml'), 'utf8');
    expect(mail).toMatch(/^Subject: EXERCISE: How it stands\r$/mu);
    expect(mail).toMatch(/^To: Nkechi Adeyemi <vp@kredete\.example>\r$/mu);
    expect(mail.match(/EXERCISE EXERCISE EXERCISE/gu)).toHaveLength(2);
    await call('comms.write', message(run, file('a.txt'), { format: 'txt', text: 'EXERCISE EXERCISE EXERCISE\n\nTo you\n\nEXERCISE EXERCISE EXERCISE' }));
    expect(readFileSync(file('a.txt'), 'utf8')).toBe('To: The board (Nkechi Adeyemi, Marta Silva)\nBy: Nkechi Adeyemi +44 1632 960303, vp@kredete.example, Marta Silva +44 1632 960304\nSubject: EXERCISE: How it stands\n\nEXERCISE EXERCISE EXERCISE\n\nTo you\n\nEXERCISE EXERCISE EXERCISE\n');
  });

  it('of a tabletop shows no way to reach anybody, whatever a person typed', async () => {
    const { run, call, file } = await begin('tabletop');
    for (const format of ['eml', 'txt']) {
      await call('comms.write', message(run, file(`b.${format}`), { format }));
      const written = readFileSync(file(`b.${format}`), 'utf8').replaceAll('=\r\n', '');
      expect(written).not.toMatch(/1632|kredete\.example/u);
      expect(written).toContain('EXERCISE EXERCISE EXERCISE');
    }
    expect(JSON.stringify(await call('comms.contacts', { run, audience: 'board' }))).not.toMatch(/1632|kredete\.example/u);
  });

  it('is refused for an audience, a step or a run that is not there, and where the disk takes nothing', async () => {
    const { run, call, file } = await begin('rehearsal');
    await expect(call('comms.write', message(run, file('c.eml'), { audience: 'crowd' }))).rejects.toThrow(/has no audience "crowd"/u);
    await expect(call('comms.write', message(run, file('c.eml'), { step: 'nowhere' }))).rejects.toThrow(/no step "nowhere"/u);
    await expect(call('comms.write', message(run, join(file('none'), 'c.eml')))).rejects.toThrow(/could not be written/u);
    await expect(call('comms.contacts', { run: 'no-such-run', audience: 'board' })).rejects.toThrow();
    expect(existsSync(file('c.eml'))).toBe(false);
  });
});

describe('contacts', () => {
  it('of an audience are those of the file beside the runbook', async () => {
    const { run, call } = await begin('rehearsal');
    expect(await call('comms.contacts', { run, audience: 'board' })).toMatchObject({ problem: null, people: [{ name: 'Nkechi Adeyemi', phone: '+44 1632 960303' }, { name: 'Marta Silva', verified: null, stale: true }] });
  });

  it('on paper need a runbook that names some', async () => {
    const { call } = await begin('rehearsal');
    await expect(call('contacts.tree', {})).rejects.toThrow('No runbook names a contacts file.');
    expect(await call('contacts.view', {})).toEqual({ books: [] });
  });
});
