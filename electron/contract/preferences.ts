/** What a person set about the window, kept from one start to the next. Nothing of it is part of the record. */
import { z } from 'zod';

export const Theme = z.enum(['dark', 'light']);
export type Theme = z.infer<typeof Theme>;

export const Preferences = z.object({
  theme: Theme.optional(), // dark where nobody chose
  zoom: z.number().min(-5).max(5).optional(), // Chromium's levels: 0 is 100 %, each step a fifth
  width: z.int().min(800).max(16_384).optional(), // of the page, in CSS pixels
  height: z.int().min(600).max(16_384).optional(),
});
export type Preferences = z.infer<typeof Preferences>;
