/** The output of a tool, as a terminal shows it; nothing in it can name the window, open a link or answer the tool. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal as Xterm } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTheme } from '../theme/theme.ts';
import { OutputQueue } from './output-queue.ts';

const SCROLLBACK_LINES = 5_000;
/** Titles, links, colours of the palette, notifications, clipboard, shell integration: none of them is for a tool to set. */
const OSC = [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 17, 19, 50, 52, 99, 104, 105, 110, 111, 112, 117, 119, 133, 633, 777, 1337];

export interface OutputSource {
  /** Calls back with what is there and then with what comes, in order. @returns what ends it */
  follow(write: (bytes: Uint8Array) => void): () => void;
}

/** @param cursor whether a cursor is to be seen: only a tool that asks has one */
function palette(cursor: boolean): Record<'background' | 'foreground' | 'cursor' | 'selectionBackground' | 'scrollbarSliderBackground' | 'scrollbarSliderHoverBackground' | 'scrollbarSliderActiveBackground', string> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return { background: colour('--bg-term'), foreground: colour('--text-term'), cursor: colour(cursor ? '--text-1' : '--bg-term'), selectionBackground: colour('--bg-3'), scrollbarSliderBackground: colour('--line-2'), scrollbarSliderHoverBackground: colour('--line-3'), scrollbarSliderActiveBackground: colour('--line-3') };
}

function muzzle(terminal: Xterm): void {
  for (const ident of OSC) terminal.parser.registerOscHandler(ident, () => true);
  terminal.parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true);
  // Reports that would be typed back (device attributes, status), window operations, mouse tracking by modes.
  for (const final of ['c', 'n', 't']) terminal.parser.registerCsiHandler({ final }, () => true);
  terminal.parser.registerCsiHandler({ prefix: '>', final: 'c' }, () => true);
  terminal.parser.registerCsiHandler({ prefix: '?', final: 'n' }, () => true);
}

/** Pixels, in step with the rest of the page. */
function fontSize(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.75;
}

/**
 * A tool that asks gets every key but F6, which leaves, so that nobody is caught in it. One that does not ask gets none: the
 * page's own keys go on working there, and Page Up, Page Down, Home and End scroll.
 */
function divideKeys(terminal: Xterm, host: HTMLElement, takesKeys: boolean): void {
  const { textarea } = terminal;
  if (takesKeys && textarea !== undefined) textarea.dataset['keys'] = 'own';
  const scroll: Readonly<Record<string, () => void>> = {
    PageUp: () => { terminal.scrollPages(-1); }, PageDown: () => { terminal.scrollPages(1); }, Home: () => { terminal.scrollToTop(); }, End: () => { terminal.scrollToBottom(); },
  };
  terminal.attachCustomKeyEventHandler((event) => {
    if (takesKeys && event.key !== 'F6') return true;
    if (event.type !== 'keydown') return false;
    if (event.key === 'F6') host.closest<HTMLElement>('[role="region"]')?.focus();
    else scroll[event.key]?.();
    return false;
  });
}

interface TerminalProps {
  source: OutputSource;
  label: string;
  /** Keys that a person types while the tool runs on a terminal of its own; absent for all other tools. */
  onType?: ((text: string) => void) | undefined;
}

export function Terminal({ source, label, onType }: TerminalProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const current = useRef<Xterm | null>(null);
  const typed = useEffectEvent((text: string) => { onType?.(text); });
  const takesKeys = onType !== undefined;
  useEffect(() => {
    const host = place.current;
    if (host === null) return undefined;
    const terminal = new Xterm({
      convertEol: true, disableStdin: !takesKeys, scrollback: SCROLLBACK_LINES, fontFamily: 'JetBrains Mono, monospace', fontSize: fontSize(), lineHeight: 1.35,
      theme: palette(takesKeys), cursorBlink: false, cursorInactiveStyle: takesKeys ? 'outline' : 'none', linkHandler: { activate: () => undefined }, allowProposedApi: false, minimumContrastRatio: 4.5,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    muzzle(terminal);
    terminal.open(host);
    terminal.textarea?.setAttribute('aria-label', label);
    divideKeys(terminal, host, takesKeys);
    // Only what a hand typed: what the terminal would answer by itself never reaches the tool.
    const keys = terminal.onKey(({ key }) => { typed(key); });
    const queue = new OutputQueue((bytes, written) => { terminal.write(bytes, written); }, (run) => requestAnimationFrame(run));
    const stop = source.follow((bytes) => { queue.push(bytes); });
    const observer = new ResizeObserver(() => {
      terminal.options.fontSize = fontSize(); // a larger window has larger letters
      fit.fit();
    });
    observer.observe(host);
    current.current = terminal;
    return () => {
      stop();
      queue.end();
      observer.disconnect();
      keys.dispose();
      current.current = null;
      terminal.dispose();
    };
  }, [source, label, takesKeys]);
  useEffect(() => {
    if (current.current !== null) current.current.options.theme = palette(takesKeys);
  }, [theme, takesKeys]);
  return <div className="xterm-place"><div ref={place} /></div>;
}
