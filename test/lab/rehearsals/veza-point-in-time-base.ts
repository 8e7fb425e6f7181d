import { pointInTime } from '../veza/rehearse-point-in-time.ts';

export const rehearsal = pointInTime('base-backup', 'base backup');
