/** The library of injects that fit any runbook: a file of inject blocks beside the shipped runbooks, in their format. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../contract/errors.ts';
import { type Inject, InjectBlock } from '../../contract/runbook.ts';
import { decodeRunbook } from '../runbook/limits.ts';
import { readOutline } from '../runbook/outline.ts';
import { firstError, readRunbookFile } from '../runbook/parse.ts';
import { validate } from '../runbook/validate.ts';
import { readBlock } from '../runbook/yaml-block.ts';
import { findInstallation } from '../installation.ts';

export const STOCK_FILE = join('stock', 'injects.md');

/**
 * The first folder that has a library decides; without one, that of the installation.
 * @throws EngineError `refused` with the place of the first error in it
 */
export function readStock(runbookDirs: readonly string[]): Inject[] {
  const path = [...runbookDirs, findInstallation().runbooks].map((folder) => join(folder, STOCK_FILE)).find((file) => existsSync(file));
  return path === undefined ? [] : parseStock(readRunbookFile(path), path);
}

/** @throws EngineError `refused` */
export function parseStock(bytes: Uint8Array, path: string): Inject[] {
  const decoded = decodeRunbook(bytes);
  if ('finding' in decoded) throw firstError([decoded.finding], path);
  const fences = readOutline(decoded.text).sections.flatMap((section) => section.fences).filter(({ info }) => info === 'yaml inject');
  const injects = fences.map((fence) => {
    const block = readBlock(fence.text, { contentLine: fence.contentLine, indent: fence.indent });
    const checked = validate(InjectBlock, block);
    if (block.findings.length > 0 || !checked.ok) throw firstError([...block.findings, ...(checked.ok ? [] : checked.findings)], path);
    return checked.value;
  });
  const ids = injects.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new EngineError('refused', `${path} has two injects "${twice}".`, { hint: 'Give each an id of its own.', at: { file: path } });
  return injects;
}
