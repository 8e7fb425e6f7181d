import { dataRestore } from '../veza/rehearse-data-restore.ts';

export const rehearsal = dataRestore('dump', 'dump');
