import { useLayoutEffect } from 'react';
import type { Mode } from '../../../electron/contract/vocabulary.ts';

/** Which grid the window has, and the frame around it while a run is on screen. */
export function useBody(grid: 'app' | 'run' | 'focus' | 'tt', mode: Mode | null): void {
  useLayoutEffect(() => {
    document.body.className = grid;
    if (mode === null) delete document.body.dataset['mode'];
    else document.body.dataset['mode'] = mode;
  }, [grid, mode]);
}
