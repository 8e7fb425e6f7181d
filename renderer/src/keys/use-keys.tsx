/** The key desk in React: a layer a screen or dialog, bindings and one primary action in it. */
import { createContext, type ReactNode, useContext, useEffect, useEffectEvent, useState } from 'react';
import { type Binding, type Focus, KeyDesk, KeyLayer } from './key-desk.ts';

const DeskContext = createContext<KeyDesk | null>(null);
const LayerContext = createContext<KeyLayer | null>(null);

function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return 'none';
  if (target.dataset['palette'] !== undefined || target.dataset['keys'] === 'own') return 'menu';
  if (target.dataset['primary'] !== undefined) return 'primary';
  if (target.dataset['keys'] === 'line') return 'line'; // takes characters itself, as a field of one line does
  // Output that nobody can write into, which scrolls.
  if (target instanceof HTMLTextAreaElement && target.readOnly) return 'arrows';
  if (target instanceof HTMLTextAreaElement) return target.dataset['enter'] === 'submits' ? 'line' : 'text';
  if (target instanceof HTMLInputElement) return target.type === 'radio' ? 'arrows' : target.type === 'checkbox' ? 'none' : 'line';
  if (target instanceof HTMLSelectElement) return 'menu';
  if (target.isContentEditable) return 'text';
  if (target.closest('[role="menu"], [role="listbox"]') !== null) return 'menu';
  if (target.closest('button, a, summary') !== null) return 'native';
  if (target.tabIndex === 0) return 'arrows';
  return 'none';
}

export function KeyDeskProvider({ children }: { children: ReactNode }) {
  const [desk] = useState(() => new KeyDesk(() => performance.now()));
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (!desk.down(event, focusOf(event.target))) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const up = (event: KeyboardEvent): void => { desk.up(event.key); };
    const blur = (): void => { desk.blur(); };
    window.addEventListener('keydown', down, true);
    window.addEventListener('keyup', up, true);
    window.addEventListener('blur', blur);
    return () => {
      window.removeEventListener('keydown', down, true);
      window.removeEventListener('keyup', up, true);
      window.removeEventListener('blur', blur);
    };
  }, [desk]);
  return <DeskContext value={desk}><Layer>{children}</Layer></DeskContext>;
}

/** Everything inside speaks for itself while it is mounted; what lies under it hears no keys. */
export function Layer({ children }: { children: ReactNode }) {
  const desk = useDesk();
  const [layer] = useState(() => new KeyLayer());
  useEffect(() => {
    desk.open(layer);
    return () => { desk.close(layer); };
  }, [desk, layer]);
  return <LayerContext value={layer}>{children}</LayerContext>;
}

export function useDesk(): KeyDesk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('Keys were used outside the key desk');
  return desk;
}

function useLayer(): KeyLayer {
  const layer = useContext(LayerContext);
  if (layer === null) throw new Error('Keys were used outside a layer');
  return layer;
}

export function useKeys(bindings: readonly Binding[]): void {
  const layer = useLayer();
  const shape = bindings.map((binding) => `${binding.ctrl === true ? 'ctrl ' : ''}${binding.key} ${binding.label}`).join('|');
  const press = useEffectEvent((index: number) => { bindings[index]?.run(); });
  const describe = useEffectEvent(() => bindings.map((binding, index): Binding => ({ ...binding, run: () => { press(index); } })));
  useEffect(() => {
    const own = describe();
    layer.bindings.add(own);
    return () => { layer.bindings.delete(own); };
  }, [layer, shape]);
}

/** Registers the layer's one primary action while mounted. */
export function usePrimary(id: string, label: string, disabled: boolean, run: () => void): void {
  const layer = useLayer();
  const desk = useDesk();
  const press = useEffectEvent(run);
  useEffect(() => {
    const withdraw = layer.offer({ id, label, disabled, run: () => { press(); } });
    desk.present();
    return () => {
      withdraw();
      desk.present();
    };
  }, [layer, desk, id, label, disabled]);
}
