/** How an event of a run is written down: its type, and what the journal keeps in `data`. */
import { z } from 'zod';

export function event<T extends string, S extends z.ZodRawShape>(type: T, data: S) {
  return z.object({ type: z.literal(type), data: z.object(data) });
}
