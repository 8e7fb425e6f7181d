/** A real GNOME Keyring in a D-Bus session of its own, and programs that speak to it. */
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureProgram, livingWith } from './tool-request.ts';

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
  /** Runs a command line in a session in that state, over the same keyring each time; what it printed. */
  run(state: SessionState, argv: readonly string[], env?: Readonly<Record<string, string>>): string;
  /** Runs a fixture program so; its answer as JSON. */
  ask(state: SessionState, program: string, argv: readonly string[], env?: Readonly<Record<string, string>>): unknown;
  remove(): void;
}

/** A session takes a second; one that waits for a daemon waits for good. */
const STILL_MS = 60_000;

export function keyringSession(): KeyringSession {
  const home = mkdtempSync(join(tmpdir(), 'keyring-'));
  const run: KeyringSession['run'] = (state, argv, more = {}) => {
    // Without the daemon nobody may start one: the bus finds no services.
    const config = state === 'no-daemon' ? ['--config-file', fixtureProgram('bus-without-services.conf')] : [];
    const env = { PATH: '/usr/bin:/bin', HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: home, ...more };
    // A file, not a pipe: a daemon that outlives its bus would hold a pipe open for good.
    const printed = join(home, 'printed');
    const out = openSync(printed, 'w');
    try {
      execFileSync('/usr/bin/dbus-run-session', [...config, '--', 'sh', '-c', `${BEFORE[state]} "$0" "$@"`, ...argv], { env, stdio: ['ignore', out, 'ignore'], timeout: STILL_MS, killSignal: 'SIGKILL' });
    } finally {
      closeSync(out);
      endDaemons(home);
    }
    return readFileSync(printed, 'utf8');
  };
  return {
    home,
    run,
    ask: (state, program, argv, more) => JSON.parse(run(state, [process.execPath, '--no-warnings', fixtureProgram(program), ...argv], more).trim().split('\n').at(-1) ?? ''),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A daemon whose bus ended before it had found it never ends by itself. */
function endDaemons(home: string): void {
  for (const pid of livingWith(`HOME=${home}`)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
