/** What was typed into a dialog and not sent: Esc closes, and opening it again finds the words. Never for secrets. */
import { useState } from 'react';

const drafts = new Map<string, string>();

export function useDraft(key: string): [string, (text: string) => void, () => void] {
  const [text, setText] = useState(() => drafts.get(key) ?? '');
  const write = (next: string): void => {
    drafts.set(key, next);
    setText(next);
  };
  return [text, write, () => { drafts.delete(key); }];
}
