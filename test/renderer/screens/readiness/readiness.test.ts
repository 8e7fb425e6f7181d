import { describe, expect, it } from 'vitest';
import { CheckBlock } from '../../../../electron/contract/check.ts';
import type { CheckResult } from '../../../../electron/contract/readiness.ts';
import { checkGroups, expectedSeconds, summary } from '../../../../renderer/src/screens/readiness/check-groups.ts';
import { evidenceRows } from '../../../../renderer/src/screens/readiness/evidence.ts';
import { rungsOf } from '../../../../renderer/src/screens/readiness/ladder.ts';
import { restoreRate } from '../../../../renderer/src/screens/readiness/restore-rate.ts';
import { offeredSecrets } from '../../../../renderer/src/screens/readiness/secrets-of.ts';
import { progressWords } from '../../../../renderer/src/screens/readiness/RunningLine.tsx';

const check = (part: Partial<CheckResult>): CheckResult => ({ id: 'x', title: 'X', kind: 'backup', severity: 'blocker', outcome: 'pass', expired: false, summary: '', evidence: {}, checked_at: '2026-09-11T09:00:00Z', expires_at: null, duration_ms: 1_500, remedy: null, suspects: [], override: null, ...part });
const report = (checks: CheckResult[]): Parameters<typeof summary>[0] => ({ runbook: { id: 'a', sha256: '' }, state: 'NOT_READY', checks, dependencies: [], warnings: [] });

describe('the secrets that are offered for a check', () => {
  const known = CheckBlock.parse({ id: 'k', title: 'K', kind: 'known-answer', severity: 'blocker', expires: '1d', secret: 'master', answer: { kind: 'fernet', file: 'x' } });
  const backup = CheckBlock.parse({
    id: 'b', title: 'B', kind: 'backup', severity: 'blocker', expires: '1d', engine: 'sqlite', at: 'x', level: 'key-proven',
    cipher: { secret: 'identity', answer: { kind: 'age' } }, key: { secret: 'master', query: 'SELECT 1', answer: { kind: 'fernet' } },
  });
  const file = CheckBlock.parse({ id: 'f', title: 'F', kind: 'file', severity: 'blocker', expires: '1d', path: 'x' });

  it('begin with its own', () => {
    expect(offeredSecrets(['other', 'master', 'identity'], known)).toEqual(['master', 'other', 'identity']);
    expect(offeredSecrets(['other', 'master', 'identity'], backup)).toEqual(['identity', 'master', 'other']);
    expect(offeredSecrets(['other', 'master'], file)).toEqual(['other', 'master']);
    expect(offeredSecrets(['other'], null)).toEqual(['other']);
  });
});

