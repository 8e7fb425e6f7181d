import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { fingerprint, hasFingerprint, requireFingerprint } from '../../../electron/engine/secrets/fingerprint.ts';
import { createSecretStore } from '../../../electron/engine/secrets/secret-store.ts';

describe('a secret in memory', () => {
  it('is a copy; what was given is overwritten', () => {
    const given = Buffer.from('hunter22');
    const secret = createSecretStore().put('key', given, 'prompt');
    expect(given.equals(Buffer.alloc(8))).toBe(true);
    expect(Buffer.from(secret.bytes()).toString()).toBe('hunter22');
    expect(secret).toMatchObject({ name: 'key', length: 8, source: 'prompt', mayUseEnv: true });
  });

  it('is overwritten when it is forgotten, and cannot be read again', () => {
    const store = createSecretStore();
    const secret = store.put('key', Buffer.from('hunter22'), 'prompt');
    const live = secret.bytes();
    store.forgetAll();
    expect([...live]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => secret.bytes()).toThrow('The secret key was forgotten.');
    expect(store.get('key')).toBeNull();
    expect(store.all()).toEqual([]);
  });

  it('takes the place of the one before it, which is forgotten', () => {
    const store = createSecretStore();
    const before = store.put('key', Buffer.from('hunter22'), 'prompt');
    store.put('key', Buffer.from('hunter23'), 'prompt');
    expect(() => before.bytes()).toThrow('forgotten');
    expect(store.all()).toHaveLength(1);
  });

  it('shows in no dump of its handle', () => {
    const secret = createSecretStore().put('key', Buffer.from('hunter22'), 'prompt');
    expect(`${inspect(secret, { depth: 9, showHidden: true })}${JSON.stringify(secret)}`).not.toContain('hunter22');
  });

  it('is refused when it is too short to be masked', () => {
    const store = createSecretStore();
    expect(() => store.put('key', Buffer.from('12345'), 'prompt')).toThrow('5 bytes long');
    expect(store.get('key')).toBeNull();
  });
});

describe('a fingerprint', () => {
  const secret = createSecretStore().put('key', Buffer.from('hunter22'), 'file /kit/key');
  const right = 'sha256:4a9d46a5ac3d3d0a1d63fe4a2ea0b92e06f9d2f4ac1ed8ad1d2ea7a3e2d7e3a5';

  it('is the SHA-256 of the value', () => {
    expect(fingerprint(secret)).toMatch(/^sha256:[0-9a-f]{64}$/u);
    expect(hasFingerprint(secret, fingerprint(secret))).toBe(true);
    expect(hasFingerprint(secret, fingerprint(secret).slice(7).toUpperCase())).toBe(true);
  });

  it('of another value is told without the value or its own fingerprint', () => {
    expect(hasFingerprint(secret, right)).toBe(false);
    expect(hasFingerprint(secret, 'sha256:00')).toBe(false);
    expect(() => requireFingerprint(secret, right)).toThrow(/^The secret key from file \/kit\/key is not the one/u);
    try {
      requireFingerprint(secret, right);
    } catch (error) {
      expect(inspect(error)).not.toContain(fingerprint(secret).slice(7));
    }
  });
});
