/** A real GNOME Keyring in a D-Bus session of its own, and programs that speak to it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureProgram } from './tool-request.ts';

/** Where it is not installed there is nothing to test against. */
export const hasKeyring = ['/usr/bin/dbus-run-session', '/usr/bin/gnome-keyring-daemon'].every((path) => existsSync(path));

export type SessionState = 'unlocked' | 'locked' | 'no-daemon' | 'no-bus';

const BEFORE: Readonly<Record<SessionState, string>> = {
  unlocked: 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null;',
  locked: 'gnome-keyring-daemon --start --components=secrets >/dev/null;',
  'no-daemon': '',
  'no-bus': 'export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere;',
};

export interface KeyringSession {
  home: string;
  /** Runs a fixture program in a session in that state, over the same keyring each time; its answer as JSON. */
  ask(state: SessionState, program: string, argv: readonly string[], env?: Readonly<Record<string, string>>): unknown;
  remove(): void;
}

export function keyringSession(): KeyringSession {
  const home = mkdtempSync(join(tmpdir(), 'keyring-'));
  return {
    home,
    ask(state, program, argv, more = {}) {
      // Without the daemon nobody may start one: the bus finds no services.
      const config = state === 'no-daemon' ? ['--config-file', fixtureProgram('bus-without-services.conf')] : [];
      const env = { PATH: '/usr/bin:/bin', HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home, ...more };
      const text = execFileSync('/usr/bin/dbus-run-session', [...config, '--', 'sh', '-c', `${BEFORE[state]} "$0" "$@"`, process.execPath, '--no-warnings', fixtureProgram(program), ...argv], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return JSON.parse(text.trim().split('\n').at(-1) ?? '');
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
