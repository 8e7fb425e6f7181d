/** Which secrets a check uses, so that nobody is asked to choose among those of the whole runbook. Pure. */
import type { CheckBlock } from '../../../../electron/contract/check.ts';

export function secretsOf(block: CheckBlock): string[] {
  switch (block.kind) {
    case 'known-answer': return [block.secret];
    case 'backup': return [...new Set([block.cipher?.secret, block.key?.secret].filter((name) => name !== undefined))];
    case 'escrow': return [block.key];
    default: return [];
  }
}

/** All secrets of a runbook, those of one check first. */
export function offeredSecrets(all: readonly string[], block: CheckBlock | null): string[] {
  const own = block === null ? [] : secretsOf(block).filter((name) => all.includes(name));
  return [...own, ...all.filter((name) => !own.includes(name))];
}
