import { expect, it } from 'vitest';
import { inOrder } from '../../electron/contract/order.ts';

it('orders texts by their characters’ numbers, whatever the laptop’s language', () => {
  expect(['z', 'ä', 'B', 'a', '2026-10-01', '2026-09-30', 'a'].sort(inOrder)).toEqual(['2026-09-30', '2026-10-01', 'B', 'a', 'a', 'z', 'ä']);
});
