import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../electron/contract/report.ts';
import { systemClock } from '../../../electron/engine/clock.ts';
import { canonicalText, reportDigest, signedBytes } from '../../../electron/engine/report/canonical-report.ts';
import { createReports, readReport, renderReport, verifyReport, type KnownHere, type Reports } from '../../../electron/engine/report/report.ts';
import { parseFacts } from '../../../electron/engine/report/parse-facts.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { fullReport } from '../../support/full-report.ts';
import { openLab, step, type RunLab } from '../../support/run-lab.ts';

const BOOK = step('greet', 'kind: run\nbudget: 1m\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]');
const PASS = 'four quiet words here';
const PEOPLE = [['Jonas Weidmann', 'operator'], ['Ruth Adeyemi', 'witness'], ['Sofia Marchetti', 'compliance-officer']] as const;

interface Office { lab: RunLab; reports: Reports; run: string; sign(person: string, role: string, passphrase?: string): Promise<void>; report(revision?: number): Report; known: KnownHere }

/** A finished run with everybody enrolled. */
async function openOffice(more: readonly (readonly [string, string])[] = []): Promise<Office> {
  const lab = openLab();
  for (const [name, role] of [...PEOPLE, ...more]) await lab.people.enroll({ name, roles: [role], passphrase: PASS });
  const { run } = await lab.drive(BOOK, { operator: 'jonas-weidmann' });
  return officeOf(lab, run.id);
}

function officeOf(lab: RunLab, run: string): Office {
  const record = { reader: lab.journal, dataDir: lab.dataDir, clock: systemClock(), device: lab.journal.device.vkey };
  const reports = createReports(record, lab.people);
  const view = (): ReturnType<typeof lab.runs.view> => lab.runs.view(run);
  return {
    lab, reports, run,
    sign: async (person, role, passphrase = PASS) => { await reports.sign(view(), { person, role, passphrase }); },
    report: (revision) => readReport(record, view(), revision),
    known: {
      people: new Map([...lab.people.all().values()].map(({ id, vkey }) => [id, [vkey]])), trusted: [lab.journal.device.vkey], reports: () => [readReport(record, view())],
      issued: (_run, number) => reports.status(view()).issued?.number === number ? (reports.status(view()).issued?.sha256 ?? null) : null,
    },
  };
}

const NOBODY: KnownHere = { people: new Map(), trusted: [], issued: () => null, reports: () => [] };
const fileOf = (report: Report, format: 'html' | 'json'): Buffer => Buffer.from(renderReport(report, format));

