/** The frames between page and engine. The shell passes them on and never reads them. */
import { z } from 'zod';
import { ErrorEnvelope } from './errors.ts';

export const Request = z.object({ id: z.int(), method: z.string(), params: z.unknown() });
export type Request = z.infer<typeof Request>;
export const Response = z.union([z.object({ id: z.int(), result: z.unknown() }), z.object({ id: z.int(), error: ErrorEnvelope })]);
export type Response = z.infer<typeof Response>;
/** Events go in batches: at most one a frame. */
export const EventBatch = z.object({ events: z.array(z.unknown()) });
export type EventBatch = z.infer<typeof EventBatch>;

/** The narrow port that both sides speak through; a MessagePort, a child's IPC channel or a test's pair. */
export interface Port {
  post(frame: Request | Response | EventBatch): void;
  onFrame(listener: (frame: unknown) => void): void;
}
