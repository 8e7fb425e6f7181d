/** Who holds which share, where, and when it was last seen to be right; and whether those at hand are enough. */
import type { KeyVersionView, QuorumView, ShareRow } from '../../../../electron/contract/escrow-register.ts';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { StateWord } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { named } from './ceremony/stages.ts';
import { dueWords, isLate, quorumWords, shareRowState } from './escrow-words.ts';

export type ShareDeed = 'custody' | 'away' | 'back' | 'card' | 'left';

const SEAL_WORD = { whole: 'whole', broken: 'broken', missing: 'missing', 'not-looked': 'not looked at' } as const;

/** A bar a share: solid can be had, open cannot; a line after as many as make the key. */
function Bars({ quorum, shares }: { quorum: QuorumView; shares: readonly ShareRow[] }) {
  const reachable = shares.filter(({ x }) => quorum.reachable.includes(x)).length;
  return (
    <span className="quorum" aria-hidden="true">
      {shares.map(({ x }, index) => <span key={x} className="pair">{index === quorum.threshold && <b />}<i className={index < reachable ? '' : 'no'} /></span>)}
    </span>
  );
}

/** The bag that it lies in now, and its seal when it was last looked at; a bag that is newer than the look was sealed then. */
function Bag({ share }: { share: ShareRow }) {
  const bag = share.custody?.bag ?? share.seen?.bag ?? null;
  if (bag === null && share.seen === null) return <span className="t3">not recorded</span>;
  if (bag !== null && share.seen !== null && share.seen.bag !== bag) return <>{visible(bag)}, sealed anew</>;
  return <>{bag === null ? 'no bag' : visible(bag)}{share.seen === null ? ', not seen yet' : `, ${SEAL_WORD[share.seen.seal]}`}</>;
}

function Due({ share, now }: { share: ShareRow; now: number }) {
  if (share.next_due === null) return <span className="t3">none</span>;
  return <span className={isLate(share.next_due, now) ? 'tx c-amber' : undefined}>{dueWords(share.next_due, now)}</span>;
}

function deedsOf(share: ShareRow, act: (deed: ShareDeed) => void) {
  const holds = share.custody !== null;
  return [
    { id: 'custody', label: holds ? 'Change who holds it, and where…' : 'Say who holds it…', run: () => { act('custody'); } },
    ...(holds ? [share.away ? { id: 'back', label: 'Is back…', run: () => { act('back'); } } : { id: 'away', label: 'Is away…', run: () => { act('away'); } }] : []),
    { id: 'card', label: 'Card to print…', run: () => { act('card'); } },
    ...(holds && !share.revoked ? [{ id: 'left', label: 'Has left; the share counts no longer…', danger: true, run: () => { act('left'); } }] : []),
  ];
}

export function Custodians({ version, onDeed }: { version: KeyVersionView; onDeed(deed: ShareDeed, share: ShareRow): void }) {
  const now = useNow();
  if (version.shares.length === 0) return null;
  return (
    <section className="card scroll-x" aria-label={`Custodians of version ${version.version}`}>
      <header>
        <h2 className="nw">Custodians of v{version.version}</h2><Bars quorum={version.quorum} shares={version.shares} />
        <span className={`s12 ${version.quorum.state === 'good' ? 't2' : `med tx c-${version.quorum.state === 'bad' ? 'red' : 'amber'}`}`}>{quorumWords(version.quorum)}</span>
        {version.words !== null && <span className="end s12 t3 words nw" title={`Words of the key’s commitment: ${version.words}`}>words: {visible(version.words.split(/[\s-]+/u).slice(0, 4).join('-'))}</span>}
      </header>
      <table className="table cust">
        <thead><tr><th className="num">Share</th><th>Custodian</th><th>Place</th><th>Bag, seal</th><th>Last verified</th><th className="num">Next due</th><th><span className="sr">Actions</span></th></tr></thead>
        <tbody>
          {version.shares.map((share) => (
            <tr key={share.x}>
              <td className="num">{share.slot.replace(/^share /u, '')}</td>
              <td>{share.custody === null ? <span className="t3">nobody named</span> : <><span className="med">{visible(share.custody.custodian)}</span>{share.custody.role !== null && <span className="t3">, {visible(share.custody.role)}</span>}</>}{share.away && <span className="tag away">away</span>}</td>
              <td className="t2">{share.custody?.place == null ? <span className="t3">not recorded</span> : visible(share.custody.place)}</td>
              <td className="t2"><Bag share={share} /></td>
              <td><StateWord state={shareRowState(share, now)} /></td>
              <td className="num tn nw"><Due share={share} now={now} /></td>
              <td className="num"><MoreMenu below label={`${named(share.slot)}`} items={deedsOf(share, (deed) => { onDeed(deed, share); })} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
