/** What the engine and its spawner say to each other, over the spawner's IPC channel. */
import { z } from 'zod';

/** One program to start; numbers are given by the engine and never used twice. */
export const StartOrder = z.object({
  start: z.int(),
  program: z.string(), // absolute
  arguments: z.array(z.string()),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  /** Paths that stand for descriptors 0 to 2; null is an input that has nothing in it. */
  stdin: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
}).strict();
export type StartOrder = z.infer<typeof StartOrder>;

export const SpawnerNotice = z.union([
  z.object({ ready: z.literal(true) }).strict(),
  z.object({ started: z.int(), pid: z.int(), startTime: z.string().nullable() }).strict(),
  z.object({ refused: z.int(), code: z.string().nullable() }).strict(), // an errno such as ENOENT; nothing runs
  z.object({ ended: z.int(), exitCode: z.int().nullable(), signal: z.string().nullable() }).strict(),
]);
export type SpawnerNotice = z.infer<typeof SpawnerNotice>;
