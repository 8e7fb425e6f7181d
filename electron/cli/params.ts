/** `--param NAME=VALUE`, repeated. */
import { InvalidArgumentError } from 'commander';

export function collectParam(text: string, all: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A parameter reads NAME=VALUE.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}
