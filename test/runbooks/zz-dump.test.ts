import { writeFileSync, mkdirSync } from 'node:fs';
import { it } from 'vitest';
import { renderRunbook } from '../support/rendered-runbook.tsx';
import { shippedRunbooks } from '../support/shipped-runbooks.ts';
it('dumps', () => {
  mkdirSync('/tmp/rendered', { recursive: true });
  for (const r of shippedRunbooks()) writeFileSync(`/tmp/rendered/${r.front.id}.txt`, [...renderRunbook(r)].map(([k, v]) => `@@ ${k}\n${v}`).join('\n\n'));
});
