/** Buttons: one primary a screen, bound to Enter; the rest are alternatives. */
import { CornerDownLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { usePrimary } from '../keys/use-keys.tsx';

export function EnterKey() {
  return <kbd aria-label="Enter"><CornerDownLeft size={11} strokeWidth={3} aria-hidden="true" /></kbd>;
}

interface PrimaryProps {
  /** Names what the press would do, down to step, attempt and question: a new id means a new guard against held keys. */
  id: string;
  label: string;
  icon?: ReactNode;
  /** What is missing, said beside the button; the button is dashed until it is there. */
  missing?: string | undefined;
  busy?: boolean;
  onPress(): void;
}

export function Primary({ id, label, icon, missing, busy = false, onPress }: PrimaryProps) {
  const disabled = missing !== undefined || busy;
  usePrimary(id, label, disabled, onPress);
  return (
    <>
      <button type="button" className="btn btn-primary" data-primary="" aria-disabled={disabled} onClick={() => { if (!disabled) onPress(); }}>
        {icon}{label} <EnterKey />
      </button>
      {missing !== undefined && <span className="s13 t2 missing">{missing}</span>}
    </>
  );
}

interface ButtonProps {
  children: ReactNode;
  onPress(): void;
  look?: 'plain' | 'quiet' | 'danger';
  /** The key that does the same; shown, bound elsewhere by `useKeys`. */
  letter?: string;
  tall?: boolean;
  disabled?: boolean;
  pressed?: boolean;
  label?: string;
}

export function Button({ children, onPress, look = 'plain', letter, tall = false, disabled = false, pressed, label }: ButtonProps) {
  const classes = ['btn', look === 'quiet' && 'btn-quiet', look === 'danger' && 'btn-quiet btn-danger', tall && 'btn-tall'].filter(Boolean).join(' ');
  return (
    <button type="button" className={classes} aria-disabled={disabled} aria-pressed={pressed} aria-label={label} onClick={() => { if (!disabled) onPress(); }}>
      {children}{letter !== undefined && <> <kbd>{letter}</kbd></>}
    </button>
  );
}
