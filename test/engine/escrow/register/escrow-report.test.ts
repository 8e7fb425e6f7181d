/** What the first line of a verification's report says, and that every format says it. */
import { describe, expect, it } from 'vitest';
import type { VerificationRecord } from '../../../../electron/contract/escrow-register.ts';
import { verificationReport } from '../../../../electron/engine/escrow/register/escrow-report.ts';

const AT = '2026-09-15T01:12:00.000Z';
const share = (x: number, result: VerificationRecord['shares'][number]['result']): VerificationRecord['shares'][number] => ({
  x, slot: `share ${x}`, label: `${x}.share`, generation: 1, commitment: 'c'.repeat(64), result, level: result === 'match' ? 'L1' : null, detail: `what was found of ${x}`,
  custody: null, bag_found: null, seal: 'not-looked', photo: null, new_bag: null, new_seal: null, out_at: AT, in_at: null,
});
const proof = (verdict: 'opens' | 'refused'): VerificationRecord['proofs'][number] => ({ set: 'daily', which: 'newest', name: '=cmd', kind: 'aead', verdict, strength: 'authenticated', detail: 'the sample', sample_sha256: 'd'.repeat(64) });

function record(more: Partial<VerificationRecord>): VerificationRecord {
  return {
    blackstart_escrow_verification: 1, id: 'v1', key: 'tide', version: 1, generation: 1, purpose: 'routine', key_purpose: 'backups', algorithm: 'AES-256', commitment: 'a'.repeat(64), words: null, scheme: 'vault', threshold: 2, total: 3, sets: [],
    level: 'L4', ok: true, result: 'A quorum rebuilds the key.', shares: [share(1, 'match'), share(2, 'match')], agreement: null, quorum: { state: 'match', detail: 'it is the committed key', used: [1, 2] }, proofs: [proof('opens')],
    deviations: [], network: null, operator: null, witnesses: [], began_at: AT, ended_at: AT, next_due: [], supersedes: null, journal: { size: 4, hash: 'e'.repeat(64), words: null }, ...more,
  };
}

describe('the report of a verification', () => {
  it.each<[string, Partial<VerificationRecord>, RegExp]>([
    ['every share, the quorum and the backups', {}, /Holds.*A quorum rebuilds the key\./u],
    ['a key that is rebuilt beside a wrong share', { ok: false, shares: [share(1, 'match'), share(2, 'no-match'), share(3, 'not-entered')] }, /Holds in part.*A quorum rebuilds the key\. Not as enrolled: share 2\./u],
    ['a key that does not open a backup', { ok: false, proofs: [proof('refused')] }, /Does not hold/u],
    ['no quorum', { ok: false, quorum: null, proofs: [] }, /Does not hold/u],
  ])('says first what it is worth: %s', (_, more, words) => {
    expect(verificationReport(record(more), [], 'md').replaceAll('\n', ' ')).toMatch(words);
    expect(verificationReport(record(more), [], 'html').replace(/<[^>]+>/gu, ' ')).toMatch(words);
  });

  it('is a row a share and a row a sample in a spreadsheet, which computes none of them', () => {
    const rows = verificationReport(record({}), [], 'csv').trim().split('\r\n');
    expect(rows).toHaveLength(4);
    expect(rows[3]).toContain('daily newest: =cmd,opens');
    expect(verificationReport(record({ shares: [{ ...share(1, 'match'), slot: '=1+1' }] }), [], 'csv')).toContain("'=1+1");
  });
});
