/** The page's client over a real port pair: what crosses it is cloned, as between page and engine. */
import type { EngineState } from '../../electron/contract/bridge.ts';
import { EngineClient, type Door } from '../../renderer/src/engine-client.ts';

export interface PortClient {
  client: EngineClient;
  far: MessagePort;
  become(state: EngineState): void;
  close(): void;
}

export function openPortClient(): PortClient {
  const { port1, port2 } = new MessageChannel();
  let listener: (state: EngineState) => void = () => undefined;
  const door: Door = {
    post: (frame) => { port1.postMessage(frame); },
    onFrame: (take) => { port1.onmessage = ({ data }: MessageEvent<unknown>) => { take(data); }; },
    onEngine: (take) => { listener = take; take('connected'); },
  };
  return { client: new EngineClient(door), far: port2, become: (state) => { listener(state); }, close: () => { port1.close(); port2.close(); } };
}
