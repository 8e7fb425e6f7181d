/** Form fields with their labels. What is typed into secret fields is read once and wiped; it never becomes state. */
import { type ReactNode, type RefObject, useId } from 'react';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
}

function Frame({ label, hint, problem, id, children }: FieldProps & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label className="label" htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && <span className="s12 t3" id={`${id}-hint`}>{hint}</span>}
      {problem !== undefined && problem !== null && <span className="s12 tx c-red" id={`${id}-problem`}>{problem}</span>}
    </div>
  );
}

function describedBy(id: string, props: FieldProps): string | undefined {
  const parts = [props.hint !== undefined && `${id}-hint`, props.problem !== undefined && props.problem !== null && `${id}-problem`].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(' ');
}

interface TextFieldProps extends FieldProps {
  value: string;
  onChange(value: string): void;
  autoFocus?: boolean;
  mono?: boolean;
  placeholder?: string;
  suggestions?: readonly string[];
  onBlur?(): void;
}

export function TextField({ value, onChange, autoFocus = false, mono = false, placeholder, suggestions, onBlur, ...frame }: TextFieldProps) {
  const id = useId();
  return (
    <Frame {...frame} id={id}>
      <input
        id={id} className={`input${mono ? ' mono' : ''}`} value={value} autoFocus={autoFocus} placeholder={placeholder} autoComplete="off" spellCheck={false}
        aria-describedby={describedBy(id, frame)} aria-invalid={frame.problem !== undefined && frame.problem !== null}
        list={suggestions === undefined || suggestions.length === 0 ? undefined : `${id}-list`}
        onChange={(event) => { onChange(event.target.value); }} onBlur={onBlur}
      />
      {suggestions !== undefined && suggestions.length > 0 && (
        <datalist id={`${id}-list`}>{suggestions.map((suggestion) => <option key={suggestion} value={suggestion} />)}</datalist>
      )}
    </Frame>
  );
}

export function TextArea({ value, onChange, autoFocus = false, rows = 3, mono = false, ...frame }: Omit<TextFieldProps, 'suggestions' | 'placeholder' | 'onBlur'> & { rows?: number }) {
  const id = useId();
  return (
    <Frame {...frame} id={id}>
      <textarea id={id} className={`input area${mono ? ' mono' : ''}`} spellCheck={!mono} rows={rows} value={value} autoFocus={autoFocus} aria-describedby={describedBy(id, frame)} onChange={(event) => { onChange(event.target.value); }} />
    </Frame>
  );
}

/** Text to take elsewhere: reached with Tab, it is selected as a whole, so that one key copies it. */
export function CopyField({ value, ...frame }: FieldProps & { value: string }) {
  const id = useId();
  const rows = Math.min(8, value.split('\n').length);
  return (
    <Frame {...frame} id={id}>
      <textarea id={id} className="input area mono" rows={rows} readOnly spellCheck={false} wrap="off" value={value} aria-describedby={describedBy(id, frame)} onFocus={(event) => { event.target.select(); }} />
    </Frame>
  );
}

interface ChoiceFieldProps extends FieldProps {
  value: string;
  onChange(value: string): void;
  options: readonly { value: string; label: string }[];
}

export function SelectField({ value, onChange, options, ...frame }: ChoiceFieldProps) {
  const id = useId();
  return (
    <Frame {...frame} id={id}>
      <select id={id} className="input" value={value} aria-describedby={describedBy(id, frame)} onChange={(event) => { onChange(event.target.value); }}>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </Frame>
  );
}

/** A field whose content is never React state. The owner reads it through `source` when it submits, and wipes it. */
export function PassphraseField({ source, autoFocus = false, onPresence, ...frame }: FieldProps & { source: RefObject<HTMLInputElement | null>; autoFocus?: boolean; onPresence(present: boolean): void }) {
  const id = useId();
  return (
    <Frame {...frame} id={id}>
      <input id={id} ref={source} className="input" type="password" autoComplete="off" autoFocus={autoFocus} aria-describedby={describedBy(id, frame)} onChange={(event) => { onPresence(event.target.value !== ''); }} />
    </Frame>
  );
}

/** Takes the text out of a field and leaves it empty. */
export function takeText(source: RefObject<HTMLInputElement | HTMLTextAreaElement | null>): string {
  const field = source.current;
  if (field === null) return '';
  const text = field.value;
  field.value = '';
  return text;
}

/** The same as bytes. Whoever takes them overwrites them after the frame has gone. */
export function takeBytes(source: RefObject<HTMLInputElement | null>): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(takeText(source));
}

export function CheckField({ label, checked, onChange }: { label: ReactNode; checked: boolean; onChange(checked: boolean): void }) {
  return (
    <label className="check"><input type="checkbox" checked={checked} onChange={(event) => { onChange(event.target.checked); }} /><span>{label}</span></label>
  );
}

interface RadioFieldProps {
  legend: string;
  hideLegend?: boolean;
  value: string;
  onChange(value: string): void;
  options: readonly { value: string; label: ReactNode; detail?: string }[];
  autoFocus?: boolean;
  /** Side by side, for short words. */
  inline?: boolean;
}

export function RadioField({ legend, hideLegend = false, value, onChange, options, autoFocus = false, inline = false }: RadioFieldProps) {
  const name = useId();
  return (
    <fieldset className={`radios${inline ? ' inline' : ''}`}>
      <legend className={hideLegend ? 'sr' : 'label'}>{legend}</legend>
      {options.map((option, index) => (
        <label key={option.value} className={`radio${option.value === value ? ' on' : ''}`}>
          <input type="radio" name={name} value={option.value} checked={option.value === value} autoFocus={autoFocus && index === 0} onChange={() => { onChange(option.value); }} />
          <span className="grow">{option.label}{option.detail !== undefined && <span className="s12 t2 block">{option.detail}</span>}</span>
        </label>
      ))}
    </fieldset>
  );
}
