import type { ShellBridge } from '../../electron/contract/bridge.ts';

declare global {
  interface Window {
    /** Put there by the preload; absent when the page is opened in an ordinary browser. */
    readonly blackstart?: ShellBridge;
  }
}
