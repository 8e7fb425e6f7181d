/** A dialog: Esc or the scrim's edge never decides anything, Enter does its one primary action. */
import { type ReactNode, useEffect } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { ErrorEnvelope } from '../../../electron/contract/errors.ts';
import { Layer } from '../keys/use-keys.tsx';
import { Fault } from './Fault.tsx';

interface DialogBoxProps {
  title: string;
  /** `alertdialog` where something cannot be undone. */
  role?: 'dialog' | 'alertdialog';
  wide?: boolean;
  /** Beside the Esc key: "decide later", "close". */
  escape?: string;
  error?: ErrorEnvelope | null;
  /** Buttons, the primary last. */
  actions: ReactNode;
  children: ReactNode;
  onClose(): void;
}

export function DialogBox({ title, role = 'dialog', wide = false, escape = 'close', error = null, actions, children, onClose }: DialogBoxProps) {
  // The fault takes room at the foot; the field that it is about stays in sight.
  useEffect(() => { if (error !== null) document.activeElement?.scrollIntoView({ block: 'nearest' }); }, [error]);
  return (
    <ModalOverlay isOpen isDismissable={false} className="scrim" onOpenChange={(open) => { if (!open) onClose(); }}>
      <Modal className={`dialog-holder${wide ? ' wide' : ''}`}>
        <Dialog className="dialog" role={role}>
          <Layer>
            <div className="head"><Heading slot="title" level={1}>{title}</Heading></div>
            <div className="body">
              {children}
            </div>
            <div className="foot">
              {error !== null && <div className="wrong"><Fault error={error} /></div>}
              <button type="button" className="esc" onClick={onClose}><kbd>Esc</kbd> {escape}</button>
              <span className="end">{actions}</span>
            </div>
          </Layer>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
