import type { StepView } from '../../../../../electron/contract/run.ts';

type Asks = NonNullable<StepView['asks']>;
export type AskOf<K extends Asks['kind']> = Extract<Asks, { kind: K }>;
