/** Small pictures of amounts. Each has its words beside it; they are for the eye only. */
import type { CSSProperties } from 'react';
import type { Tone } from './Glyph.tsx';
import { ProofLevel } from '../../../electron/contract/vocabulary.ts';

const RUNGS = ProofLevel.options;

/** From "restored" on it is a backup; below that it is only a file. */
export function countsAsBackup(level: ProofLevel): boolean {
  return RUNGS.indexOf(level) >= RUNGS.indexOf('restored');
}

/** @param level the rung that is proven. @param failed the rung that did not hold */
export function Ladder({ level, failed }: { level: ProofLevel | null; failed?: ProofLevel | null }) {
  const reached = level === null ? -1 : RUNGS.indexOf(level);
  const tone: Tone = level !== null && countsAsBackup(level) ? 'green' : 'grey';
  return (
    <span className={`ladder c-${tone}`} aria-hidden="true">
      {RUNGS.map((rung, index) => <i key={rung} className={rung === failed ? 'bad' : index <= reached ? 'on' : ''} />)}
    </span>
  );
}

/** A value against its target; past it the bar is red and the notch lies within. */
export function Meter({ value, target, tone }: { value: number | null; target: number | null; tone?: Tone }) {
  if (value === null) return <span className="meter" />;
  const over = target !== null && value > target;
  const style: CSSProperties & Record<'--v' | '--t', string> = {
    '--v': target === null || target === 0 ? '0%' : `${Math.min(100, (value / target) * 100)}%`,
    '--t': over ? `${(target / value) * 100}%` : '100%',
  };
  const shade = over ? 'red' : tone;
  return <span className={`meter${shade === undefined ? '' : ` c-${shade}`}`} style={style}><i />{target !== null && <b />}</span>;
}
