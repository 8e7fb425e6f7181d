/** Every shipped runbook is played through at the table, by the engine that runs the real thing: no step is out of reach, no branch leads nowhere. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRunbooks } from '../../electron/engine/runbook/library.ts';
import { ROOT } from '../../electron/setup/places.mjs';
import { finish, openLab } from '../support/run-lab.ts';

/** Values for parameters that have no default, by name; what is asked at the table is asked of all runbooks alike. */
const VALUES: Readonly<Record<string, string>> = {
  api_server: 'https://203.0.113.7:6443', applications_min: '1', audit_min: '1', auth_url: 'https://auth.example', backup: '/kit/veza_db_20261120_020000.dump', commit: 'FETCH_HEAD',
  compromised_since: '2026-11-20T00:00:00Z', damaged_since: '2026-11-20 00:00:00+00', deploy_version: '1.2.4', dns_server: '203.0.113.53', dr_address: '203.0.113.9',
  dump_file: '/kit/veza_db_20261120_020000.dump', health_check: '01234567-89ab-cdef-0123-456789abcdef', health_url: 'https://api.example/health', last_good: '2026-11-20T00:00:00Z', node: 'node-3',
  operator_network: '203.0.113.0/24', peer_url: 'https://peer.example', primary_host: 'primary.example', public_name: 'app.example', region: 'south', restore_to: '2026-11-20 00:00:00+00', standby_address: '203.0.113.9', standby_host: 'standby.example', tenants_min: '1', test_agent: 'agent-7',
  users_min: '1', web_url: 'https://www.example', written_by: '1.2.3',
};

const shipped = listRunbooks([join(ROOT, 'runbooks')]).map(({ runbook, path }) => runbook ?? expect.fail(`${path} cannot be read`));
const find = (id: string) => shipped.find(({ front }) => front.id === id) ?? expect.fail(`there is no runbook ${id}`);
const rounds = (id: string): number => Math.max(1, ...find(id).steps.map(({ block }) => (block.kind === 'decide' ? Object.keys(block.options).length : 1)));

describe.each(shipped.map(({ front }) => front.id))('%s at the table', (id) => {
  it.each(Array.from({ length: rounds(id) }, (_, round) => round))('comes to its end with answer %i of each question', async (round) => {
    const lab = openLab({ findRunbook: find });
    const asked = Object.entries(find(id).front.params ?? {}).filter(([, param]) => param.default === undefined);
    const params = Object.fromEntries(asked.flatMap(([name]) => (VALUES[name] === undefined ? [] : [[name, VALUES[name]]])));
    const live = await lab.runs.start({ id, mode: 'tabletop', params }, 'auto');
    const decisions = Object.fromEntries([...live.fold.plan.byPath].flatMap(([path, { block }]) => {
      if (block.kind !== 'decide') return [];
      const options = Object.keys(block.options);
      return [[path, options[Math.min(round, options.length - 1)]]];
    }));
    // What timed injects force on the way is accepted, once tried again; nobody passes an approval by.
    const failures = Object.fromEntries([...live.fold.plan.byPath].map(([path]) => [path, [{ do: 'override', reason: 'said at the table', by: 'Kim' }]]));
    const done = await finish(lab, live, { decisions, failures });
    expect(done.why).toBe('It succeeded');
    expect(done.run.steps.filter(({ state }) => !['succeeded', 'skipped', 'overridden', 'not_executed'].includes(state)).map((step) => step.id)).toEqual([]);
  });
});
