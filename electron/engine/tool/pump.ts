/** Carries a stream's bytes through a mask to their taker, one chunk at a time. */
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { MaskedStream } from './redactor.ts';

export interface Pump {
  /** Resolves at the end of the stream. Never rejects. */
  closed: Promise<void>;
  /**
   * Hands over what the mask still holds back; bytes that come later are thrown away. The pipe stays open, so that a
   * service which the tool left running does not die of SIGPIPE at its next line.
   */
  finish(): Promise<void>;
}

/** @param take must not reject; the next chunk is read when it resolves */
export function pump(stream: Readable, masked: MaskedStream, take: (bytes: Uint8Array) => Promise<void>): Pump {
  let finished = false;
  const carry = async (): Promise<void> => {
    try {
      for await (const chunk of stream) {
        const bytes: unknown = chunk;
        if (!finished && bytes instanceof Uint8Array) await take(masked.push(bytes));
      }
    } catch {
      // A pipe that breaks while it is read has ended.
    }
  };
  return {
    closed: carry(),
    async finish() {
      finished = true;
      if (stream instanceof Socket) stream.unref();
      await take(masked.end());
    },
  };
}
