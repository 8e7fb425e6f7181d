import type { ErrorEnvelope } from '../../../electron/contract/errors.ts';
import { visible } from '../visible.ts';
import { Glyph } from './Glyph.tsx';

/** What went wrong, where, and what to do; stays until the next try. */
export function Fault({ error }: { error: ErrorEnvelope }) {
  const at = error.at === undefined ? null : [error.at.file, error.at.line, error.at.column].filter((part) => part !== undefined).join(':');
  return (
    <div className="notice c-red" role="alert">
      <Glyph shape="failed" tone="red" />
      <div className="grow">
        <b className="med">{visible(error.message)}</b>
        {error.hint !== undefined && <> {visible(error.hint)}</>}
        {at !== null && at !== '' && <div className="mono s12 t2">{visible(at)}</div>}
      </div>
    </div>
  );
}
