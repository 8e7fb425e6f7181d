/** What a report says of an exercise: beside the fourteen groups, for tabletops alone. */
import type { Report } from '../../contract/report.ts';
import type { RunView } from '../../contract/run.ts';
import { exerciseTime, RATING_WORDS } from '../../contract/tabletop/plan.ts';
import type { ExerciseView, ExpectationView, InjectView } from '../../contract/tabletop/view.ts';
import { counted, spokenDuration, utcTime } from '../../contract/wording.ts';
import type { Block, Cell } from './block.ts';

interface ReportTable { title: string; head: readonly string[]; rows: readonly (readonly Cell[])[]; none: string }

/** Whether the score passed. Null while it is open: before the end, without a point to be had, stopped, or where judging on could change it. */
export function exerciseMet(exercise: ExerciseView | undefined): boolean | null {
  if (exercise === undefined || exercise.score.come === 0 || exercise.ended?.why !== 'over') return null;
  return exercise.score.passed === true || exercise.score.open === 0 ? exercise.score.passed : null;
}

/** The sentence that stands first: an exercise measures answers, and no recovery time. */
export function exerciseVerdict({ state, exercise }: Pick<RunView, 'state' | 'exercise'>): string {
  if (exercise?.ended?.why === 'real-emergency') return `Stopped at ${exerciseTime(exercise.ended.h_ms)} by a real emergency, so it is not judged.`;
  if (state !== 'succeeded') return `The exercise did not come to its end: it is ${state}.`;
  const nothing = 'Nothing ran, so no recovery time was measured.';
  if (exercise === undefined || exercise.score.come === 0) return `Talked through to its end. ${nothing}`;
  const { points, come, pass, open } = exercise.score;
  return `Talked through to its end: ${points} of ${come} points, ${pass} pass${open === 0 ? '' : `; ${counted(open, 'expectation was', 'expectations were')} not judged`}. ${nothing}`;
}

/** None for a run that was no exercise. */
export function exercisePart({ exercise }: Pick<Report, 'exercise'>): Block[] {
  if (exercise === null || exercise === undefined) return [];
  const tables = [planTable(exercise), objectivesTable(exercise), injectsTable(exercise), answersTable(exercise), notesTable(exercise), lessonsTable(exercise), peopleTable(exercise), clockTable(exercise)];
  return tables.flatMap(({ title, ...table }): Block[] => [{ kind: 'title', text: title }, { kind: 'table', ...table }]);
}

function planTable({ plan, score, ended, clock }: ExerciseView): ReportTable {
  const passed = score.passed === null ? 'not over' : score.passed ? 'passed' : 'not passed';
  const rows: [string, string][] = [
    ['Score', `${score.points} of ${score.come} points, ${score.pass} pass: ${passed}${score.open > 0 ? `; ${counted(score.open, 'expectation was', 'expectations were')} not judged` : ''}`],
    ['End', ended === null ? 'not ended' : `${ended.why === 'real-emergency' ? 'STOPPED BY A REAL EMERGENCY' : 'Ended'} at ${exerciseTime(ended.h_ms)}, ${utcTime(ended.at)} UTC, by ${ended.by}: ${ended.reason}`],
    ['Began', clock.started_at === null ? 'never' : `${utcTime(clock.started_at)} UTC`],
    ['Facilitator', plan.facilitator ?? ''], ['Observers', plan.observers.join(', ')], ['Scope', plan.scope], ['Not in scope', plan.excluded.join('; ')], ['Rules', plan.rules.join(' ')],
    ['To end', [plan.end.at ?? '', plan.end.when].filter((part) => part !== '').join(': ')], ['Plan of', plan.reused_from ?? ''],
  ];
  return { title: `Exercise: ${plan.title}`, head: ['', ''], rows: rows.filter(([, value]) => value !== ''), none: '' };
}

function objectivesTable({ objectives }: ExerciseView): ReportTable {
  return { title: 'Objectives', head: ['Rating', 'Objective', 'In words', 'Why'], rows: objectives.map(({ text, rating, reason }) => [rating ?? '–', text, rating === null ? 'not rated' : RATING_WORDS[rating], reason]), none: 'The plan named none.' };
}

