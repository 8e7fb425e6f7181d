/** The engine process: opens the data folder, serves pages until the shell asks for an end. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toEnvelope } from '../contract/errors.ts';
import { HostOptions } from '../contract/host.ts';
import { systemClock } from './clock.ts';
import { openHostChannel, type HostChannel } from './host-channel.ts';
import { findInstallation } from './installation.ts';
import { openConsoleEngine, type ConsoleEngine } from './page/page-engine.ts';
import { servePage } from './page/serve-page.ts';
import { showParticipants } from './page/show-participants.ts';

function open(channel: HostChannel, { dataDir, node }: HostOptions): ConsoleEngine {
  const installation = findInstallation(node);
  const own = join(dataDir, 'runbooks');
  const awake = new Set<string>();
  return openConsoleEngine({
    dataDir, clock: systemClock(), nodePath: installation.node, launcher: installation.launcher, env: process.env,
    runbookDirs: existsSync(own) ? [installation.runbooks, own] : [installation.runbooks],
    inhibitSleep: (run) => {
      awake.add(run);
      channel.tell({ keepAwake: true });
      return () => {
        awake.delete(run);
        if (awake.size === 0) channel.tell({ keepAwake: false });
      };
    },
  });
}

function serve(channel: HostChannel): void {
  try {
    const engine = open(channel, HostOptions.parse(JSON.parse(process.argv[2] ?? '{}')));
    channel.onPage((port, closed, watch) => (watch === null ? servePage(port, closed, engine) : showParticipants(port, closed, engine, watch)));
    channel.onEnd(() => void engine.close().finally(() => process.exit(0)));
    channel.tell({ ready: true });
  } catch (thrown) {
    channel.tell({ failed: toEnvelope(thrown) });
    process.exitCode = 7;
    channel.onEnd(() => process.exit(7));
  }
}

const channel = openHostChannel();
if (channel === null) throw new Error('the engine process is started by the console');
serve(channel);
