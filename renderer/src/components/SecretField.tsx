import { type RefObject, useId } from 'react';

interface SecretFieldProps {
  label: string;
  field: RefObject<HTMLTextAreaElement | null>;
  bytes: number;
  onBytes(bytes: number): void;
  autoFocus?: boolean;
}

/** Shown as discs, counted in bytes, never revealed. Several lines may be pasted; Enter hands it over, Shift Enter breaks the line. */
export function SecretField({ label, field, bytes, onBytes, autoFocus = false }: SecretFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label className="label" htmlFor={id}>{label}</label>
      <textarea
        id={id} ref={field} className="input area secret" rows={2} data-enter="submits" spellCheck={false} autoComplete="off" autoFocus={autoFocus} aria-describedby={`${id}-hint`}
        onChange={(event) => { onBytes(new TextEncoder().encode(event.target.value).length); }}
      />
      <span className="s12 t3" id={`${id}-hint`}>{bytes === 0 ? 'Never shown, never in the record; only its length is.' : `${bytes} bytes. Never shown, never in the record; only its length is.`}</span>
    </div>
  );
}

/** The bytes of the field, which is left empty. Whoever takes them wipes them after the frame has gone. */
export function takeSecret(field: RefObject<HTMLTextAreaElement | null>): Uint8Array<ArrayBuffer> {
  const area = field.current;
  if (area === null) return new Uint8Array();
  const bytes = new TextEncoder().encode(area.value);
  area.value = '';
  return bytes;
}
