/** The ways in which people are told. */
import { z } from 'zod';

export const ChannelName = z.enum(['phone', 'email', 'sms', 'chat', 'status-page']);
export type ChannelName = z.infer<typeof ChannelName>;
