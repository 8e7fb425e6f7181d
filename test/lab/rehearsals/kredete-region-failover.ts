import { regionFailover } from '../kredete/rehearse-region-failover.ts';

export const rehearsal = regionFailover();
