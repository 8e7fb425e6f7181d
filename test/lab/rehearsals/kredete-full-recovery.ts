import { fullRecovery } from '../kredete/rehearse-full-recovery.ts';

export const rehearsal = fullRecovery('s3');
