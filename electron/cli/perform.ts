/** What a command is to the runner: an action on a session, with an exit status for an answer. */
import type { Command } from 'commander';
import type { ExitStatus } from './exit-codes.ts';
import type { Session } from './session.ts';

export type Action = (session: Session) => Promise<ExitStatus>;

/** Hands a command's action to the runner, with the options that were given anywhere on the line. */
export type Perform = (command: Command, action: Action) => Promise<void>;
