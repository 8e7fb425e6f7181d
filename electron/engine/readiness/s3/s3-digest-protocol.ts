/** What the digest thread is asked, and what it answers. */
import { z } from 'zod';

export const DigestQuestion = z.object({
  path: z.string(),
  algorithms: z.array(z.enum(['SHA256', 'SHA1', 'MD5', 'CRC32', 'CRC32C', 'CRC64NVME'])),
  /** Sizes of parts, in bytes: for each, the etag that an object stored in such parts has. */
  parts: z.array(z.int().min(1)),
});
export type DigestQuestion = z.infer<typeof DigestQuestion>;

export const Digests = z.object({
  size: z.int(),
  /** Hex for MD5 and SHA256 of the file, base64 for the rest, as S3 writes them. */
  whole: z.record(z.string(), z.string()),
  /** `MD5-COUNT` by size of the parts. */
  etags: z.array(z.object({ size: z.int(), etag: z.string() })),
});
export type Digests = z.infer<typeof Digests>;

export const DigestMessage = z.union([z.object({ done: z.number() }), Digests]);
