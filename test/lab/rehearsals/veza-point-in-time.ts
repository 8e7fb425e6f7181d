import { pointInTime } from '../veza/rehearse-point-in-time.ts';

export const rehearsal = pointInTime('pgbackrest', 'pgBackRest');
