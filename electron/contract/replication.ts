/** Copies of the record in an object store whose versions nobody can delete before their time. */
import { z } from 'zod';
import { Period } from './scalars.ts';

/** One attempt, from its two events in the journal. Times RFC 3339 UTC, sizes in bytes. */
export const Replication = z.object({
  id: z.string(), // of the event that announced it
  /** `open`: announced, and neither done nor given up: it is under way, or was cut off. `differs`: done, and the check afterwards found problems. */
  state: z.enum(['open', 'done', 'differs', 'failed']),
  to: z.string(), // s3://BUCKET/PREFIX, as it was asked for
  folder: z.string(), // s3://BUCKET/PREFIX/LAPTOP-KEYID: where this laptop's record lies
  endpoint: z.string().nullable(), // null: AWS itself
  by: z.string().nullable(),
  started_at: z.string(), ended_at: z.string().nullable(),
  entries: z.int(), // up to which entry
  signed: z.int(), // up to which entry a checkpoint signs them; less than `entries` while the device key is locked
  objects: z.int().nullable(), // that make up the copy
  created: z.int().nullable(), bytes: z.int().nullable(), // of them, by this attempt
  locked_until: z.string().nullable(), // the earliest end of a lock among them
  credentials: z.string().nullable(), // where the keys came from
  problems: z.array(z.string()), // what the check afterwards found
  reason: z.string().nullable(), // of a failed one
});
export type Replication = z.infer<typeof Replication>;

/** What a person asks for. `credentials`: as an S3 check names them; `retain`: how long no version can be deleted. */
export const ReplicationRequest = z.object({
  to: z.string().max(1100), endpoint: z.string().max(500).optional(), credentials: z.string().max(500).optional(), retain: Period.optional(), by: z.string().max(200).optional(),
}).strict();
export type ReplicationRequest = z.infer<typeof ReplicationRequest>;

export const ReplicationProgress = z.object({ doing: z.string(), done: z.int(), total: z.int() }); // objects
export type ReplicationProgress = z.infer<typeof ReplicationProgress>;
