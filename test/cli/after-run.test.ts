/** What comes after a run, on the command line: hot wash, findings, a copy of the record; with exit statuses. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LiveFinding, SaidHotWash } from '../../electron/contract/after-action.ts';
import { Replication } from '../../electron/contract/replication.ts';
import { commandFolder, errorOf, wikiRunbook, wikiStep, type CommandFolder } from '../support/command-folder.ts';
import { startS3StandIn, type S3StandIn } from '../support/s3-stand-in.ts';

const BOOK = wikiRunbook(`## Work\n${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`, 'drills: [{ kind: rehearsal, title: Wiki drill, every: 3mo }]\n');
const SECRET = 'a-secret-access-key-of-no-value';
let here: CommandFolder;
let keyless: CommandFolder;
let store: S3StandIn;
const finding = (document: unknown): LiveFinding => z.object({ finding: LiveFinding }).parse(document).finding;
const findings = (document: unknown): LiveFinding[] => z.object({ findings: z.array(LiveFinding) }).parse(document).findings;
const drill = async (): Promise<void> => { expect((await here.run('run', 'wiki.runbook.md', '--mode', 'rehearsal', '--operator', 'jonas-weidmann')).status).toBe(0); };

beforeAll(async () => {
  here = commandFolder({ PASS: 'four quiet words here', AWS_ACCESS_KEY_ID: 'AKIDOFNOBODY', AWS_SECRET_ACCESS_KEY: SECRET, HOME: '/nonexistent' });
  keyless = commandFolder({ HOME: '/nonexistent', BLACKSTART_CREDENTIALS: 'vault' });
  store = await startS3StandIn();
  here.write('wiki.runbook.md', BOOK);
  expect((await here.run('people', 'enroll', 'Jonas Weidmann', '--role', 'operator', '--passphrase-env', 'PASS')).status).toBe(0);
  await drill();
}, 240_000);
afterAll(async () => {
  here.remove();
  keyless.remove();
  await store.stop();
});

describe('a hot wash on the command line', { timeout: 120_000 }, () => {
  it('waits for a person, takes answers by name, and stands in the report', async () => {
    here.write('wash.yaml', 'went_well: The dump was whole.\nwent_badly: The key came late.\n');
    here.write('odd.yaml', 'colour: red\n');
    expect((await here.run('report', 'hot-wash', 'last')).status).toBe(5);
    expect((await here.run('report', 'hot-wash', 'last', '--answers', 'wash.yaml')).status).toBe(2);
    expect((await here.run('report', 'hot-wash', 'last', '--answers', 'odd.yaml', '--by', 'Ruth Adeyemi')).status).toBe(4);
    expect((await here.run('report', 'hot-wash', 'none', '--answers', 'wash.yaml', '--by', 'Ruth Adeyemi')).status).toBe(3);
    const said = await here.run('report', 'hot-wash', 'last', '--answers', 'wash.yaml', '--by', 'Ruth Adeyemi', '--json');
    expect(z.object({ hot_wash: SaidHotWash }).parse(said.json()).hot_wash).toMatchObject({ by: 'Ruth Adeyemi', said: { went_well: 'The dump was whole.' }, earlier: 0 });
    expect((await here.run('report', 'hot-wash', 'last')).stdout).toContain('What did not: The key came late.');
  });
});

describe('findings on the command line', { timeout: 180_000 }, () => {
  it('are raised, listed by date with what is overdue, changed by name and reason, and closed with a retest', async () => {
    const added = await here.run('finding', 'add', '--run', 'last', '--title', 'The key came late', '--severity', 'high', '--owner', 'Priya Raman', '--due', '2020-01-31', '--by', 'Ruth Adeyemi', '--json');
    expect(finding(added.json())).toMatchObject({ id: 'the-key-came-late', runbook: 'wiki-restore', status: 'open', owner: 'Priya Raman' });
    const list = await here.run('finding', 'list', '--runbooks', here.folder, '--json');
    expect(list.status).toBe(1);
    expect(findings(list.json())[0]).toMatchObject({ id: 'the-key-came-late', due: '2020-01-31' });
    expect((await here.run('finding', 'list', '--runbooks', here.folder)).stdout).toMatch(/\d+ days overdue +high +open +wiki-restore\/the-key-came-late: The key came late, Priya Raman/u);
    expect(z.object({ warnings: z.array(z.string()) }).loose().safeParse((await here.run('ready', 'wiki.runbook.md', '--json')).json()).success).toBe(true);
    const close = ['finding', 'change', 'the-key-came-late', '--status', 'done', '--by', 'Ruth Adeyemi'];
    expect((await here.run(...close)).status).toBe(2); // no reason
    const refused = await here.run(...close, '--reason', 'it is there', '--json');
    expect([refused.status, errorOf(refused).message]).toEqual([4, 'A finding of severity high is not closed without a retest.']);
    expect((await here.run(...close, '--reason', 'it is there', '--retest', 'last')).status).toBe(4); // the run that found it
    await drill();
    expect(finding((await here.run(...close, '--reason', 'it is there', '--retest', 'last', '--json')).json())).toMatchObject({ closed: true, overdue_days: 0 });
    expect((await here.run('finding', 'list', '--runbooks', here.folder)).status).toBe(0);
    const shown = await here.run('finding', 'show', 'the-key-came-late', '--runbooks', here.folder);
    expect(shown.stdout).toMatch(/Ruth Adeyemi: status open → done, retest_run .*\(“it is there”\)/u);
    expect((await here.run('finding', 'list', '--all', '--runbooks', here.folder, '--json')).stdout).toContain('the-key-came-late');
  });

  it('say what is wrong with the command line', async () => {
    const add = ['finding', 'add', '--title', 'x', '--by', 'Ruth Adeyemi'];
    expect((await here.run(...add, '--severity', 'dreadful', '--run', 'last')).status).toBe(2);
    expect((await here.run(...add, '--severity', 'low')).status).toBe(2);
    expect(errorOf(await here.run(...add, '--severity', 'low', '--run', 'last', '--due', 'soon', '--json')).message).toContain('--due cannot be that');
    expect((await here.run(...add, '--severity', 'low', '--runbook', 'no-such-book')).status).toBe(3);
    expect((await here.run('finding', 'show', 'no-such-finding')).status).toBe(3);
    expect((await here.run('finding', 'change', 'no-such-finding', '--status', 'done', '--by', 'A', '--reason', 'b')).status).toBe(3);
  });
});

describe('replicate on the command line', { timeout: 180_000 }, () => {
  const go = (...more: string[]) => here.run('replicate', '--to', 's3://records/laptops', '--endpoint', store.endpoint, ...more);

  it('copies, reads back, and tells in one document; progress goes to stderr, the secret nowhere', async () => {
    const done = await go('--by', 'Ruth Adeyemi', '--retain', '90d', '--json');
    expect(done.status).toBe(0);
    expect(z.object({ replication: Replication }).parse(done.json()).replication).toMatchObject({ state: 'done', problems: [], credentials: 'environment' });
    expect(done.stderr).toMatch(/copying: \d+ of \d+ objects/u);
    expect(done.stdout + done.stderr).not.toContain(SECRET);
    expect((await here.run('record', 'verify')).status).toBe(0);
    expect((await go()).stdout).toMatch(/copied up to entry \d+, and was read back/u);
  });

  it('is 1 when the copy differs, 2 for a wrong address, 3 without a network, 4 without Object Lock, 5 without credentials', async () => {
    const [first] = store.versions;
    if (first === undefined) throw new Error('nothing was copied');
    const { body } = first;
    first.body = Buffer.alloc(body.length);
    const differs = await go();
    expect([differs.status, differs.stdout]).toEqual([1, expect.stringContaining('holds something else')]);
    first.body = body;
    expect((await here.run('replicate', '--to', 'records')).status).toBe(2);
    expect((await go('--retain', 'ever')).status).toBe(2);
    const away = await here.run('replicate', '--to', 's3://records/laptops', '--endpoint', 'http://127.0.0.1:9', '--json');
    expect([away.status, errorOf(away).hint]).toEqual([3, expect.stringContaining('when the network is back')]);
    store.locks = false;
    expect((await go()).status).toBe(4);
    store.locks = true;
    expect((await keyless.run('replicate', '--to', 's3://records/laptops', '--endpoint', store.endpoint)).status).toBe(5);
  });
});
