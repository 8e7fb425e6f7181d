import type { Dependent } from '../../../../electron/contract/outage.ts';
import { StateMark } from '../../components/States.tsx';
import { visible } from '../../visible.ts';

const STUCK = { word: 'No other way', shape: 'failed', tone: 'red' } as const;
const OTHERWISE = { word: 'Another way', shape: 'needs', tone: 'amber' } as const;
const LESS = { word: 'Only a warning', shape: 'unknown', tone: 'grey' } as const;
const KIND = { step: 'Step', check: 'Check', secret: 'Secret', audience: 'Message' } as const;

/** What leans on a dead thing: red without another way, amber with one. */
export function Dependents({ dependents }: { dependents: readonly Dependent[] }) {
  return (
    <ul className="dependents">
      {dependents.map(({ kind, id, title, otherwise, vital }) => {
        const state = otherwise !== null ? OTHERWISE : vital ? STUCK : LESS;
        return (
          <li key={`${kind} ${id}`}>
            <StateMark state={state} />
            <div><span className="s12 t3">{KIND[kind]}</span> {kind === 'secret' ? <b className="med">{visible(id)}</b> : visible(title)}<div className="s12 t2">{otherwise === null ? `${state.word}.` : `Instead: ${visible(otherwise)}`}</div></div>
          </li>
        );
      })}
    </ul>
  );
}
