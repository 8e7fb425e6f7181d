/** What goes on record as the ceremony goes on: who is here, the bag, the share, what was out of order. */
import type { CeremonyShare, CeremonyView } from '../../../../../electron/contract/escrow-register.ts';
import { utcTime } from '../../../../../electron/contract/wording.ts';
import { Glyph } from '../../../components/Glyph.tsx';
import { useQuery } from '../../../engine-context.ts';
import { useNow } from '../../../use-now.ts';
import { visible } from '../../../visible.ts';
import { shortDay } from '../../../wording.ts';
import { FORMAT_WORD, isWholeKey } from '../escrow-words.ts';
import { named } from './stages.ts';

const SEAL_WORD = { whole: 'whole', broken: 'broken', missing: 'missing', 'not-looked': 'not looked at' } as const;

function Here({ ceremony, share }: { ceremony: CeremonyView; share: CeremonyShare | null }) {
  const people = useQuery('people.list', {});
  const operator = people.result?.people.find(({ id }) => id === ceremony.operator)?.name ?? ceremony.operator;
  return (
    <section>
      <h2>Here</h2>
      <ul>
        {share?.custody != null && <li><Glyph shape="confirmed" tone="green" /><span>{visible(share.custody.custodian)}</span><span className="end">custodian</span></li>}
        {operator !== null && <li><Glyph shape="confirmed" tone="green" /><span>{visible(operator)}</span><span className="end">runs it</span></li>}
        {ceremony.witnesses.map(({ id, name }) => <li key={id}><Glyph shape="confirmed" tone="green" /><span>{visible(name)}</span><span className="end">witness</span></li>)}
      </ul>
      {ceremony.witnesses_needed > 0 && <p className="s12 t3 gap-top">Dual control: nobody is alone with a share or a key.</p>}
    </section>
  );
}

function Bag({ share }: { share: CeremonyShare }) {
  return (
    <section>
      <h2>Bag</h2>
      <dl className="kv">
        <dt>In register</dt><dd>{share.custody?.bag == null ? <span className="t3">no number</span> : visible(share.custody.bag)}</dd>
        <dt>Found</dt><dd>{share.bag_found === null ? <span className="t3">{share.seal === null ? 'asked in step 1' : 'none'}</span> : visible(share.bag_found)}</dd>
        <dt>Seal</dt><dd>{share.seal === null ? <span className="t3">asked in step 1</span> : <>{SEAL_WORD[share.seal]}{share.photo !== null && ', photo kept'}</>}</dd>
        <dt>Out</dt><dd className="tn">{share.out_at === null ? <span className="t3">not yet</span> : `${utcTime(share.out_at)} UTC`}</dd>
        <dt>New bag</dt><dd>{share.new_bag === null ? <span className="t3">asked in step 4</span> : <>{visible(share.new_bag)}{share.new_seal !== null && `, seal ${visible(share.new_seal)}`}</>}</dd>
      </dl>
    </section>
  );
}

export function RecordSide({ ceremony, share }: { ceremony: CeremonyView; share: CeremonyShare | null }) {
  const now = useNow();
  const whole = isWholeKey(ceremony.scheme);
  return (
    <aside className="side" tabIndex={0} aria-label="Record">
      <Here ceremony={ceremony} share={share} />
      {share !== null && <Bag share={share} />}
      {share !== null && (
        <section>
          <h2>{whole ? 'Key' : 'Share'}</h2>
          <dl className="kv">
            {!whole && <><dt>Number</dt><dd>{named(share.slot)}; {ceremony.total} in all, {ceremony.threshold} rebuild</dd></>}
            <dt>Format</dt><dd>{FORMAT_WORD[ceremony.scheme]}{ceremony.encodings.length > 0 && `, ${ceremony.encodings.join(' or ')}`}</dd>
            <dt>Last check</dt><dd>{share.last === null ? <span className="t3">never</span> : `${shortDay(share.last.at, now)}, ${share.last.ok ? 'matched' : 'did not match'}`}</dd>
            <dt>Next due</dt><dd>{share.next_due === null ? <span className="t3">none</span> : shortDay(share.next_due, now)}</dd>
          </dl>
        </section>
      )}
      {whole && <section><h2>Care</h2><p className="t2">Whoever sees it has the key. It goes from here to a process that ends with its verdict; nothing of it is kept, also not until the end.</p></section>}
      {ceremony.goal !== 'L1' && !whole && <section><h2>Quorum</h2><p className="t2">{ceremony.entered} of the {ceremony.threshold} shares that make the key are in. They lie in memory alone, until the end.</p></section>}
      {ceremony.deviations.length > 0 && <section><h2>Out of order</h2><ul>{ceremony.deviations.map((text) => <li key={text}><Glyph shape="needs" tone="amber" /><span>{visible(text)}</span></li>)}</ul></section>}
      {share !== null && <section><h2>If it does not match</h2><p className="t2">{whole ? 'Enter it again in better light, or from another copy. A miss is recorded; backups that only this key opens are at stake.' : `Enter it again in better light. A miss is recorded; the key stays safe as long as ${ceremony.threshold} others match.`}</p></section>}
    </aside>
  );
}
