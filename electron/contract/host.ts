/**
 * What shell and engine process say to each other besides the page's frames. A page's frames travel over a MessagePort
 * handed to the utility process, or, to an external Node, wrapped in `{page, frame}` over its IPC channel.
 */
import { z } from 'zod';
import { ErrorEnvelope } from './errors.ts';

/** Number of a page's connection; never used twice by one shell. */
const PageNumber = z.int().positive();

export const ShellToEngine = z.union([
  z.object({ page: PageNumber, frame: z.unknown() }).strict(),
  /** `watch`: a page that only listens, to the participants' view of this run. */
  z.object({ page: PageNumber, state: z.literal('open'), watch: z.string().optional() }).strict(),
  z.object({ page: PageNumber, state: z.literal('closed') }).strict(),
  z.object({ shell: z.object({ end: z.literal(true) }).strict() }).strict(),
]);
export type ShellToEngine = z.infer<typeof ShellToEngine>;

/** What the engine tells the shell itself. */
export const ShellNotice = z.union([
  z.object({ alive: z.literal(true) }).strict(), // its first word: it runs, and what it says arrives
  z.object({ ready: z.literal(true) }).strict(), // it serves pages from now on
  z.object({ failed: ErrorEnvelope }).strict(), // it cannot start and is about to end
  z.object({ keepAwake: z.boolean() }).strict(), // a run is under way: no sleep, and no end when the window closes
]);
export type ShellNotice = z.infer<typeof ShellNotice>;

export const EngineToShell = z.union([
  z.object({ page: PageNumber, frame: z.unknown() }).strict(),
  z.object({ shell: ShellNotice }).strict(),
]);
export type EngineToShell = z.infer<typeof EngineToShell>;

/** What the engine process is started with, as JSON in its one argument. */
export const HostOptions = z.object({
  dataDir: z.string(), // absolute
  node: z.string(), // the Node that children run in; a utility process cannot fork
}).strict();
export type HostOptions = z.infer<typeof HostOptions>;
