/**
 * The lab of a federated Ampora whose other region is lost: one healthy peer, which is a real PostgreSQL of its own with the health
 * endpoints before it, and the kit with this side's federation client certificate. Everything is on loopback and below one temporary
 * folder; `startPeerLab()` takes a few seconds.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { sealValue } from '../../../electron/engine/drill/seal.ts';
import { endHealthServer, inSite, makeSite, PG_BIN, startHealthServer, writePhoto, type Site } from './ampora-lab.ts';
import { giveToLab } from '../lab-account.ts';
import { makeFederationClient } from '../lab-certificates.ts';

export interface PeerLab {
  folder: string;
  kit: string;
  peerUrl: string;
  env: Record<string, string>;
  /** Answers of the people, with this one for the handover. */
  answers(handover: 'move' | 'stay'): string;
  /** Ends the peer's database; its health endpoints go on answering. */
  loseDatabase(): void;
  remove(): Promise<void>;
}

export async function startPeerLab(): Promise<PeerLab> {
  const site = makeSite();
  const data = join(site.folder, 'peer');
  const stop = (): void => {
    if (existsSync(join(data, 'postmaster.pid'))) inSite(site, [`${PG_BIN}/pg_ctl`, '-D', data, '-m', 'immediate', '-w', 'stop']);
  };
  try {
    const port = await freePort();
    startDatabase(site, data, port);
    makeFederationClient(join(site.kit, 'federation'), (argv, input) => inSite(site, argv, input));
    const health = await startHealthServer(site, port);
    return {
      folder: site.folder, kit: site.kit, peerUrl: health.url, env: site.env, loseDatabase: stop,
      answers: (handover) => writeAnswers(site, handover),
      async remove() {
        await endHealthServer(health.process);
        stop();
        rmSync(site.folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    stop();
    rmSync(site.folder, { recursive: true, force: true });
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = z.object({ port: z.int() }).parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function startDatabase(site: Site, data: string, port: number): void {
  inSite(site, [`${PG_BIN}/initdb`, '-D', data, '-U', 'postgres', '--auth-local=trust', '--auth-host=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8']);
  const options = `-c listen_addresses=127.0.0.1 -p ${port} -c unix_socket_directories=${site.folder}/sock`;
  inSite(site, [`${PG_BIN}/pg_ctl`, '-D', data, '-w', '-l', `${site.folder}/log/peer.log`, '-o', options, 'start']);
  const sql = (text: string, database: string): string =>
    inSite(site, ['psql', '--no-psqlrc', '-h', `${site.folder}/sock`, '-p', String(port), '-U', 'postgres', '-d', database, '-v', 'ON_ERROR_STOP=1', '-qAt', '-f', '-'], text);
  sql(`CREATE ROLE ampora LOGIN PASSWORD '${site.password}'; CREATE DATABASE ampora OWNER ampora;`, 'postgres');
  sql(readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8'), 'ampora');
  sql(`INSERT INTO agent_credentials VALUES (1, 1, '${sealValue('secret of an agent of the peer', Buffer.from(site.masterKey))}'); GRANT SELECT ON ALL TABLES IN SCHEMA public TO ampora;`, 'ampora');
}

function writeAnswers(site: Site, handover: 'move' | 'stay'): string {
  const folder = join(site.kit, handover);
  mkdirSync(folder, { recursive: true });
  const photo = join(folder, 'fleet.png');
  writePhoto(photo);
  const text = readFileSync(join(import.meta.dirname, 'peer-answers.yaml'), 'utf8').replaceAll('FLEET', photo).replaceAll('HANDOVER', handover);
  writeFileSync(join(folder, 'answers.yaml'), text);
  giveToLab(folder);
  return join(folder, 'answers.yaml');
}
