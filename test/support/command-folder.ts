/** A folder of its own for tests of the command line: runbooks and files beside a data folder, both removed at the end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ErrorEnvelope } from '../../electron/contract/errors.ts';
import { blackstart, type CommandResult } from '../integration/command-line.ts';

export interface CommandFolder {
  folder: string;
  data: string;
  /** @returns the path */
  write(name: string, text: string): string;
  /** The command line in this folder, over its data folder. */
  run(...argv: string[]): Promise<CommandResult>;
  remove(): void;
}

/** @param env what the command line finds in its environment besides PATH */
export function commandFolder(env: Readonly<Record<string, string>> = {}): CommandFolder {
  const folder = mkdtempSync(join(tmpdir(), 'cli-'));
  const data = join(folder, 'data');
  return {
    folder, data,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    run: (...argv) => blackstart([...argv, '--data-dir', data], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The error document: the last line on stderr, after the progress. */
export function errorOf({ stderr }: Pick<CommandResult, 'stderr'>): ErrorEnvelope {
  return z.object({ error: ErrorEnvelope }).parse(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).error;
}

/** A runbook with the least front matter; `more` are further lines of it. */
export function wikiRunbook(body: string, more = ''): string {
  return `---
blackstart: 1
id: wiki-restore
title: Bring the wiki back
system: wiki
owner: platform
reviewed: 2026-10-01
severity: high
scenario: The wiki's server is gone.
targets: { rto: 1h }
${more}---

${body}`;
}

export function wikiStep(id: string, yaml: string): string {
  return `\n### ${id}\n\nProse.\n\n\`\`\`yaml step\nid: ${id}\nbudget: 1m\n${yaml}\n\`\`\`\n`;
}
