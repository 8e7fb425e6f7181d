/** The keys of the facilitator's screen. Ending has none of its own; the stop in a real emergency has one, since it must be at hand. */
import type { Verdict } from '../../../../electron/contract/tabletop/plan.ts';
import type { Binding } from '../../keys/key-desk.ts';
import { useKeys } from '../../keys/use-keys.tsx';
import type { TableDialog } from './dialogs/TableDialogs.tsx';
import type { Selected } from './InjectList.tsx';
import { keyed, nextInject, type Exercise } from './use-exercise.ts';

interface Hands { table: Exercise; selected: Selected | null; rows: readonly Selected[]; look(at: Selected): void; open(dialog: TableDialog): void; showWall(): void; home(): void }

function neighbour({ rows, selected, look }: Hands, by: 1 | -1): void {
  const at = rows.findIndex((row) => row.kind === selected?.kind && row.id === selected.id);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
  if (next !== undefined) look(next);
}

/** The first expectation of the selected inject that nobody has judged. */
function judge({ table, selected }: Hands, verdict: Verdict): void {
  const inject = table.exercise.injects.find(({ id }) => selected?.kind === 'inject' && id === selected.id);
  const expectation = inject?.expectations.findIndex((row) => row.verdict === null) ?? -1;
  if (inject !== undefined && expectation >= 0) void table.act({ act: 'score', inject: inject.id, expectation, verdict });
}

function whileItRuns(hands: Hands): Binding[] {
  const { table, open } = hands;
  const { clock } = table.exercise;
  const next = nextInject(table.exercise);
  return [
    ...(next === undefined ? [] : [{ key: 'f', label: 'Fire the next inject', run: () => { void table.act({ act: 'fire', inject: next.id }); } }]),
    { key: 'p', label: clock.state === 'held' ? 'Let the clock go' : 'Hold the clock', run: () => { void table.act({ act: clock.state === 'held' ? 'go' : 'hold' }); } },
    ...keyed(table.exercise).map((inject, index): Binding => ({ key: String(index + 1), label: `Fire “${inject.title}”`, run: () => { void table.act({ act: 'fire', inject: inject.id }); } })),
    { key: 'c', label: 'The clock: jump, speed', run: () => { open({ kind: 'clock' }); } },
    { key: 'm', label: 'The first open expectation is met', run: () => { judge(hands, 'met'); } },
    { key: 'y', label: 'It is partly met', run: () => { judge(hands, 'partly'); } },
    { key: 'x', label: 'It is missed', run: () => { judge(hands, 'missed'); } },
  ];
}

function forTheSelected({ table, selected, open }: Hands): Binding[] {
  const inject = selected?.kind === 'inject' ? table.exercise.injects.find(({ id }) => id === selected.id) : undefined;
  const note = (kind: 'answer' | 'observation'): void => { open({ kind: 'note', note: kind, inject: inject?.id ?? null, step: inject === undefined && selected?.kind === 'step' ? selected.id : null }); };
  return [
    { key: 'n', label: 'Write down an answer', run: () => { note('answer'); } },
    { key: 'o', label: 'Write down an observation', run: () => { note('observation'); } },
    ...(inject !== undefined && inject.state !== 'fired' ? [{ key: 'v', label: 'Move the inject', run: () => { open({ kind: 'move', inject: inject.id }); } }] : []),
    ...(inject !== undefined && inject.state !== 'withdrawn' ? [{ key: 'z', label: 'Withdraw the inject', run: () => { open({ kind: 'withdraw', inject: inject.id }); } }] : []),
  ];
}

export function useTableKeys(hands: Hands): void {
  const { table, open, showWall, home } = hands;
  const { clock, ended } = table.exercise;
  const over = ended !== null || table.view.finished_at !== null;
  useKeys([
    { key: 'j', label: 'Next row', run: () => { neighbour(hands, 1); } }, { key: 'ArrowDown', label: 'Next row', run: () => { neighbour(hands, 1); } },
    { key: 'k', label: 'Previous row', run: () => { neighbour(hands, -1); } }, { key: 'ArrowUp', label: 'Previous row', run: () => { neighbour(hands, -1); } },
    { key: 't', label: 'To the step that they are at', run: () => { if (table.view.current !== null) hands.look({ kind: 'step', id: table.view.current }); } },
    { key: 'w', label: 'Participants’ window', run: showWall },
    { key: 'h', ctrl: true, label: 'Home; the exercise goes on', run: home },
    ...(over ? [] : [
      ...(clock.state === 'planned' ? [] : whileItRuns(hands)),
      ...forTheSelected(hands),
      { key: 'g', label: 'The plan', run: () => { open({ kind: 'plan' }); } },
      { key: 'r', label: 'People around the table', run: () => { open({ kind: 'people' }); } },
      { key: 'i', label: 'Add an inject', run: () => { open({ kind: 'add' }); } },
      { key: 'l', label: 'Write down a lesson', run: () => { open({ kind: 'note', note: 'lesson', inject: null, step: null }); } },
      { key: 'b', label: 'Rate the objectives', run: () => { open({ kind: 'rate' }); } },
      { key: 'e', ctrl: true, label: 'Real emergency: stop the exercise at once', run: () => { void table.act({ act: 'stop' }); } },
    ]),
  ]);
}
