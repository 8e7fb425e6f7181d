/** The page's only door. It runs sandboxed, before the page, in a world of its own; what it exposes is `ShellBridge`. */
import { contextBridge, ipcRenderer } from 'electron';
import type { ChooseOpen, ChooseSave, EngineState, OpenParticipants, ParticipantsState, PrintPdf, ShellBridge } from './contract/bridge.ts';

let port: MessagePort | undefined;
let state: EngineState = 'starting';
let onFrame: ((frame: unknown) => void) | undefined;
let onEngine: ((state: EngineState) => void) | undefined;
/** Frames that came before the page listened. */
let early: unknown[] = [];
let wall: ParticipantsState = { run: null };
let onWall: ((state: ParticipantsState) => void) | undefined;

function become(next: EngineState): void {
  state = next;
  onEngine?.(next);
}

function take(frame: unknown): void {
  if (onFrame === undefined) early.push(frame);
  else onFrame(frame);
}

ipcRenderer.on('engine-port', (event) => {
  port?.close();
  port = event.ports[0];
  if (port === undefined) return;
  port.onmessage = (message) => take(message.data);
  become('connected');
});
ipcRenderer.on('engine-lost', () => {
  port?.close();
  port = undefined;
  early = [];
  become('lost');
});

ipcRenderer.on('participants', (_event, state: ParticipantsState) => {
  wall = state;
  onWall?.(state);
});

const bridge: ShellBridge = {
  post: (frame) => port?.postMessage(frame),
  onFrame: (listener) => {
    onFrame = listener;
    for (const frame of early.splice(0)) listener(frame);
  },
  onEngine: (listener) => {
    onEngine = listener;
    listener(state);
  },
  chooseOpen: (question: ChooseOpen) => ipcRenderer.invoke('choose-open', question),
  chooseSave: (question: ChooseSave) => ipcRenderer.invoke('choose-save', question),
  keepTheme: (theme) => ipcRenderer.send('keep-theme', theme),
  printPdf: (document: PrintPdf) => ipcRenderer.invoke('print-pdf', document),
  openParticipants: (question: OpenParticipants) => ipcRenderer.invoke('open-participants', question),
  onParticipants: (listener) => {
    onWall = listener;
    listener(wall);
  },
};
contextBridge.exposeInMainWorld('blackstart', bridge);
ipcRenderer.send('page-ready');
