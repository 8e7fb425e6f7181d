import { Button, Primary } from '../../../components/Buttons.tsx';
import { Glyph } from '../../../components/Glyph.tsx';
import { visible } from '../../../visible.ts';
import { useAction, useEngine } from '../../../engine-context.ts';
import { isWholeKey } from '../escrow-words.ts';
import { Frame } from './Frame.tsx';
import { canProve, named, nextShare, verdictOf, type Place } from './stages.ts';
import type { StageProps } from './use-ceremony-call.ts';

/** Between two custodians: what is done, and who is next. */
export function OverPanel({ ceremony, share, onView, onEnd, onGo }: StageProps & { onGo(place: Place): void }) {
  const { client } = useEngine();
  const prove = useAction(async () => {
    onView(await client.call('escrow.ceremony.prove', { ceremony: ceremony.id }));
    onGo({ kind: 'end' });
  });
  const next = nextShare(ceremony.shares, share.x);
  const nextName = next === null ? '' : `${next.slot}${next.custody === null ? '' : `, ${visible(next.custody.custodian)}`}`;
  const enough = canProve(ceremony);
  const left = share.state === 'left-out';
  const { state } = verdictOf(share.result ?? 'not-entered', named(share.slot), isWholeKey(ceremony.scheme));
  const toNext = (): void => { if (next !== null) onGo({ kind: 'share', x: next.x }); };
  const title = left ? `${named(share.slot)} was left out` : `${named(share.slot)} is back in bag ${visible(share.new_bag ?? '')}`;
  return (
    <Frame title={title} lead={left ? visible(share.detail ?? '') : `${share.custody === null ? 'The custodian' : visible(share.custody.custodian)} may go.`} error={prove.error} onEnd={onEnd}
      actions={enough
        ? <>{next !== null && <Button tall onPress={toNext}>Next: {nextName}</Button>}<Primary id={`prove ${ceremony.id} ${ceremony.entered}`} label={prove.busy ? 'Rebuilding the key' : `Rebuild the key from ${ceremony.entered} shares`} busy={prove.busy} onPress={() => { void prove.run(); }} /></>
        : next !== null
          ? <Primary id={`next ${ceremony.id} ${next.x}`} label={`Next: ${nextName}`} onPress={toNext} />
          : <Primary id={`end ${ceremony.id}`} label="To the end" onPress={() => { onGo({ kind: 'end' }); }} />}
    >
      <p className={`said st c-${state.tone}`}><Glyph shape={state.shape} tone={state.tone} />{state.word}</p>
      {ceremony.next !== null && <p>{visible(ceremony.next)}</p>}
    </Frame>
  );
}