function injectsTable({ injects }: ExerciseView): ReportTable {
  const planned = ({ planned_ms }: InjectView): string => (planned_ms === null ? 'by hand' : exerciseTime(planned_ms));
  return {
    title: 'Injects', head: ['Inject', 'Planned', 'Came at', 'Really', 'How', 'Forced', 'Points'],
    rows: injects.map((inject) => [inject.title, planned(inject), inject.fired === null ? '–' : exerciseTime(inject.fired.h_ms), inject.fired === null ? '–' : utcTime(inject.fired.at), how(inject), forced(inject), inject.possible === 0 ? '' : `${inject.points} of ${inject.possible}`]),
    none: 'There were none.',
  };
}

function how({ state, fired, withdrawn, due_ms }: InjectView): string {
  if (state === 'withdrawn') return `withdrawn by ${withdrawn?.by ?? ''}: ${withdrawn?.reason ?? ''}`;
  if (fired === null) return 'did not come';
  if (fired.timed) return 'at its time';
  const early = fired.early_ms ?? 0;
  return `by ${fired.by}${due_ms === null || early === 0 ? '' : early > 0 ? `, ${spokenDuration(early / 1000)} early` : `, ${spokenDuration(-early / 1000)} late`}`;
}

function forced({ affects, outcome, dead, absent }: InjectView): string {
  return [affects.length === 0 || outcome === null ? '' : `${affects.map(({ title, over }) => (over ? `${title} (over before)` : title)).join(', ')}: ${outcome}`, dead.length === 0 ? '' : `dead: ${dead.join(', ')}`, absent.length === 0 ? '' : `unreachable: ${absent.join(', ')}`].filter((part) => part !== '').join('; ');
}

function answersTable({ injects }: ExerciseView): ReportTable {
  const rows = injects.filter(({ state }) => state === 'fired').flatMap((inject) => inject.expectations.map((row): Cell[] => [inject.title, row.action, row.due_ms === null ? '–' : exerciseTime(row.due_ms), row.seen_ms === null ? '–' : exerciseTime(row.seen_ms), verdict(row), `${row.points} of ${row.score}`, row.note]));
  return { title: 'Answers', head: ['Inject', 'Expected', 'By', 'Seen', 'Result', 'Points', 'Note'], rows, none: 'Nothing was expected of anybody.' };
}

function verdict({ verdict: given, late }: ExpectationView): string {
  return given === null ? 'not judged' : late ? 'met, late' : given;
}

function notesTable({ notes }: ExerciseView): ReportTable {
  return { title: 'Said and observed', head: ['Exercise', 'Really', 'Who', 'What', 'Kind'], rows: notes.filter(({ kind }) => kind !== 'lesson').map(({ h_ms, at, who, text, kind }) => [exerciseTime(h_ms), utcTime(at), who, text, kind]), none: 'Nothing was written down.' };
}

function lessonsTable({ notes }: ExerciseView): ReportTable {
  return { title: 'Lessons', head: ['Lesson', 'Owner', 'Due'], rows: notes.filter(({ kind }) => kind === 'lesson').map(({ text, owner, due }) => [text, owner ?? 'none yet', due ?? '–']), none: 'None was written down.' };
}

function peopleTable({ people }: ExerciseView): ReportTable {
  const words = { here: 'at the table', absent: 'not to be reached, simulated', gone: 'left' } as const;
  return { title: 'Participants', head: ['Name', 'Role', 'Organisation', 'Presence', 'Since'], rows: people.map(({ name, role, organisation, presence, reason, since_ms }) => [name, role, organisation, `${words[presence]}${reason === null ? '' : `: ${reason}`}`, exerciseTime(since_ms)]), none: 'Nobody was named.' };
}

function clockTable({ changes }: ExerciseView): ReportTable {
  const words: Readonly<Record<string, string>> = { start: 'started', hold: 'held', go: 'let go', speed: 'speed changed', jump: 'jumped' };
  return { title: 'The exercise clock', head: ['Exercise', 'Really', 'What', 'Speed', 'Who'], rows: changes.map(({ h_ms, at, why, speed, by }) => [exerciseTime(h_ms), utcTime(at), words[why] ?? why, speed === 0 ? 'held' : `${speed / 1000} times`, by]), none: 'It was never started.' };
}