describe('a report that three people signed', { timeout: 120_000 }, () => {
  let html: Buffer;
  let json: Buffer;
  let known: KnownHere;
  let report: Report;
  // a lab lives as long as the test that opens it; the files and what is known of them are kept for the others
  it('is signed over a record that holds', async () => {
    const office = await openOffice();
    for (const [name, role] of PEOPLE) await office.sign(name.toLowerCase().replace(' ', '-'), role);
    report = office.report();
    const digest = reportDigest(report);
    known = { ...office.known, issued: () => digest, reports: () => [report] };
    [html, json] = [fileOf(report, 'html'), fileOf(report, 'json')];
    expect(await verifyRecord(office.lab.dataDir)).toMatchObject({ ok: true, problems: [] });
  });

  it('names them in its approval group, and the compliance officer as the one who signed off', () => {
    expect(report.approval.signatures.map(({ name, role }) => [name, role])).toEqual(PEOPLE.map(([name, role]) => [name, role]));
    expect(report.approval.compliance?.name).toBe('Sofia Marchetti');
    expect(report.approval.revision).toMatchObject({ number: 1, issued_at: expect.any(String) });
  });

  it.each(['html', 'json'] as const)('holds as %s, with every signature known', (format) => {
    const found = verifyReport(fileOf(report, format), known);
    expect(found).toMatchObject({ ok: true, problems: [], revision: 1, device: { known: true } });
    expect(found.signatures).toHaveLength(3);
    expect(found.signatures.every(({ holds, known: is }) => holds && is)).toBe(true);
  });

  it.each(['md', 'csv'] as const)('holds as %s against the record that it came from, and not when a letter of it is another', (format) => {
    const text = renderReport(report, format);
    const here = { ...known, reports: () => [report] };
    expect(verifyReport(Buffer.from(text), here).ok).toBe(true);
    expect(verifyReport(Buffer.from(text.replace('greet', 'great').replace('hello', 'hallo')), here)).toMatchObject({ ok: false, problems: [{ kind: 'report.shape' }] });
  });

  it('holds on a laptop that knows nobody, which says that it knows nobody', () => {
    const found = verifyReport(html, NOBODY);
    expect(found.ok).toBe(true);
    expect(found.signatures.map(({ known: is }) => is)).toEqual([false, false, false]);
    expect(found.device?.known).toBe(false);
  });

  it('is over the digest of its canonical bytes, which any JSON library gives', () => {
    const value: Report = JSON.parse(json.toString('utf8'));
    const bare = { ...value, approval: { ...value.approval, signatures: [], compliance: null } };
    expect(verifyReport(json, known).sha256).toBe(createHash('sha256').update(canonicalText(bare)).digest('hex'));
    expect(report.approval.signatures[0]?.note).toContain(`\nsha256 ${reportDigest(report)}\n`);
  });

  it.each(['html', 'json'] as const)('shows one changed byte anywhere in the %s', (format) => {
    const whole = format === 'html' ? html : json;
    // the two typefaces are most of the HTML: half of the places are chosen outside of them
    const after = Math.max(0, whole.lastIndexOf('format("woff2")'));
    const place = fc.oneof(fc.nat(whole.length - 1), fc.integer({ min: after, max: whole.length - 1 }));
    fc.assert(fc.property(place, fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ flip;
      expect(isAltered(changed), `byte ${at} of ${whole.length}`).toBe(true);
    }), { numRuns: 60 });
  });

  /** Refused as no report at all is as plain an answer as "altered"; only "holds" would be wrong. */
  function isAltered(bytes: Buffer): boolean {
    try {
      return !verifyReport(bytes, known).ok;
    } catch {
      return true;
    }
  }

  it.each([
    ['a figure', (r: Report) => { r.results.rto.achieved_s = 1; }, 'signature.other'],
    ['who signed', (r: Report) => { const [first] = r.approval.signatures; if (first !== undefined) first.name = 'Somebody Else'; }, 'signature.other'],
    ['as what', (r: Report) => { const [, second] = r.approval.signatures; if (second !== undefined) second.role = 'dba'; }, 'signature.other'],
    ['when', (r: Report) => { const [, second] = r.approval.signatures; if (second !== undefined) second.at = '2026-01-01T00:00:00.000Z'; }, 'signature.other'],
    ['the first signature taken away', (r: Report) => { r.approval.signatures.shift(); }, 'signature.other'],
    ['the compliance sign-off taken away', (r: Report) => { r.approval.compliance = null; }, 'report.compliance'],
    ['all signatures taken away', (r: Report) => { r.approval.signatures = []; r.approval.compliance = null; }, 'report.unsigned'],
    ['one person in two places', (r: Report) => { const [first] = r.approval.signatures; if (first !== undefined) r.approval.signatures.push(first); }, 'signature.twice'],
    ['a key of another person', (r: Report) => { const [first, second] = r.approval.signatures; if (first !== undefined && second !== undefined) first.vkey = second.vkey; }, 'signature.key'],
    ['a revision of another number', (r: Report) => { r.approval.revision.number = 2; }, 'signature.other'],
  ])('does not hold with %s changed, though the file was drawn anew from it', (_what, change, kind) => {
    const forged: Report = structuredClone(report);
    change(forged);
    for (const format of ['html', 'json'] as const) {
      const found = verifyReport(fileOf(forged, format), known);
      expect(found.ok).toBe(false);
      expect(found.problems.map((problem) => problem.kind)).toContain(kind);
    }
  });

  it('does not hold with a field that no report has', () => {
    const more: Record<string, unknown> = JSON.parse(json.toString('utf8'));
    more['aside'] = 'and the CEO was there';
    expect(verifyReport(Buffer.from(`${JSON.stringify(more, null, 2)}\n`), known)).toMatchObject({ ok: false });
  });

  it('does not hold when its signer’s key is not the one that was enrolled', () => {
    const others = new Map(known.people).set('ruth-adeyemi', ['person/ruth-adeyemi+00000000+AA==']);
    expect(verifyReport(json, { ...known, people: others }).problems.map(({ kind }) => kind)).toEqual(['signature.other-key']);
  });

  it('does not hold when the record issued another digest under its number', () => {
    expect(verifyReport(json, { ...known, issued: () => 'ab'.repeat(32) }).problems.map(({ kind }) => kind)).toEqual(['report.other']);
  });

  it.each([['text', 'just some text'], ['JSON', '{"a":1}'], ['HTML', '<!doctype html><html></html>'], ['nothing', '']])('is told from %s, which is no report', (_what, text) => {
    expect(() => verifyReport(Buffer.from(text), known)).toThrow(expect.objectContaining({ code: 'refused' }));
  });

  it('is told from a PDF, with the way to go', () => {
    expect(() => verifyReport(Buffer.from([0x25, 0x50, 0x44, 0x46, 0xff, 0xfe, 0x80]), known)).toThrow(expect.objectContaining({ code: 'refused', hint: expect.stringContaining('PDF') }));
  });

  it('says of one that another version drew that only its data can be judged', () => {
    const other: Report = { ...report, generated_with: '9.9.9' };
    const found = verifyReport(Buffer.from(`${JSON.stringify(other)}\n`), NOBODY);
    expect(found.problems.map(({ kind }) => kind)).toContain('file.other-version');
  });
});

