import { hostname } from 'node:os';
import { Command } from 'commander';
import type { KitBoard, KitRow, KitState } from '../../contract/kit.ts';
import { kitBoard } from '../../engine/kit/kit-board.ts';
import { pinTools } from '../../engine/kit/pins.ts';
import { withToolbox } from '../../engine/readiness/readiness.ts';
import { toolEnvironment } from '../../engine/tool/environment.ts';
import { EXIT } from '../exit-codes.ts';
import type { Perform } from '../perform.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { importCommand, printLacks, signCommand, verifyCommand } from './kit-refresh.ts';

export function kitCommand(perform: Perform): Command {
  return new Command('kit')
    .description('what this laptop brings to a recovery')
    .addCommand(statusCommand(perform)).addCommand(pinCommand(perform)).addCommand(signCommand(perform)).addCommand(verifyCommand(perform)).addCommand(importCommand(perform));
}

function statusCommand(perform: Perform): Command {
  return new Command('status')
    .description('the kit board: verified on, good until; status 1 while something that blocks a recovery is not proven')
    .addHelpText('after', '\nExample:\n  blackstart kit status --json')
    .action(async (_options: unknown, command: Command) =>
      perform(command, async ({ terminal, reader }) => {
        const folder = reader();
        const board = kitBoard({ ...folder.kit(), laptop: hostname() });
        if (terminal.json) terminal.document({ kit: board });
        else printBoard(terminal, board);
        return board.good_until === null ? EXIT.bad : EXIT.good;
      }),
    );
}

function pinCommand(perform: Perform): Command {
  return new Command('pin')
    .description('from now on want exactly these programs, byte for byte')
    .argument('<tool...>', 'names of programs, as runbooks write them')
    .addHelpText('after', '\nExample:\n  blackstart kit pin pg_restore kubectl')
    .action(async (tools: string[], _options: unknown, command: Command) =>
      perform(command, async ({ terminal, writer, around, dataDir }) => {
        const pins = await pinTools(writer().journal, tools, withToolbox(toolEnvironment(around.env, []), dataDir));
        if (terminal.json) terminal.document({ pins });
        for (const { tool, path, sha256 } of pins) terminal.line(`${tool} is pinned: ${path}, SHA-256 ${sha256}`);
        return EXIT.good;
      }),
    );
}

const MARK: Readonly<Record<KitState, readonly [string, Colour]>> = {
  measured: ['✓', 'green'], said: ['☑', 'green'], overridden: ['◇', 'amber'], expired: ['!', 'amber'], failed: ['✕', 'red'], unknown: ['?', 'amber'],
};

function printBoard(terminal: Terminal, { laptop, good_until, itself, brings_back, pins, imported, words }: KitBoard): void {
  terminal.line(`${terminal.paint('bold', laptop)}: ${good_until === null ? terminal.paint('amber', 'not everything that blocks a recovery is proven') : `good until ${good_until.slice(0, 10)}`}`);
  for (const [title, rows] of [['The kit itself', itself], ['What it would bring back', brings_back]] as const) {
    if (rows.length > 0) terminal.line(title);
    for (const row of rows) printRow(terminal, row);
  }
  for (const { tool, sha256, at } of pins) terminal.line(`  pinned ${tool}, ${at.slice(0, 10)}, SHA-256 ${sha256}`);
  if (imported !== null) printLacks(terminal, imported);
  if (words !== null) terminal.line(`Checkpoint: ${words}`);
}

function printRow(terminal: Terminal, { what, state, found, verified_at, good_until }: KitRow): void {
  const [mark, colour] = MARK[state];
  terminal.line(`  ${terminal.paint(colour, mark)} ${what}: ${found}`);
  if (verified_at !== null) terminal.line(`      verified ${verified_at.slice(0, 10)}, ${good_until === null ? 'not good' : `good until ${good_until.slice(0, 10)}`}`);
}
