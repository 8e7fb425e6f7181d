import { describe, expect, it } from 'vitest';
import { ShareResult, type CeremonyShare, type CeremonyView, type EscrowKeyView, type NetworkLook } from '../../../../electron/contract/escrow-register.ts';
import type { Person } from '../../../../electron/contract/record.ts';
import { canProve, nextShare, openingPlace, stageOf, stagesOf, unsealed, untouched, verdictOf } from '../../../../renderer/src/screens/escrow/ceremony/stages.ts';
import { missingToStart, witnessesFor } from '../../../../renderer/src/screens/escrow/dialogs/StartDialog.tsx';
import { cellState, dueWords, isWholeKey, quorumWords, shareRowState } from '../../../../renderer/src/screens/escrow/escrow-words.ts';
import { escrowOf } from '../../../../renderer/src/screens/run/asks/SecretAsk.tsx';

function share(x: number, part: Partial<CeremonyShare> = {}): CeremonyShare {
  return { x, slot: `share ${x}`, custody: null, state: 'waiting', bag_found: null, seal: null, photo: null, result: null, detail: null, tries: 0, new_bag: null, new_seal: null, out_at: null, in_at: null, last: null, next_due: null, ...part };
}

const LOOK: NetworkLook = { at: '2026-11-21T19:00:00Z', off: true, interfaces: [], routes: [], how: 'looked', words: 'The network is off' };

function ceremony(part: Partial<CeremonyView>): CeremonyView {
  return {
    id: 'c', key: 'k', title: 'K', version: 1, generation: 1, purpose: 'routine', goal: 'L3', scheme: 'vault', threshold: 2, total: 3, share_characters: 44, encodings: ['base64'], began_at: LOOK.at, operator: null, witnesses: [], witnesses_needed: 0,
    network: LOOK, shares: [share(1), share(2), share(3)], entered: 0, agreement: null, quorum: null, proofs: [], deviations: [], state: 'open', next: null, verification: null, delivered: [], ...part,
  };
}

describe('where a ceremony stands', () => {
  it('goes from the seal to the share, the verdict and the new bag, and back to the share only when somebody wishes it', () => {
    expect(stageOf(share(1), null)).toBe('seal');
    expect(stageOf(share(1, { state: 'bag' }), null)).toBe('share');
    const verdict = share(1, { state: 'verdict', result: 'no-match' });
    expect([stageOf(verdict, null), stageOf(verdict, 'again'), stageOf(verdict, 'seal')]).toEqual(['verdict', 'share', 'new-bag']);
    expect(stageOf(share(1, { state: 'sealed' }), 'again')).toBe('over');
    expect(stageOf(share(1, { state: 'left-out' }), null)).toBe('over');
  });

  it('opens at the custodian whose bag is open, else at the next in line, and at the end when it is proven', () => {
    expect(openingPlace(ceremony({}))).toEqual({ kind: 'share', x: 1 });
    expect(openingPlace(ceremony({ shares: [share(1, { state: 'sealed' }), share(2), share(3, { state: 'verdict' })] }))).toEqual({ kind: 'share', x: 3 });
    expect(openingPlace(ceremony({ state: 'proven' }))).toEqual({ kind: 'end' });
    expect(openingPlace(ceremony({ state: 'signing' }))).toEqual({ kind: 'end' });
  });

  it('never passes over a custodian: whoever was not come to is next, then counted as untouched', () => {
    const shares = [share(1, { state: 'sealed' }), share(2), share(3, { state: 'left-out' }), share(4)];
    expect(nextShare(shares, 1)?.x).toBe(2);
    expect(nextShare(shares, 4)?.x).toBe(2);
    expect(nextShare([share(1, { state: 'sealed' })], 1)).toBeNull();
    expect(untouched({ shares }).map(({ x }) => x)).toEqual([2, 4]);
    expect(unsealed({ shares: [share(5, { state: 'bag' }), share(6, { state: 'verdict' })] }).map(({ x }) => x)).toEqual([5, 6]);
  });

  it('rebuilds a key from a quorum alone, and never where each share is looked at by itself', () => {
    expect(canProve(ceremony({ entered: 1 }))).toBe(false);
    expect(canProve(ceremony({ entered: 2 }))).toBe(true);
    expect(canProve(ceremony({ entered: 3, goal: 'L1' }))).toBe(false);
    expect(canProve(ceremony({ entered: 3, state: 'proven' }))).toBe(false);
  });

  it('says every verdict in words of its own, and green for a match alone', () => {
    const all = ShareResult.options.map((result) => verdictOf(result, 'Share 2'));
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
    expect(ShareResult.options.filter((result) => verdictOf(result, '').state.tone === 'green')).toEqual(['match']);
  });
});

const person = (id: string, name: string, part: Partial<Person> = {}): Person => ({ id, name, roles: ['audit'], enrolled_at: '2026-01-01T00:00:00Z', revoked_at: null, vkey: 'v', ...part });

