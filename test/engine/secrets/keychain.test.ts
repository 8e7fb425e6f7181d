import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixtureProgram } from '../../support/tool-request.ts';

/** A real GNOME Keyring in a session of its own; where it is not installed there is nothing to test against. */
const installed = ['/usr/bin/dbus-run-session', '/usr/bin/gnome-keyring-daemon'].every((path) => existsSync(path));

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'keychain-')); });
afterEach(() => rmSync(home, { recursive: true, force: true }));

function inSession(script: string): unknown {
  const env = { PATH: '/usr/bin:/bin', HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home };
  const text = execFileSync('/usr/bin/dbus-run-session', ['--', 'sh', '-c', script, process.execPath, fixtureProgram('keychain-answers.ts')], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(text);
}

const UNLOCK = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null';

describe.skipIf(!installed)('the keychain of the system', () => {
  it('gives an entry, and knows an absent one', () => {
    expect(inSession(`${UNLOCK}; "$0" "$1" write`)).toEqual(['found', 'hunter22', 'absent']);
  });

  it('tells that it is locked', () => {
    inSession(`${UNLOCK}; "$0" "$1" write`);
    expect(inSession('gnome-keyring-daemon --start --components=secrets >/dev/null; "$0" "$1"')).toEqual(['locked', null, 'absent']);
  });

  it('tells that there is none to ask', () => {
    expect(inSession('DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere "$0" "$1"')).toEqual(['unavailable', null, 'unavailable']);
  });
});
