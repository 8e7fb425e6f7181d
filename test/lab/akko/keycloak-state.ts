/** What the stand-in for Keycloak knows. */
import { z } from 'zod';

const User = z.strictObject({
  id: z.string(), username: z.string(), enabled: z.boolean(), sessions: z.int().min(0),
  salt: z.string(), passwordHash: z.string(),
  /** Milliseconds since 1970. */
  passwordAt: z.int(),
});
export type KeycloakUser = z.infer<typeof User>;

export const KeycloakState = z.strictObject({ realm: z.string(), administrator: z.strictObject({ username: z.string(), password: z.string() }), users: z.array(User) });
export type KeycloakState = z.infer<typeof KeycloakState>;