describe('readiness in words', () => {
  it('counts what holds and names what does not', () => {
    const checks = [check({}), check({}), check({ outcome: 'fail' }), check({ outcome: 'unknown' }), check({ outcome: 'overridden' }), check({ expired: true }), check({ checked_at: null }), check({ checked_at: null })];
    expect(summary(report(checks))).toBe('2 of 8 checks hold, one fails, one is unknown, one is overridden, one has expired, 2 were never run.');
    expect(summary(report([]))).toContain('no checks');
  });

  it('groups checks by what they are about, and loses none', () => {
    const groups = checkGroups([check({ id: 'a', kind: 'disk' }), check({ id: 'b' }), check({ id: 'c', kind: 'something-new' })]);
    expect(groups.map(({ title, checks }) => [title, checks.map(({ id }) => id)])).toEqual([['Backups', ['b']], ['The laptop itself', ['a']], ['Further checks', ['c']]]);
  });

  it('says how long everything took the last time, and nothing when it never ran', () => {
    expect(expectedSeconds([check({}), check({})])).toBe(3);
    expect(expectedSeconds([check({ duration_ms: null })])).toBeNull();
  });

  it('says evidence in sizes and spans', () => {
    expect(evidenceRows({ size: 305_000_000_000, age_s: 5_040, path: '/a\u202Eb', took_ms: 2_000, encrypted: true, level: null, parts: [1, 2] })).toEqual([
      { label: 'Size', value: '305 GB', mono: false }, { label: 'Age', value: '1 h 24 min', mono: false }, { label: 'File', value: '/a‹U+202E›b', mono: true },
      { label: 'Took', value: '2 s', mono: false }, { label: 'Encrypted', value: 'yes', mono: false }, { label: 'Parts', value: '1, 2', mono: false },
    ]);
  });

  it('says how much, of what, and how long yet', () => {
    expect(progressWords({ runbook: 'a', check: 'x', doing: 'reading ampora.dump', done: 3_200_000_000, total: 305_000_000_000, unit: 'bytes', eta_s: 840 })).toBe('reading ampora.dump, 3.2 GB of 305 GB, about 14 min yet');
    expect(progressWords({ runbook: 'a', check: 'x', doing: 'counting', done: 12, unit: 'items' })).toBe('counting, 12');
  });

  it('climbs the ladder by what was proven, and marks the rung that did not hold', () => {
    const rungs = [{ level: 'seen', ok: true, detail: '305 GB' }, { level: 'listed', ok: true, detail: '18,204 files' }, { level: 'intact', ok: false, detail: 'breaks off at 41 %' }];
    expect(rungsOf(check({ outcome: 'fail', evidence: { level: 'listed', rungs } })).map(({ state, detail }) => `${state} ${detail}`)).toEqual(['proven 305 GB', 'proven 18,204 files', 'failed breaks off at 41 %', 'open not proven', 'open not proven', 'open not proven']);
    expect(rungsOf(check({ evidence: { level: 'key-proven' } })).map(({ state }) => state)).toEqual(['proven', 'proven', 'proven', 'counts', 'counts', 'counts']);
    expect(rungsOf(check({ outcome: 'fail', evidence: {} })).map(({ state }) => state)[0]).toBe('failed');
    expect(rungsOf(check({ evidence: { level: 'nonsense', rungs: 'nonsense' } })).every(({ state }) => state === 'open')).toBe(true);
  });
});

describe('what a restore took', () => {
  const restored = { restored_bytes: 2_100_000_000, restore_ms: 192_000, restore_rate: 10_937_500, full_size: 48_000_000_000, projected_ms: 4_388_571 };

  it('is said with the projection for the full size, as a share of the RTO', () => {
    expect(restoreRate(check({ evidence: restored }), '4h')).toMatchObject({
      measured: 'Restored 2.1 GB in 3 min 12 s, 10.9 MB a second.', projected: 'At that rate all 48 GB take 1 h 13 min',
      verdict: { within: true, words: '30 % of the RTO of 4 h' },
    });
    expect(restoreRate(check({ evidence: { ...restored, fetch_ms: 61_000 } }), null)).toMatchObject({ measured: expect.stringMatching(/^Fetched in 1 min 1 s\. Restored/u), verdict: null });
  });

  it('says how many times the RTO it would take, where that is too long', () => {
    expect(restoreRate(check({ evidence: restored }), '30m')?.verdict).toEqual({ within: false, words: '2.4 times the RTO of 30 min' });
    expect(restoreRate(check({ evidence: { ...restored, restore_ms: 1_240, projected_ms: 20_000 } }), '1h')).toMatchObject({ measured: 'Restored 2.1 GB in 1.2 s, 10.9 MB a second.', verdict: { words: 'less than 1 % of the RTO of 1 h' } });
  });

  it('is nothing while no backup was restored', () => {
    expect(restoreRate(check({ evidence: { size: 5 } }), '4h')).toBeNull();
    expect(restoreRate(check({ evidence: { restore_ms: 'soon' } }), '4h')).toBeNull();
  });

  it('keeps what could not be proven here apart from what did not hold', () => {
    const rungs = rungsOf(check({ outcome: 'unknown', evidence: { level: 'intact', rungs: [{ level: 'seen', ok: true, by: '', detail: 'a' }, { level: 'listed', ok: true, by: '', detail: 'b' }, { level: 'intact', ok: true, by: '', detail: 'c' }, { level: 'restored', ok: null, by: '', detail: 'needs a cluster' }] } }));
    expect(rungs[3]).toEqual({ level: 'restored', state: 'open', detail: 'needs a cluster' });
  });
});
