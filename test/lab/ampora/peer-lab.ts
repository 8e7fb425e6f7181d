/**
 * The lab of a test of a federated Ampora whose other region is lost: one healthy peer, which is a real PostgreSQL of its own with the health
 * endpoints before it, and the kit with this side's federation client certificate. Everything is on loopback and below one temporary
 * folder; `startPeerLab()` takes a few seconds.
 */
import { rmSync } from 'node:fs';
import { createServer as createListener } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { giveToLab } from '../lab-account.ts';
import { makeFederationClient } from '../lab-certificates.ts';
import { createServer, serverIn, sqlOn, startServer, stopServer } from '../postgres-server.ts';
import { makeTemporarySite, startHealthServer } from './ampora-lab.ts';
import { fillPeer, inSite, peerAnswers } from './ampora-site.ts';

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
  const site = makeTemporarySite();
  const server = serverIn(site.folder, 'peer', await freePort());
  try {
    createServer(server, []);
    startServer(server);
    fillPeer(site, { sql: (text, database) => sqlOn(server, text, database) });
    makeFederationClient(join(site.kit, 'federation'), (argv, input) => inSite(site, argv, input));
    giveToLab(site.kit);
    const health = await startHealthServer(site, server.port);
    return {
      folder: site.folder, kit: site.kit, peerUrl: health.url, env: site.env,
      loseDatabase: () => { stopServer(server); },
      answers: (handover) => peerAnswers(site, handover),
      async remove() {
        await health.end();
        stopServer(server);
        rmSync(site.folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    stopServer(server);
    rmSync(site.folder, { recursive: true, force: true });
    throw error;
  }
}

async function freePort(): Promise<number> {
  const listener = createListener();
  await new Promise<void>((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
  const { port } = z.object({ port: z.int() }).parse(listener.address());
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
