/**
 * What the shell gives the page: `window.blackstart`, and nothing else. Frames pass through unread; the few shell calls
 * are those that need a window (choosing a path, printing).
 */
import { z } from 'zod';
import type { Theme } from './preferences.ts';

/** Whether frames reach the engine just now. After `lost` or `starting` every call under way is void: ask again at `connected`. */
export const EngineState = z.enum(['starting', 'connected', 'lost']);
export type EngineState = z.infer<typeof EngineState>;

/** One kind of file in an open or save dialog; extensions without the dot. */
const FileKind = z.object({ name: z.string().max(200), extensions: z.array(z.string().max(20)).max(20) }).strict();

export const ChooseOpen = z.object({ title: z.string().max(200), kinds: z.array(FileKind).max(10), folder: z.boolean().optional() }).strict();
export type ChooseOpen = z.infer<typeof ChooseOpen>;
export const ChooseSave = z.object({ title: z.string().max(200), name: z.string().max(200), kinds: z.array(FileKind).max(10) }).strict();
export type ChooseSave = z.infer<typeof ChooseSave>;
/** A finished, self-contained HTML document; scripts in it do not run and nothing is fetched for it. */
export const PrintPdf = z.object({ html: z.string().max(64 * 1024 * 1024), name: z.string().max(200) }).strict();
export type PrintPdf = z.infer<typeof PrintPdf>;
/** An absolute path, or null when the person cancelled. */
export const ChosenPath = z.string().nullable();
export type ChosenPath = z.infer<typeof ChosenPath>;

/** The run that the participants' window shows; null while there is no such window. */
export const ParticipantsState = z.object({ run: z.string().nullable() }).strict();
export type ParticipantsState = z.infer<typeof ParticipantsState>;
export const OpenParticipants = z.object({ run: z.string().max(200) }).strict();
export type OpenParticipants = z.infer<typeof OpenParticipants>;

/** What the participants' page is given: `window.blackstartWall`. Frames are `ParticipantsView`s, the newest counts. */
export interface WallBridge {
  onFrame(listener: (frame: unknown) => void): void;
  onEngine(listener: (state: EngineState) => void): void;
}

export interface ShellBridge {
  /** Sends a frame of contract/rpc.ts to the engine; dropped while the state is not `connected`. */
  post(frame: unknown): void;
  /** One listener; a later one replaces it. */
  onFrame(listener: (frame: unknown) => void): void;
  /** One listener; called at once with the present state, then at every change. */
  onEngine(listener: (state: EngineState) => void): void;
  chooseOpen(question: ChooseOpen): Promise<ChosenPath>;
  chooseSave(question: ChooseSave): Promise<ChosenPath>;
  /** Remembers what the person chose; the next page comes in it. */
  keepTheme(theme: Theme): void;
  /** Asks where to, prints the document there as A4 and answers with the path. Rejects with a plain message when it could not be written. */
  printPdf(document: PrintPdf): Promise<ChosenPath>;
  /** Opens the participants' window on a second screen where there is one, or brings it to the front. */
  openParticipants(question: OpenParticipants): Promise<void>;
  /** One listener; called at once with the present state, then at every change. */
  onParticipants(listener: (state: ParticipantsState) => void): void;
}
