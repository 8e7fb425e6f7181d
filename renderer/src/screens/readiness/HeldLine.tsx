/** Says that secrets are in memory, and lets them be forgotten. */
import { Button } from '../../components/Buttons.tsx';
import { Notice } from '../../components/States.tsx';
import { useKeys } from '../../keys/use-keys.tsx';
import { visible } from '../../visible.ts';
import type { Held } from './use-held-secrets.ts';

export function HeldLine({ held: { names, forget } }: { held: Held }) {
  const one = names.length === 1;
  const drop = (): void => { void forget.run(); };
  useKeys(names.length === 0 ? [] : [{ key: 'f', label: 'Forget the secrets that are in memory', run: drop }]);
  if (names.length === 0) return null;
  return (
    <div className="gap">
      <Notice tone="grey" shape="confirmed">
        <div className="row wrap">
          <span className="grow">Held in memory for these checks: <b className="med">{names.map(visible).join(', ')}</b>. {one ? 'It is' : 'They are'} in no file and in no record, and forgotten when this window closes.</span>
          <Button letter="F" disabled={forget.busy} onPress={drop}>{one ? 'Forget it' : 'Forget them'}</Button>
        </div>
      </Notice>
    </div>
  );
}