describe('who may sign', { timeout: 60_000 }, () => {
  const cases = [
    ['the operator as witness', 'jonas-weidmann', 'witness', 'who operates does not look on'],
    ['the operator as compliance officer', 'jonas-weidmann', 'compliance-officer', 'who operates does not look on'],
    ['a witness as operator', 'ruth-adeyemi', 'operator', 'did not run'],
    ['a witness as compliance officer', 'ruth-adeyemi', 'compliance-officer', 'is not enrolled as compliance-officer'],
    ['in a role that the report does not ask for', 'ruth-adeyemi', 'dba', 'is not signed by a dba'],
  ] as const;

  it.each(cases)('not %s', async (_what, person, role, words) => {
    const office = await openOffice();
    await expect(office.sign(person, role)).rejects.toThrow(expect.objectContaining({ code: 'refused', message: expect.stringContaining(words) }));
    expect(office.reports.status(office.lab.runs.view(office.run)).issued).toBeNull();
  });

  it('not somebody whose enrolment was revoked, and not with another’s passphrase; neither leaves a trace', async () => {
    const office = await openOffice();
    const { size } = office.lab.journal.head;
    await expect(office.sign('ruth-adeyemi', 'witness', 'not the passphrase')).rejects.toThrow('That is not the passphrase');
    expect(office.lab.journal.head.size).toBe(size);
    await office.lab.people.revoke('ruth-adeyemi');
    await expect(office.sign('ruth-adeyemi', 'witness')).rejects.toThrow(expect.objectContaining({ code: 'refused', message: expect.stringContaining('revoked') }));
    await expect(office.sign('nobody-here', 'witness')).rejects.toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('not twice, and no second person in one role', async () => {
    const office = await openOffice([['Wim Other', 'witness']]);
    await office.sign('ruth-adeyemi', 'witness');
    await expect(office.sign('ruth-adeyemi', 'witness')).rejects.toThrow('has signed this revision already');
    await expect(office.sign('wim-other', 'witness')).rejects.toThrow('A witness has signed this revision already');
  });

  it('not while the run is under way', async () => {
    const lab = openLab();
    await lab.people.enroll({ name: 'Jonas Weidmann', roles: ['operator'], passphrase: PASS });
    const { run } = await lab.drive(step('ask', 'kind: manual\nconfirm: Is it up?'), { operator: 'jonas-weidmann' });
    await expect(officeOf(lab, run.id).sign('jonas-weidmann', 'operator')).rejects.toThrow('is not over');
  });

  it('an enrolled operator where the record names none, and nobody else as operator', async () => {
    const lab = openLab();
    for (const [name, role] of PEOPLE) await lab.people.enroll({ name, roles: [role], passphrase: PASS });
    const { run } = await lab.drive(BOOK, {});
    const office = officeOf(lab, run.id);
    await expect(office.sign('ruth-adeyemi', 'operator')).rejects.toThrow('is not enrolled as operator, and the record names none');
    await office.sign('jonas-weidmann', 'operator');
    expect(office.report().approval.signatures).toMatchObject([{ role: 'operator', name: 'Jonas Weidmann' }]);
  });

  it('the roles that the runbook lets sign, besides the three', async () => {
    const lab = openLab();
    await lab.people.enroll({ name: 'Dora Base', roles: ['dba'], passphrase: PASS });
    const { run } = await lab.drive(BOOK, { operator: 'Jonas Weidmann', front: 'roles:\n  dba: { signs: true }' });
    const office = officeOf(lab, run.id);
    expect(office.reports.status(lab.runs.view(run.id)).roles.map(({ role, may }) => [role, may.map(({ id }) => id)])).toEqual([['operator', []], ['witness', []], ['compliance-officer', []], ['dba', ['dora-base']]]);
    await office.sign('dora-base', 'dba');
    expect(office.report().approval.signatures).toMatchObject([{ role: 'dba' }]);
  });
});

describe('what a person adds', { timeout: 60_000 }, () => {
  it('makes a new revision after a signature; the old signatures stay with theirs', async () => {
    const office = await openOffice();
    const view = (): ReturnType<typeof office.lab.runs.view> => office.lab.runs.view(office.run);
    office.reports.complete(view(), { by: 'Ruth Adeyemi', facts: { retention: '7 years' } });
    await office.sign('ruth-adeyemi', 'witness');
    const first = office.report();
    expect(office.reports.complete(view(), { by: 'Ruth Adeyemi', facts: { retention: '10 years' }, reason: 'the policy says ten' })).toMatchObject({ issued: { number: 1, current: false } });
    const draft = office.report();
    expect(draft.approval).toMatchObject({ retention: '10 years', revision: { number: 2, issued_at: null }, signatures: [], earlier: [{ number: 1, signatures: [{ name: 'Ruth Adeyemi' }] }], corrections: [{ field: 'approval.retention', was: '7 years', now: '10 years', reason: 'the policy says ten', by: 'Ruth Adeyemi' }] });
    expect(verifyReport(fileOf(draft, 'html'), office.known).problems.map(({ kind }) => kind)).toEqual(['report.unsigned']);
    await office.sign('jonas-weidmann', 'operator');
    expect(office.report().approval).toMatchObject({ revision: { number: 2 }, signatures: [{ role: 'operator' }], earlier: [{ number: 1 }] });
    expect(verifyReport(fileOf(office.report(), 'json'), office.known).ok).toBe(true);
    expect(renderReport(office.report(1), 'json')).toBe(renderReport(first, 'json'));
    expect(() => office.report(3)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('is not taken of nothing, of an operator as witness, of somebody revoked, or of a live run as a restore test', async () => {
    const office = await openOffice();
    const view = office.lab.runs.view(office.run);
    const refused = (words: string): unknown => expect.objectContaining({ code: 'refused', message: expect.stringContaining(words) });
    expect(() => office.reports.complete(view, { by: 'Ruth Adeyemi', facts: {} })).toThrow(refused('Nothing was said'));
    expect(() => office.reports.complete(view, { by: 'Ruth Adeyemi', facts: { people: [{ name: 'Jonas Weidmann', part: 'witness' }] } })).toThrow(refused('cannot be its witness'));
    expect(() => office.reports.complete({ ...view, mode: 'live' }, { by: 'Ruth Adeyemi', facts: { type: 'restore test' } })).toThrow(refused('no restore test'));
    await office.lab.people.revoke('ruth-adeyemi');
    expect(() => office.reports.complete(view, { by: 'Ruth Adeyemi', facts: { retention: '7 years' } })).toThrow(refused('revoked'));
  });

  it.each([
    ['an unknown field', 'colour: red', 'colour'], ['a time that is none', 'deactivated_at: yesterday', 'deactivated_at'], ['two lines in one', 'retention: "7\\nyears"', 'retention'],
    ['YAML that is none', 'retention: [7', 'YAML'], ['an alias', 'a: &x 1\nb: *x', 'alias'], ['a quarter that is none', 'quarter: 2026 Q5', 'quarter'],
  ])('is not read from a file with %s', (_what, text, words) => {
    expect(() => parseFacts(text, 'facts.yaml')).toThrow(expect.objectContaining({ code: 'refused', message: expect.stringContaining(words), at: expect.objectContaining({ file: 'facts.yaml' }) }));
  });
});

describe('the canonical text', () => {
  it('is RFC 8785: sorted members, ECMAScript numbers, no white space', () => {
    expect(canonicalText({ b: [1.5, -0, 1e21, null, true], a: '\u20ac\u000f"', '\u00f6': 1, A: {} })).toBe('{"A":{},"a":"\u20ac\\u000f\\"","b":[1.5,0,1e+21,null,true],"\u00f6":1}');
  });

  it('is the same for every order of the same members', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => canonicalText(value) === canonicalText(Object.fromEntries(Object.entries(value).reverse()))));
  });

  it.each([['half a surrogate pair', '\ud800'], ['a number that JSON has not', Number.NaN]])('does not take %s', (_what, value) => {
    expect(() => canonicalText({ value })).toThrow(expect.objectContaining({ code: 'refused' }));
  });

  it('does not depend on the signatures', () => {
    const report = fullReport();
    expect(signedBytes(report)).toEqual(signedBytes({ ...report, approval: { ...report.approval, signatures: [], compliance: null } }));
    expect(() => signedBytes({ blackstart_report: 1 })).toThrow('no approval group');
  });
});
