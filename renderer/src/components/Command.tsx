import { Fragment } from 'react';
import { commandLines, type Piece } from '../command-line.ts';

const CLASS = { secret: 'mask', param: 'param' } as const;

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, index) => (piece.kind === 'text' ? <Fragment key={index}>{piece.text}</Fragment> : <span key={index} className={CLASS[piece.kind]}>{piece.text}</span>));
}

/** The program exactly as it runs; the stages of a pipe one under the other. */
export function Command({ commands, label = 'Command' }: { commands: readonly (readonly string[])[]; label?: string }) {
  if (commands.length === 0) return null;
  return (
    <div className="cmd" role="group" aria-label={label} translate="no">
      {commands.map((argv, stage) => (
        <div key={stage}>
          <span className="p">{stage === 0 ? '$ ' : '| '}</span>
          {commandLines(argv).map((line, index) => <Fragment key={index}>{index > 0 && '\n'}<Pieces pieces={line} /></Fragment>)}
        </div>
      ))}
    </div>
  );
}
