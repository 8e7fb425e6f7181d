import type { Mode } from '../../electron/contract/vocabulary.ts';

/** How each mode is called on the frame. */
export const MODE_WORD: Readonly<Record<Mode, string>> = { live: 'Live recovery', rehearsal: 'Rehearsal', tabletop: 'Tabletop' };
