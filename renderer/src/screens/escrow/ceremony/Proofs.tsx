/** The samples that a key was tried on, and what is not here to try it on. */
import type { CeremonyView, SampleProof } from '../../../../../electron/contract/escrow-register.ts';
import { Glyph } from '../../../components/Glyph.tsx';
import { type State, StateWord } from '../../../components/States.tsx';
import { visible } from '../../../visible.ts';

const PROOF: Readonly<Record<SampleProof['verdict'], State>> = {
  opens: { word: 'Opens', shape: 'sensed', tone: 'green' }, refused: { word: 'Does not open', shape: 'failed', tone: 'red' }, 'cannot-tell': { word: 'Cannot tell', shape: 'unknown', tone: 'amber' },
};

export function Proofs({ ceremony: { proofs, goal, quorum } }: { ceremony: CeremonyView }) {
  const untried = goal === 'L4' && quorum !== null && quorum.state !== 'none' && proofs.length === 0;
  if (untried) return <p className="s13 st c-amber"><Glyph shape="needs" tone="amber" />It was tried on no backup: no sample is here.</p>;
  if (proofs.length === 0) return null;
  return (
    <ul className="shares-list">{proofs.map((proof) => <li key={`${proof.set ?? ''} ${proof.which} ${proof.name}`}><span className="grow">{visible(proof.name)} <span className="t3">{proof.which}{proof.set === null ? '' : ` of ${visible(proof.set)}`}{proof.verdict === 'opens' && `, ${proof.strength}`}</span>{proof.verdict !== 'opens' && <span className="s12 t2 block">{visible(proof.detail)}</span>}</span><StateWord state={PROOF[proof.verdict]} /></li>)}</ul>
  );
}
