import { describe, expect, it } from 'vitest';
import { withoutFinalNewline } from '../../../electron/engine/secrets/final-newline.ts';

const text = (written: string): string => Buffer.from(withoutFinalNewline(Buffer.from(written))).toString();

describe('one final newline', () => {
  it('is dropped, of Unix and of Windows, and no more than one', () => {
    expect(['key\n', 'key\r\n', 'key', 'key\n\n', 'key\r', '\n', ''].map(text)).toEqual(['key', 'key', 'key', 'key\n', 'key\r', '', '']);
  });
});
