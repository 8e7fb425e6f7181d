/** Who is to be told: how often, when next, who was told last. Lateness is said in words; nothing sounds and nothing moves. */
import type { AudienceView, RunView } from '../../../../../electron/contract/run.ts';
import { Glyph, type Shape, type Tone } from '../../../components/Glyph.tsx';
import { useNow } from '../../../use-now.ts';
import { visible } from '../../../visible.ts';
import { dueIn, dueWords, lastTold, SOON_S } from './due.ts';

interface Standing { shape: Shape; tone: Tone; words: string }

function standing(audience: AudienceView, in_s: number | null): Standing {
  if (audience.wanted === false) return { shape: 'skipped', tone: 'grey', words: 'not required' };
  if (in_s === null) return { shape: audience.told.length > 0 ? 'confirmed' : 'pending', tone: audience.told.length > 0 ? 'green' : 'grey', words: 'nothing due' };
  if (in_s < 0) return { shape: 'needs', tone: 'amber', words: dueWords(in_s) };
  return { shape: in_s < SOON_S ? 'needs' : 'pending', tone: in_s < SOON_S ? 'amber' : 'grey', words: dueWords(in_s) };
}

function Row({ audience, in_s, onTell }: { audience: AudienceView; in_s: number | null; onTell: (() => void) | null }) {
  const { shape, tone, words } = standing(audience, in_s);
  const dead = audience.channels.filter((channel) => channel.dead !== null).map(({ name }) => visible(name));
  const tried = audience.channels.filter((channel) => channel.tried.length > 0).map(({ name }) => visible(name));
  return (
    <li className="audience">
      <Glyph shape={shape} tone={tone} />
      {onTell === null ? <span>{visible(audience.title)}</span> : <button type="button" className="plain" onClick={onTell}>{visible(audience.title)}<span className="sr">: tell them</span></button>}
      <span className={`end due${tone === 'amber' ? ' tx c-amber' : ''}`}>{words}</span>
      <span className="under">{audience.cadence}; {lastTold(audience)}</span>
      {audience.condition !== null && audience.wanted === null && <span className="under">Only if {visible(audience.condition)}; not decided yet</span>}
      {dead.length > 0 && <span className="under">{dead.join(', ')} {dead.length === 1 ? 'is' : 'are'} dead, passed over</span>}
      {tried.length > 0 && <span className="under">Nobody reached by {tried.join(', ')}</span>}
    </li>
  );
}

export function Audiences({ view, received, onTell }: { view: RunView; received: number; onTell: ((audience: string) => void) | null }) {
  const now = useNow();
  if (view.audiences.length === 0) return null;
  const told = view.audiences.reduce((sum, audience) => sum + audience.told.length, 0);
  return (
    <section aria-label="Whom to tell">
      <h2>Whom to tell <span className="end">{told} told so far</span></h2>
      <ul>{view.audiences.map((audience) => <Row key={audience.id} audience={audience} in_s={dueIn(view, audience, received, now)} onTell={onTell === null ? null : () => { onTell(audience.id); }} />)}</ul>
    </section>
  );
}
