import { kravnRehearsal } from '../kravn/rehearse-kravn.ts';

export const rehearsal = kravnRehearsal('mysql');
