import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasKeyring, keyringSession, type KeyringSession, type SessionState } from '../../support/keyring-session.ts';
import { builtKeytar } from '../../support/keytar.ts';

const keytar = await builtKeytar();
const TEXT = 'hunter22-\u00fc';

let session: KeyringSession;
beforeEach(() => { session = keyringSession(); });
afterEach(() => session.remove());

function ask(state: SessionState, ...requests: string[]): unknown {
  return session.ask(state, 'keychain-answers.ts', requests, keytar === null ? {} : { KEYTAR: keytar });
}

describe.skipIf(!hasKeyring)('the keychain of the system', () => {
  it('keeps an entry, replaces it, knows an absent one, and forgets', () => {
    expect(ask('unlocked', `keyring write pg ${TEXT}`, 'keyring read pg', 'keyring write pg another', 'keyring read pg', 'keyring read none', 'keyring remove none', 'keyring remove pg', 'keyring read pg'))
      .toEqual(['done', `found ${TEXT}`, 'done', 'found another', 'absent', 'nothing', 'done', 'absent']);
  });

  it('keeps bytes that are no text', () => {
    expect(ask('unlocked', 'keyring write raw %00%C3%BF%01binary', 'keyring read raw')).toEqual(['done', 'found \u0000\u00ff\u0001binary']);
  });

  it('gives in a later session what an earlier one wrote', () => {
    ask('unlocked', `keyring write pg ${TEXT}`);
    expect(ask('unlocked', 'keyring read pg')).toEqual([`found ${TEXT}`]);
  });

  it('tells that it is locked, whatever is asked of it', () => {
    ask('unlocked', `keyring write pg ${TEXT}`);
    expect(ask('locked', 'keyring read pg', 'keyring write pg other', 'keyring remove pg')).toEqual(['locked', 'locked', 'locked']);
    expect(ask('unlocked', 'keyring read pg')).toEqual([`found ${TEXT}`]);
  });

  it.each(['no-daemon', 'no-bus'] as const)('tells that there is none to ask: %s', (state) => {
    expect(ask(state, 'keyring read pg', 'keyring write pg other', 'keyring remove pg', 'both read pg', 'both write pg x')).toEqual(['unavailable', 'unavailable', 'unavailable', keytar === null ? 'unavailable' : expect.stringMatching(/^(?:unavailable|absent-or-locked)$/u), 'unavailable']);
  });

  it('is a state, not an error, where the library is not installed', () => {
    const without = (module: string, ...requests: string[]): unknown => session.ask('unlocked', 'keychain-answers.ts', requests, { WITHOUT: module });
    expect(without('@napi-rs/keyring', 'keyring read pg', 'keyring write pg value', 'keyring remove pg', 'both read pg')).toEqual(['unavailable', 'unavailable', 'unavailable', 'unavailable']);
    expect(without('keytar', 'keytar read pg', 'keytar write pg value', 'keytar remove pg')).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(without('keytar', 'both write pg value-1', 'both read pg', 'both remove pg')).toEqual(['done', 'found value-1', 'done']);
  });
});

describe.skipIf(!hasKeyring)('the state of the keychain', () => {
  it('is open, locked, or that there is none', () => {
    expect(ask('no-bus', 'both state')).toEqual(['unavailable']);
    expect(ask('no-daemon', 'both state')).toEqual(['unavailable']);
    expect(ask('unlocked', 'both state', 'both state')).toEqual(['open', 'open']);
    expect(ask('locked', 'both state')).toEqual(['locked']);
  });

  it('is told by keytar where the default library is not installed', () => {
    const by = (state: SessionState): unknown => session.ask(state, 'keychain-answers.ts', ['both state', 'otherwise write pg value-1', 'both read pg'], { ...(keytar === null ? {} : { KEYTAR: keytar }), WITHOUT: '@napi-rs/keyring' });
    expect(by('unlocked')).toEqual(keytar === null ? ['unavailable', 'unavailable', 'unavailable'] : ['open', 'done', 'found value-1']);
    expect(by('locked')).toEqual(keytar === null ? ['unavailable', 'unavailable', 'unavailable'] : ['locked', 'locked', 'absent-or-locked']);
  });
});

describe.skipIf(!hasKeyring || keytar === null)('keytar as the backend', () => {
  it('keeps, replaces and forgets text, and says so when bytes are none', () => {
    expect(ask('unlocked', 'keytar write pg value-1', 'keytar read pg', 'keytar write pg value-2', 'keytar read pg', 'keytar remove pg', 'keytar remove pg', 'keytar write pg \u00ff\u00fe'))
      .toEqual(['done', 'found value-1', 'done', 'found value-2', 'done', 'nothing', 'unavailable']);
  });

  it('does not tell a locked keychain from an absent entry, and survives both', () => {
    ask('unlocked', 'keytar write pg value-1');
    expect(ask('locked', 'keytar read pg', 'keytar read none', 'keytar write pg other')).toEqual(['absent-or-locked', 'absent-or-locked', 'locked']);
    expect(ask('unlocked', 'keytar read pg', 'keytar read none')).toEqual(['found value-1', 'absent-or-locked']);
  });
});

describe.skipIf(!hasKeyring || keytar === null)('one keyring by both libraries', () => {
  it('finds with either what the other wrote', () => {
    expect(ask('unlocked', 'keytar write old by-keytar', 'keyring write new by-keyring', 'both read old', 'both read new', 'otherwise read old', 'otherwise read new'))
      .toEqual(['done', 'done', 'found by-keytar', 'found by-keyring', 'found by-keytar', 'found by-keyring']);
  });

  it('leaves no older value behind, whichever library wrote it', () => {
    expect(ask('unlocked', 'keytar write pg stale-1', 'both write pg fresh-1', 'keytar read pg', 'otherwise read pg', 'otherwise write pg fresh-2', 'keyring read pg', 'both read pg'))
      .toEqual(['done', 'done', 'absent-or-locked', 'found fresh-1', 'done', 'absent', 'found fresh-2']);
    expect(ask('unlocked', 'both state', 'keytar write pg stale-2', 'keyring write pg stale-3', 'both remove pg', 'both read pg', 'otherwise read pg')).toEqual(['open', 'done', 'done', 'done', 'absent', 'absent']);
  });

  it('tells locked from absent although keytar does not', () => {
    ask('unlocked', 'keytar write pg value-1');
    expect(ask('locked', 'both read pg', 'otherwise read pg', 'otherwise write pg x')).toEqual(['absent-or-locked', 'absent-or-locked', 'locked']);
    expect(ask('unlocked', 'both state', 'otherwise read none')).toEqual(['open', 'absent']);
    // Since it was looked at once while it was open, the two are told apart.
    expect(ask('locked', 'both read pg', 'otherwise read pg', 'both state')).toEqual(['locked', 'locked', 'locked']);
  });
});
