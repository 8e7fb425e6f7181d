import { databaseFailover } from '../kredete/rehearse-database-failover.ts';

export const rehearsal = databaseFailover('replica');
