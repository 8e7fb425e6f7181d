/** While escrow is on screen: what looks like a share does not get into any field but the share's own. */
import { useEffect, useEffectEvent, useState } from 'react';
import { shareLikeIn } from './share-like.ts';

type TextHolder = HTMLInputElement | HTMLTextAreaElement;

/** Passphrases may look like anything; they are never shown and go to the engine alone. */
function guarded(target: EventTarget | null): TextHolder | null {
  if (target instanceof HTMLTextAreaElement) return target.readOnly ? null : target;
  return target instanceof HTMLInputElement && (target.type === 'text' || target.type === 'search') ? target : null;
}

/** What the field would hold after the insertion. */
function textAfter(field: TextHolder, inserted: string): string {
  const from = field.selectionStart ?? field.value.length;
  const to = field.selectionEnd ?? from;
  return field.value.slice(0, from) + inserted + field.value.slice(to);
}

/** Said by an element around it: what would look like a share elsewhere is at home there. */
function heldBy(field: TextHolder): 'answer' | 'path' | null {
  const holds = field.closest('[data-holds]')?.getAttribute('data-holds');
  return holds === 'answer' || holds === 'path' ? holds : null;
}

function insertedBy(event: InputEvent): string {
  return event.data ?? event.dataTransfer?.getData('text/plain') ?? '';
}

/** React keeps its own note of a field's value: it has to see the change as one that a person made. */
function empty(field: TextHolder): void {
  field.select();
  field.setRangeText('');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/**
 * Before anything is inserted, by hand, paste or drop: the field that would look like a share is emptied instead, so that
 * what was typed of it does not stay either.
 * @returns what it looked like, until `clear`
 */
export function useShareGuard(): { refused: string | null; clear(): void } {
  const [refused, setRefused] = useState<string | null>(null);
  const judge = useEffectEvent((event: InputEvent) => {
    const field = guarded(event.target);
    if (field === null) return;
    const looksLike = shareLikeIn(heldBy(field), textAfter(field, insertedBy(event)));
    if (looksLike === null) return;
    event.preventDefault();
    empty(field);
    setRefused(looksLike);
  });
  useEffect(() => {
    const listen = (event: InputEvent): void => { judge(event); };
    document.addEventListener('beforeinput', listen, true);
    return () => { document.removeEventListener('beforeinput', listen, true); };
  }, []);
  return { refused, clear: () => { setRefused(null); } };
}
