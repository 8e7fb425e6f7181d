/** The door of the participants' page: it hears, and has no way to say anything. What it exposes is `WallBridge`. */
import { contextBridge, ipcRenderer } from 'electron';
import type { EngineState, WallBridge } from './contract/bridge.ts';

let port: MessagePort | undefined;
let state: EngineState = 'starting';
let onFrame: ((frame: unknown) => void) | undefined;
let onEngine: ((state: EngineState) => void) | undefined;
let newest: unknown;

function become(next: EngineState): void {
  state = next;
  onEngine?.(next);
}

ipcRenderer.on('engine-port', (event) => {
  port?.close();
  port = event.ports[0];
  if (port === undefined) return;
  port.onmessage = (message) => {
    newest = message.data;
    onFrame?.(newest);
  };
  become('connected');
});
ipcRenderer.on('engine-lost', () => {
  port?.close();
  port = undefined;
  become('lost');
});

const bridge: WallBridge = {
  onFrame: (listener) => {
    onFrame = listener;
    if (newest !== undefined) listener(newest);
  },
  onEngine: (listener) => {
    onEngine = listener;
    listener(state);
  },
};
contextBridge.exposeInMainWorld('blackstartWall', bridge);
ipcRenderer.send('participants-ready');
