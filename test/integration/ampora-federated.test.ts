/**
 * The rehearsal of a lost region that its peers serve: the shipped runbook, through the command line, against a peer that is a real
 * database behind the health endpoints. What happens in Ampora's own screens (the fleet, the handover, an agent's identity) is manual by
 * nature: people confirm it, and the handover is only talked through.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PG_BIN } from '../lab/postgres-server.ts';
import { asLabAccount, giveToLab } from '../lab/lab-account.ts';
import { startPeerLab, type PeerLab } from '../lab/ampora/peer-lab.ts';
import { blackstart, ReadyAnswer, RunAnswer, stepOf, type CommandResult } from './command-line.ts';

const missing = [`${PG_BIN}/initdb`, '/usr/bin/openssl'].filter((path) => !existsSync(path));
if (missing.length > 0) process.stderr.write(`The rehearsal with a federation peer is left out, this machine lacks ${missing.join(', ')}\n`);

describe.skipIf(missing.length > 0)('the rehearsal of a lost region that a peer serves', () => {
  let lab: PeerLab;
  beforeAll(async () => { lab = await startPeerLab(); });
  afterAll(async () => { await lab.remove(); });

  function command(...argv: string[]): Promise<CommandResult> {
    const data = mkdtempSync(join(lab.folder, 'blackstart', 'd-'));
    giveToLab(data);
    const params = { region: 'south', peer_url: lab.peerUrl, test_agent: 'agent-7', kit: lab.kit };
    const options = Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
    return blackstart([...argv, ...options, '--data-dir', data, '--json'], { env: lab.env, cwd: lab.folder, as: asLabAccount });
  }
  const rehearse = async (handover: 'move' | 'stay'): Promise<RunAnswer> =>
    RunAnswer.parse((await command('run', 'ampora-federated', '--mode', 'rehearsal', '--answers', lab.answers(handover))).json());

  it('asks the peer and the certificate, moves the agents in words, and says which steps were measured', async () => {
    const answer = await rehearse('move');
    expect(answer.run).toMatchObject({ mode: 'rehearsal', state: 'succeeded', rto: { target_s: 3600, met: true } });
    for (const id of ['peer-first', 'client-certificate']) expect(stepOf(answer, id), id).toMatchObject({ kind: 'check', state: 'succeeded', assertions: [{ ok: true }] });
    for (const id of ['see-unreachable', 'identity-kept', 'note-result']) expect(stepOf(answer, id), id).toMatchObject({ kind: 'manual', state: 'succeeded', assertions: [] });
    for (const id of ['agree-on-handover', 'start-handover']) expect(stepOf(answer, id), id).toMatchObject({ state: 'succeeded', reason: 'Simulated' });
  });

  it('goes straight to the end when the agents stay', async () => {
    const answer = await rehearse('stay');
    expect(answer.run.state).toBe('succeeded');
    expect(stepOf(answer, 'note-result').state).toBe('succeeded');
    for (const id of ['agree-on-handover', 'start-handover', 'identity-kept']) expect(stepOf(answer, id).state, id).not.toBe('succeeded');
  });

  it('is ready while the peer is, and knows a certificate that is missing', async () => {
    const whole = ReadyAnswer.parse((await command('ready', 'ampora-federated')).json());
    expect(whole.checks.filter(({ id, outcome }) => id !== 'phone-list' && outcome !== 'pass')).toEqual([]);
    expect(whole.state).toBe('READY');
    rmSync(join(lab.kit, 'federation', 'client.key'));
    const without = ReadyAnswer.parse((await command('ready', 'ampora-federated')).json());
    expect(without.checks.find(({ id }) => id === 'federation-client')).toMatchObject({ outcome: 'fail', suspects: ['federation-cert'] });
    expect(stepOf(await rehearse('stay'), 'client-certificate').state).toBe('failed');
  });

  it('halts at the first step when the peer answers but is not healthy, before anybody is told', async () => {
    lab.loseDatabase();
    const readiness = ReadyAnswer.parse((await command('ready', 'ampora-federated')).json());
    expect(readiness.state).toBe('NOT_READY');
    expect(readiness.checks.find(({ id }) => id === 'peer-ready')).toMatchObject({ outcome: 'fail', suspects: ['peer-down'] });
    const answer = await rehearse('move');
    expect(answer.run.state).toBe('failed');
    expect(stepOf(answer, 'peer-first').state).toBe('failed');
    expect(stepOf(answer, 'tell-peers').state).toBe('pending');
  });
});
