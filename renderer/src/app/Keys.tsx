/** `?`: the keys of the screen underneath. */
import { useState } from 'react';
import { Button } from '../components/Buttons.tsx';
import { DialogBox } from '../components/DialogBox.tsx';
import { useDesk } from '../keys/use-keys.tsx';

const NAMES: Readonly<Record<string, string>> = { ArrowDown: '↓', ArrowUp: '↑', Enter: 'Enter', Escape: 'Esc' };

export function KeysOverlay({ onClose }: { onClose(): void }) {
  const desk = useDesk();
  // Read once, before the overlay's own layer lies on top.
  const [{ primary, bindings }] = useState(() => desk.bindings(0));
  return (
    <DialogBox title="Keys of this screen" onClose={onClose} actions={<Button onPress={onClose}>Close</Button>}>
      <dl className="kv keylist">
        <dt><kbd>Enter</kbd></dt><dd>{primary === null ? 'the primary action; there is none just now' : primary.label}</dd>
        <dt><kbd>Esc</kbd></dt><dd>close or decide later; never destroys, never answers</dd>
        {bindings.map((binding) => (
          <div key={`${binding.ctrl === true} ${binding.key}`} className="pair">
            <dt><kbd>{binding.ctrl === true ? 'Ctrl ' : ''}{NAMES[binding.key] ?? binding.key.toUpperCase()}</kbd></dt><dd>{binding.label}</dd>
          </div>
        ))}
      </dl>
      <p className="s12 t3 gap-top">Single letters do nothing while a field has the focus. A held Enter acts once.</p>
    </DialogBox>
  );
}
