import type { Dependency, Dependent } from '../contract/outage.ts';
import type { Terminal } from './terminal.ts';

export function printDependency(terminal: Terminal, { on, because, dependents }: Dependency): void {
  terminal.line(`  ${terminal.paint('red', '✕')} ${on} ${because === 'marked' ? 'is marked as dead' : 'is what this scenario has lost'}`);
  for (const dependent of dependents) printDependent(terminal, dependent);
}

export function printDependent(terminal: Terminal, { kind, title, otherwise, vital }: Dependent): void {
  const way = otherwise === null ? (vital ? terminal.paint('red', 'no other way') : 'no other way, but only a warning') : `instead: ${otherwise}`;
  terminal.line(`      ${kind} “${title}”: ${way}`);
}
