/** Signed statements of what the journal held: `checkpoints/SIZE.note`, C2SP tlog-checkpoints. */
import { EngineError } from '../../contract/errors.ts';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openNote } from '../note/note.ts';
import type { Verifier } from '../note/note.ts';
import { makeFolder, writeDurably } from './durable-file.ts';
import type { Position } from './event.ts';
import { MerkleFrontier } from './merkle.ts';

export interface TreeHead {
  size: number;
  hash: string; // hex
}

/** Three lines: the log's name (that of its device key), the number of entries, the root in base64. */
export function checkpointText(origin: string, head: TreeHead): string {
  return `${origin}\n${head.size}\n${Buffer.from(head.hash, 'hex').toString('base64')}\n`;
}

function parseCheckpoint(text: string, origin: string): TreeHead | null {
  const [name, size, root, end] = text.split('\n');
  if (name !== origin || size === undefined || root === undefined || end !== '' || !/^(?:0|[1-9]\d{0,14})$/u.test(size)) return null;
  const hash = Buffer.from(root, 'base64').toString('hex');
  return hash.length === 64 ? { size: Number(size), hash } : null;
}

/**
 * `SIZE.note` are the record. `frontier` and `head` are hints that need no trust: the first is checked against a signed
 * root before use and saves hashing the whole journal at start; the second tells of a tail that was lost since the last
 * checkpoint by accident (a deleted `-wal`), and of nothing that an attacker could not also edit.
 */
export class CheckpointFolder {
  readonly #folder: string;
  #headFile: number | null = null;

  /** Only for the holder of the data folder's lock: clears what a crash left half-written. */
  constructor(folder: string) {
    makeFolder(folder);
    this.#folder = folder;
    for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name));
  }

  has(size: number): boolean {
    return existsSync(join(this.#folder, `${size}.note`));
  }

  /** Never overwrites: a second history of the same size gets a name of its own, and both stay as evidence. */
  write(size: number, note: string): void {
    const names = [`${size}.note`, ...Array.from({ length: 99 }, (_, index) => `${size}.${index + 2}.note`)];
    const name = names.find((candidate) => !existsSync(join(this.#folder, candidate)) || readFileSync(join(this.#folder, candidate), 'utf8') === note);
    if (name === undefined) throw new EngineError('refused', `There are too many different checkpoints of ${size} entries.`);
    writeDurably(join(this.#folder, name), note, 0o644);
  }

  /** The largest one that this device signed; `damage` names a larger one that it did not. */
  newest(device: Verifier): { head: TreeHead | null; damage: string | null } {
    const sizes = readdirSync(this.#folder).flatMap((name) => /^([1-9]\d{0,14})\.note$/u.exec(name)?.[1] ?? []);
    let damage: string | null = null;
    for (const size of sizes.map(Number).sort((left, right) => right - left)) {
      const head = this.#open(readFileSync(join(this.#folder, `${size}.note`)), device);
      if (head?.size === size) return { head, damage };
      damage ??= `checkpoints/${size}.note is not a checkpoint of this device's record`;
    }
    return { head: null, damage };
  }

  /** Roots that this device signed, by the number of entries; a second history has more than one of the same size. */
  signed(device: Verifier): Map<number, string[]> {
    const heads = readdirSync(this.#folder).filter((name) => /^[1-9]\d{0,14}(?:\.\d+)?\.note$/u.test(name)).flatMap((name) => this.#open(readFileSync(join(this.#folder, name)), device) ?? []);
    const bySize = new Map<number, string[]>();
    for (const { size, hash } of heads) bySize.set(size, [...(bySize.get(size) ?? []), hash]);
    return bySize;
  }

  #open(note: Uint8Array, device: Verifier): TreeHead | null {
    try {
      return parseCheckpoint(openNote(note, [device]).text, device.name);
    } catch (thrown) {
      if (thrown instanceof EngineError) return null;
      throw thrown;
    }
  }

  /** The frontier at `head`, when the hint is there and its root is the signed one. */
  frontierAt(head: TreeHead): MerkleFrontier | null {
    try {
      const subtrees = readFileSync(join(this.#folder, 'frontier'), 'utf8').split('\n').filter((line) => /^[0-9a-f]{64}$/u.test(line));
      const frontier = new MerkleFrontier(head.size, subtrees);
      return frontier.root() === head.hash ? frontier : null;
    } catch {
      return null;
    }
  }

  writeFrontier(frontier: MerkleFrontier): void {
    writeDurably(join(this.#folder, 'frontier'), `${frontier.subtrees.join('\n')}\n`, 0o644);
  }

  readHead(): Position | null {
    try {
      const [, seq, leaf] = /^(\d{1,15}) +([0-9a-f]{64})\n$/u.exec(readFileSync(join(this.#folder, 'head'), 'utf8')) ?? [];
      return seq === undefined || leaf === undefined ? null : { seq: Number(seq), leaf };
    } catch {
      return null;
    }
  }

  /** One small write in place, not synced: after a power cut it may lag behind the journal, never lead it. */
  writeHead({ seq, leaf }: Position): void {
    this.#headFile ??= openSync(join(this.#folder, 'head'), existsSync(join(this.#folder, 'head')) ? 'r+' : 'w+', 0o644);
    writeSync(this.#headFile, `${String(seq).padEnd(15)} ${leaf}\n`, 0);
  }

  close(): void {
    if (this.#headFile !== null) closeSync(this.#headFile);
    this.#headFile = null;
  }
}
