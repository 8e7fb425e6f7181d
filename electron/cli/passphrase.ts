/** A person's passphrase: from the environment variable that was named, or asked for; never from the command line itself. */
import { EngineError } from '../contract/errors.ts';
import { askHidden } from './prompt.ts';
import type { Session } from './session.ts';

/** @throws EngineError `usage` for an empty variable, `waiting` when nobody can be asked */
export async function readPassphrase({ around, terminal }: Session, variable: string | undefined): Promise<string> {
  if (variable !== undefined) {
    const value = around.env[variable];
    if (value === undefined || value === '') throw new EngineError('usage', `The environment variable ${variable} holds no passphrase.`, { hint: `Set ${variable} for this one command.` });
    return value;
  }
  if (!terminal.interactive) throw new EngineError('waiting', 'A passphrase is needed, and nobody can be asked.', { hint: 'Name an environment variable with --passphrase-env.' });
  return askHidden(around, 'Passphrase: ');
}
