/** Key version against backup set: the answer to whether what the custodians hold opens what is kept. */
import type { BackupSetView, EscrowAlarm, EscrowKeyView, KeyVersionView, MatrixCell } from '../../../../electron/contract/escrow-register.ts';
import { Button } from '../../components/Buttons.tsx';
import { Glyph } from '../../components/Glyph.tsx';
import { MoreMenu } from '../../components/MoreMenu.tsx';
import { StateWord } from '../../components/States.tsx';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { hourMinute, shortDay } from '../../wording.ts';
import { cellState, cellWords, LEVELS } from './escrow-words.ts';

function Cell({ cell }: { cell: MatrixCell }) {
  const now = useNow();
  const state = cellState(cell);
  return (
    <td className={cell.state === 'none' ? 'na' : `c-${state.tone}`}>
      <StateWord state={state} />
      <div>{visible(cellWords(cell, now))}</div>
    </td>
  );
}

function VersionHead({ version, chosen, onChoose }: { version: KeyVersionView; chosen: boolean; onChoose(): void }) {
  const now = useNow();
  const until = version.until === null ? `since ${shortDay(version.since, now)}` : `until ${shortDay(version.until, now)}`;
  return (
    <th scope="row">
      <button type="button" className="plain" aria-pressed={chosen} title="Show its custodians below" onClick={onChoose}><b>v{version.version}</b>{version.state === 'retired' ? 'retired, ' : ''}{until}</button>
    </th>
  );
}

/** A backup that no escrowed key opens: of no version, so it stands above them all. */
function Rotation({ alarm, columns, title, onEnroll }: { alarm: EscrowAlarm; columns: number; title: string; onEnroll(): void }) {
  const tone = alarm.severity === 'bad' ? 'red' : 'amber';
  return (
    <tr>
      <th scope="row"><b>{alarm.severity === 'bad' ? 'Unknown key' : 'Rotated'}</b>{visible(title)}</th>
      <td className={`c-${tone} wide`} colSpan={columns}>
        <div className="row">
          <Glyph shape={alarm.severity === 'bad' ? 'failed' : 'needs'} tone={tone} size={24} />
          <span className="grow semi">{visible(alarm.words)}</span>
          {alarm.severity === 'bad' && <Button onPress={onEnroll}>Enrol the new key…</Button>}
        </div>
      </td>
    </tr>
  );
}

interface MatrixProps {
  view: EscrowKeyView;
  chosen: number;
  onChoose(version: number): void;
  onEnroll(): void;
  onSet(deed: SetDeed, set: BackupSetView | null): void;
}

export type SetDeed = 'define' | 'remove';

/** Sets that were only seen have no definition that could be changed; they can be given one. */
function setDeeds(sets: readonly BackupSetView[], act: MatrixProps['onSet']) {
  const own = sets.filter(({ definition }) => definition !== null);
  return [
    { id: 'new', label: 'Name a set of backups…', letter: 'B', run: () => { act('define', null); } },
    ...own.map((set) => ({ id: `change ${set.id}`, label: `Change ${visible(set.title)}…`, run: () => { act('define', set); } })),
    ...own.map((set) => ({ id: `remove ${set.id}`, label: `Remove ${visible(set.title)}…`, danger: true, run: () => { act('remove', set); } })),
  ];
}

/** A pattern finds both. */
const spanOf = (oldest: string, newest: string): string => (oldest === newest ? oldest : `${oldest} to ${newest}`);

export function Matrix({ view, chosen, onChoose, onEnroll, onSet }: MatrixProps) {
  const now = useNow();
  const newest = view.versions[0];
  const rotations = view.alarms.filter(({ kind }) => kind === 'silent-rotation');
  const titleOf = (set: string | null): string => view.sets.find(({ id }) => id === set)?.title ?? 'newest backup';
  const columns = Math.max(1, view.sets.length);
  return (
    <section className="card scroll-x" aria-label="Key version against backup set">
      <header><h2>Key version against backup set</h2>{newest !== undefined && <span className="t3 s12 cut">{[newest.algorithm, newest.purpose].filter((text) => text !== 'not stated').map(visible).join(', ')}</span>}<span className="end s12 t2 nw">as of {hourMinute(now)} UTC</span><MoreMenu below label="Backup sets" items={setDeeds(view.sets, onSet)} /></header>
      <table className="mx">
        <colgroup><col className="mx-head" />{view.sets.map(({ id }) => <col key={id} />)}{view.sets.length === 0 && <col />}</colgroup>
        <thead>
          <tr>
            <th><span className="sr">Key version</span></th>
            {view.sets.map((set) => <th key={set.id} scope="col"><b>{visible(set.title)}</b>{set.oldest !== null && set.newest !== null ? <span className="cut block" title={spanOf(set.oldest, set.newest)}>{visible(spanOf(set.oldest, set.newest))}</span> : ''}</th>)}
            {view.sets.length === 0 && <th scope="col"><b>Backups</b>no set is named yet</th>}
          </tr>
        </thead>
        <tbody>
          {rotations.map((alarm, index) => <Rotation key={`${alarm.set ?? ''} ${index}`} alarm={alarm} columns={columns} title={titleOf(alarm.set)} onEnroll={onEnroll} />)}
          {view.versions.map((version) => (
            <tr key={version.version}>
              <VersionHead version={version} chosen={version.version === chosen} onChoose={() => { onChoose(version.version); }} />
              {view.sets.length === 0
                ? version.kms !== null ? <td className="na wide">Nothing can be opened with it on this laptop.</td> : <td className="na wide"><div className="row"><span className="grow">Say which backups this key seals: the oldest and the newest of each set are opened then.</span><Button onPress={() => { onSet('define', null); }}>Name a set of backups…</Button></div></td>
                : view.sets.map((set) => {
                  const cell = view.matrix.find((one) => one.version === version.version && one.set === set.id);
                  return cell === undefined ? <td key={set.id} className="na">Not tried</td> : <Cell key={set.id} cell={cell} />;
                })}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="levels">{LEVELS.map(({ level, words }) => <span key={level}><b>{level}</b> {words}</span>)}</div>
    </section>
  );
}