describe('a key that is held whole', () => {
  it('is entered as a key, and its verdicts speak of one', () => {
    expect(stagesOf(true).map(({ word }) => word)).toEqual(['Look at the seal', 'Enter the key', 'Verdict', 'Seal a new bag']);
    expect(stagesOf(false).map(({ word }) => word)).toContain('Enter the share');
    for (const result of ['match', 'no-match', 'unreadable'] as const) {
      const { title, detail } = verdictOf(result, 'The whole key', true);
      expect(`${title} ${detail}`).not.toContain('share');
    }
    expect([isWholeKey('age'), isWholeKey('raw'), isWholeKey('vault'), isWholeKey('slip39')]).toEqual([true, true, false, false]);
  });

  it('opens at its one item, and at the end once that is in a new bag', () => {
    const whole = { scheme: 'age', threshold: 1, total: 1, goal: 'L4' } as const;
    expect(openingPlace(ceremony({ ...whole, shares: [share(1)] }))).toEqual({ kind: 'share', x: 1 });
    expect(openingPlace(ceremony({ ...whole, state: 'proven', shares: [share(1, { state: 'verdict', result: 'no-match' })] }))).toEqual({ kind: 'share', x: 1 });
    expect(openingPlace(ceremony({ ...whole, state: 'proven', shares: [share(1, { state: 'sealed', result: 'match' })] }))).toEqual({ kind: 'end' });
    expect(canProve(ceremony({ ...whole, shares: [share(1)] }))).toBe(false);
  });
});

describe('who may begin a ceremony', () => {
  const custody = { custodian: 'Mei Tanaka', role: null, acknowledged_on: null, deputy: null, place: null, bag: null, seal: null };
  const view: Pick<EscrowKeyView, 'versions'> = { versions: [{
    version: 1, state: 'current', since: '', until: null, purpose: '', algorithm: '', scheme: 'vault', threshold: 1, total: 1, generation: 1, words: null, fingerprint: null, generations: [], note: null, kms: null,
    shares: [{ x: 1, slot: 'share 1', generation: 1, custody, words: null, state: 'verified', last: null, seen: null, next_due: null, away: false, revoked: false }],
    quorum: { threshold: 1, total: 1, verified: [1], reachable: [1], quorums: 1, state: 'good', words: '' },
  }] };
  const form = { purpose: 'routine', goal: 'L1', operator: 'jonas', witnesses: ['ruth'], why: '' } as const;

  it('offers as witness neither the operator, nor a custodian, nor somebody who was revoked', () => {
    const people = [person('jonas', 'Jonas'), person('mei', 'Mei Tanaka'), person('ruth', 'Ruth'), person('old', 'Old', { revoked_at: '2026-02-01T00:00:00Z' })];
    expect(witnessesFor(people, view, 1, 'jonas').map(({ id }) => id)).toEqual(['ruth']);
  });

  it('says what is missing: people under dual control, and a reason while the network is on', () => {
    expect(missingToStart(form, { witnesses: 1 }, LOOK)).toBeUndefined();
    expect(missingToStart({ ...form, witnesses: [] }, { witnesses: 1 }, LOOK)).toMatch(/1 witness is missing/u);
    expect(missingToStart({ ...form, operator: '' }, { witnesses: 1 }, LOOK)).toMatch(/who runs/u);
    expect(missingToStart({ ...form, operator: '', witnesses: [] }, { witnesses: 0 }, LOOK)).toBeUndefined();
    expect(missingToStart(form, { witnesses: 1 }, { ...LOOK, off: false })).toMatch(/network on/u);
    expect(missingToStart({ ...form, why: 'no other laptop' }, { witnesses: 1 }, { ...LOOK, off: false })).toBeUndefined();
    expect(missingToStart(form, { witnesses: 1 }, null)).toBeDefined();
  });
});

describe('the words of the register', () => {
  const quorum = (reachable: number[], threshold = 3): Parameters<typeof quorumWords>[0] => ({ threshold, total: 5, verified: [1, 2, 3, 4, 5], reachable, quorums: 0, state: 'good', words: '' });

  it('say how many can be had, and what one more loss does', () => {
    expect(quorumWords(quorum([1, 2, 3]))).toBe('3 of 5 can be had and were verified, 3 make the key: one more loss ends recovery');
    expect(quorumWords(quorum([1, 2]))).toMatch(/1 share is missing for a recovery$/u);
    expect(quorumWords(quorum([1, 2, 3, 4]))).toMatch(/one more may be lost$/u);
  });

  it('tell an overdue proof from one that failed', () => {
    expect(cellState({ level: 'L4', state: 'bad', words: 'overdue: opened newest, too long ago' }).shape).toBe('stale');
    expect(cellState({ level: 'L4', state: 'bad', words: 'opens oldest, does not open newest' })).toMatchObject({ word: 'Does not open', shape: 'failed' });
    expect(cellState({ level: 'L4', state: 'good', words: '' }).word).toBe('L4 proven');
    expect(cellState({ level: null, state: 'none', words: '' }).tone).toBe('grey');
  });

  it('say late in days, and never a green word for a share that was not seen', () => {
    expect(dueWords('2026-11-12T00:00:00Z', Date.parse('2026-11-21T00:00:00Z'))).toBe('9 days late');
    expect(dueWords('2026-11-20T20:00:00Z', Date.parse('2026-11-21T00:00:00Z'))).toBe('due now');
    expect(dueWords('2026-12-24T00:00:00Z', Date.parse('2026-11-21T00:00:00Z'))).toBe('24 Dec');
    for (const state of ['overdue', 'failed', 'never', 'away', 'revoked', 'uncommitted'] as const) expect(shareRowState({ state, last: null, next_due: null }, 0).tone).not.toBe('green');
  });
});

it('finds the escrowed key among the sources of a secret', () => {
  expect(escrowOf(['env AMPORA_KEY', 'escrow ampora-master', 'prompt'])).toBe('ampora-master');
  expect(escrowOf(['prompt'])).toBeNull();
});
