/** The kit board: the laptop's whole state on one sheet, to look at and to put into the lid of its case. */
import { HardDriveDownload } from 'lucide-react';
import { useState } from 'react';
import type { KitBoard, KitRow, KitState } from '../../../../electron/contract/kit.ts';
import { utcInstant } from '../../../../electron/contract/wording.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { QrCode } from '../../components/QrCode.tsx';
import { type State, StateMark, StateWord } from '../../components/States.tsx';
import { useAction, useEngine, useEngineEvents, useQuery } from '../../engine-context.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import { visible } from '../../visible.ts';
import { shortDay } from '../../wording.ts';
import { Gone, Lacks } from './Lacks.tsx';
import { RefreshDialog } from './RefreshDialog.tsx';
import './kit.css';

const STATES: Readonly<Record<KitState, State>> = {
  measured: { word: 'measured', shape: 'sensed', tone: 'green' },
  said: { word: 'a person says so', shape: 'confirmed', tone: 'green' },
  overridden: { word: 'overridden', shape: 'overridden', tone: 'amber' },
  expired: { word: 'expired', shape: 'stale', tone: 'amber' },
  unknown: { word: 'not proven', shape: 'unknown', tone: 'amber' },
  failed: { word: 'failed', shape: 'failed', tone: 'red' },
};
const LEGEND = Object.values(STATES);

function until({ state, good_until }: KitRow, now: number): string {
  if (state === 'failed') return 'not good';
  if (good_until === null) return 'not known';
  return Date.parse(good_until) <= now ? 'expired' : shortDay(good_until, now);
}

function Rows({ title, rows, now }: { title: string; rows: readonly KitRow[]; now: number }) {
  if (rows.length === 0) return null;
  return (
    <tbody>
      <tr className="grp"><th colSpan={5} scope="rowgroup">{title}</th></tr>
      {rows.map((row) => (
        <tr key={row.what}>
          <td><StateMark state={STATES[row.state]} /></td>
          <td className="semi">{visible(row.what)}</td><td>{visible(row.found)}</td>
          <td className="tn nw">{row.verified_at === null ? '–' : shortDay(row.verified_at, now)}</td><td className="tn nw">{until(row, now)}</td>
        </tr>
      ))}
    </tbody>
  );
}

function Pins({ board }: { board: KitBoard }) {
  if (board.pins.length === 0) return null;
  return <p className="s12">Pinned, byte for byte: {board.pins.map(({ tool, sha256 }) => `${visible(tool)} ${sha256.slice(0, 12)}`).join(', ')}.</p>;
}

function Sheet({ board }: { board: KitBoard }) {
  const now = Date.parse(board.at);
  return (
    <section className="sheet paper kitboard" aria-label="Kit board">
      <header>
        <div><h2>{visible(board.laptop)}</h2><div className="t2">Everything needed to start from black, without any network</div></div>
        <div className="until"><span className="label">{board.good_until === null ? 'The kit is' : 'The kit is good until'}</span><b>{board.good_until === null ? 'not proven' : shortDay(board.good_until, now)}</b></div>
      </header>
      <table className="table">
        <thead><tr><th><span className="sr">State</span></th><th>What</th><th>Found</th><th>Verified</th><th>Good until</th></tr></thead>
        <Rows title="The kit itself" rows={board.itself} now={now} />
        <Rows title="What it would bring back" rows={board.brings_back} now={now} />
      </table>
      <Pins board={board} />
      <div className="legend">{LEGEND.map((state) => <StateWord key={state.word} state={state} />)}</div>
      <footer>
        <div>As it stood at {utcInstant(board.at)}<div className="sign">Checked by <span className="hand" /> Seal <span className="hand short" /></div></div>
        {board.words !== null && <div className="end"><div>The record’s words</div><b className="s13">{visible(board.words)}</b></div>}
        {board.words !== null && <QrCode text={board.words} label="The record’s words as a QR code" />}
      </footer>
    </section>
  );
}

/** Asks for the folder on the stick; null while none is chosen. */
function useChosenFolder() {
  const { dialogs } = useEngine();
  const [folder, setFolder] = useState<string | null>(null);
  const choose = useAction(async () => {
    const path = await dialogs.chooseOpen({ title: 'The folder of the signed kit', kinds: [], folder: true });
    if (path !== null) setFolder(path);
  });
  return { folder, choose, forget: () => { setFolder(null); } };
}

export function KitScreen() {
  const board = useQuery('kit.view', {});
  const { folder, choose, forget } = useChosenFolder();
  const { reload } = board;
  useEngineEvents((event) => { if (event.event === 'home.changed') reload(); });
  const print = (): void => { if (board.result !== null) window.print(); };
  useKeys([{ key: 'p', label: 'Print the board', run: print }]);
  const imported = board.result?.imported ?? null;
  return (
    <Page head={
      <PageHead title="The kit" detail="What this laptop brings to a recovery. Print the board, sign it, and put it into the lid of the laptop’s case.">
        <Button tall letter="P" disabled={board.result === null} onPress={print}>Print the board</Button>
        <Primary id="refresh the kit" label="Refresh the kit…" icon={<HardDriveDownload size={16} strokeWidth={1.75} aria-hidden="true" />} busy={choose.busy} onPress={() => { void choose.run(); }} />
      </PageHead>
    }>
      {board.error !== null && <Fault error={board.error} />}
      {choose.error !== null && <Fault error={choose.error} />}
      {board.result !== null && <Sheet board={board.result} />}
      {imported !== null && <div className="card after-board"><Lacks lacks={imported.lacks} number={imported.sheet.number} /><Gone gone={imported.gone} /></div>}
      {folder !== null && <RefreshDialog folder={folder} onClose={forget} />}
    </Page>
  );
}
