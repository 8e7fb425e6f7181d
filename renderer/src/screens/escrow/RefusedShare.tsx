import { Primary } from '../../components/Buttons.tsx';
import { DialogBox } from '../../components/DialogBox.tsx';

/** What came into a wrong field is neither shown nor kept; it may still lie in the clipboard. */
export function RefusedShare({ looksLike, onClose }: { looksLike: string; onClose(): void }) {
  return (
    <DialogBox role="alertdialog" title="That does not belong in this field" onClose={onClose} actions={<Primary id={`refused ${looksLike}`} label="Go back to the field" onPress={onClose} />}>
      <div className="stack">
        <p>It looks like {looksLike}. The field was emptied; nothing of it was kept or sent.</p>
        <p className="t2">A share is entered in its own masked field, during a ceremony. If it came out of the clipboard, copy something else now: other programs can read what lies there.</p>
      </div>
    </DialogBox>
  );
}
