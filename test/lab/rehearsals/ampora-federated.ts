/** A region of a federated Ampora is lost; its peer is a real database behind the documented health endpoints. */
import { join } from 'node:path';
import { dropDatabase, fillPeer, healthOf, makeSite, peerAnswers } from '../ampora/ampora-site.ts';
import { giveToLab } from '../lab-account.ts';
import { makeFederationClient } from '../lab-certificates.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { serve } from '../units/health.ts';
import { labPostgres, POSTGRES_PORT } from '../units/postgres.ts';
import { authorityIn, runIn } from '../units/tls-authority.ts';

const HEALTH_PORT = 18086;

export const rehearsal: Rehearsal = {
  runbook: 'ampora-federated',
  units: ['postgres', 'tls-authority', 'health'],
  programs: {},
  async prepare(place) {
    const site = makeSite(place.folder);
    dropDatabase(labPostgres(place));
    fillPeer(site, labPostgres(place));
    makeFederationClient(join(site.kit, 'federation'), runIn(place), authorityIn(place).folder);
    giveToLab(site.kit);
    serve(place, HEALTH_PORT, healthOf(site, POSTGRES_PORT));
    return {
      params: { region: 'south', peer_url: `http://127.0.0.1:${HEALTH_PORT}`, test_agent: 'agent-7', kit: site.kit },
      answers: peerAnswers(site, 'move'),
    };
  },
  async finish(place) {
    serve(place, HEALTH_PORT, []);
    dropDatabase(labPostgres(place));
  },
};
