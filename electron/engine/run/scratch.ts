/** Scratch resources of a rehearsal: started before its first step, torn down after it, and looked for afterwards. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ScratchSpec } from '../../contract/front-matter.ts';
import { startScratchPostgres } from '../readiness/postgres/scratch-postgres.ts';
import type { RunHost } from './host.ts';
import { forgetfulSink } from './run-aside.ts';

interface Resource {
  values: Record<string, string>;
  stop(): Promise<void>;
  /** What is still there, in words; null when nothing is. */
  left(): string | null;
}

export interface ScratchOfRun {
  /** EngineError when one cannot be started; those that were are stopped again. */
  start(host: RunHost): Promise<void>;
  /** `left`: the run will be resumed, so what can wait on disk stays there. */
  stop(host: RunHost, why: 'end' | 'left'): Promise<void>;
}

export function createScratch(): ScratchOfRun {
  const resources = new Map<string, { kind: ScratchSpec['kind']; resource: Resource }>();
  return {
    async start(host) {
      for (const [name, spec] of Object.entries(allSpecs(host))) {
        const resource = spec.kind === 'directory' ? scratchFolder(host, name) : await scratchServer(host, spec.database);
        resources.set(name, { kind: spec.kind, resource });
        if (spec.kind === 'postgres' && host.fold.scratch.has(name)) await host.record(() => [{ type: 'run.fault', data: { reason: `The scratch server ${name} was started anew: what earlier steps put into it is gone` } }]);
        await host.record(() => [{ type: 'scratch.started', data: { name, kind: spec.kind, values: resource.values } }]);
      }
    },
    async stop(host, why) {
      for (const [name, { kind, resource }] of resources) {
        if (why === 'left' && kind === 'directory') continue;
        await stopOne(host, name, resource);
        resources.delete(name);
      }
    },
  };
}

/** Those of the runbook and of the runbooks that it calls. */
function allSpecs({ fold }: RunHost): Record<string, ScratchSpec> {
  const { root, calls } = fold.plan.snapshot;
  return Object.fromEntries([...Object.values(calls), root].flatMap(({ runbook }) => Object.entries(runbook.front.scratch ?? {})));
}

async function stopOne(host: RunHost, name: string, resource: Resource): Promise<void> {
  let problem: string | null = null;
  try {
    await resource.stop();
  } catch (thrown) {
    problem = thrown instanceof Error ? thrown.message : String(thrown);
  }
  const left = resource.left() ?? problem;
  await host.record(() => [{ type: 'scratch.gone', data: { name, checked: left === null, detail: left ?? 'looked for and not found' } }]);
}

function scratchFolder(host: RunHost, name: string): Resource {
  const path = join(host.dataDir, 'scratch', host.id, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const parent = join(host.dataDir, 'scratch', host.id);
  return {
    values: { path },
    stop: async () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      rmSync(parent, { recursive: true, force: true, maxRetries: 3 });
    },
    left: () => (existsSync(path) ? `the folder ${path} is still there` : null),
  };
}

async function scratchServer(host: RunHost, database: string | undefined): Promise<Resource> {
  const server = await startScratchPostgres(
    { clock: host.clock, runTool: (request) => host.runTool({ ...request, output: forgetfulSink() }), env: host.environment(''), redactor: host.redactor(), marker: `${host.id}/scratch` },
    database === undefined ? {} : { database },
  );
  return {
    values: { host: server.host, port: String(server.port), user: server.user, database: server.database },
    stop: () => server.stop(),
    left: () => (existsSync(server.host) ? `the server's folder ${server.host} is still there` : null),
  };
}
