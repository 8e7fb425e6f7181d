import type { ShellBridge, WallBridge } from '../../electron/contract/bridge.ts';

declare global {
  interface Window {
    /** Put there by the preload; absent when the page is opened in an ordinary browser. */
    readonly blackstart?: ShellBridge;
    /** The same for the participants' page. */
    readonly blackstartWall?: WallBridge;
  }
}
