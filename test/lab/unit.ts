/** One counterpart of the real world that the lab can start: a server, a cluster, an authority. */

export interface LabUnit {
  readonly name: string;
  /** One line for a person. */
  readonly what: string;
  /** `real`: the program itself; `emulated`: another program that speaks its interface; `stand-in`: ours, doing the documented thing. */
  readonly fidelity: 'real' | 'emulated' | 'stand-in';
  /** Names of the units that must be up before this one. */
  readonly needs: readonly string[];
  /** Why it cannot run on this machine, in words for a person, or null. Changes nothing: what `up` may install is not missing. */
  missing(): Promise<string | null>;
  /** Starts it, or leaves it alone when it is up. Rejects with the reason when it does not come up, after it has ended what it had started. */
  up(place: LabPlace): Promise<void>;
  /** Ends whatever of it is there, also after half a start, and removes its state. Nothing to end is no error. */
  down(place: LabPlace): Promise<void>;
  /** What it offers: addresses, files; null when it is down. */
  status(place: LabPlace): Promise<Readonly<Record<string, string>> | null>;
}

export interface LabPlace {
  /** State of this lab; removed by down. A unit keeps its own in the folder of its name. */
  state: string;
  /** Built once, kept: outside the checkout (~/.cache/blackstart-lab or BLACKSTART_LAB_CACHE). */
  cache: string;
}

export type Fidelity = LabUnit['fidelity'];
