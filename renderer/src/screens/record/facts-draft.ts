/** What the form holds while somebody types, and the facts that it comes to. */
import type { ReportFacts } from '../../../../electron/contract/report-facts.ts';
import { readUtc } from '../start/read-utc.ts';

/** Text as it is typed; empty where nothing is said. */
export const EMPTY_DRAFT = {
  by: '', reason: '', trigger: '', severity: '', declared_by: '', criterion_met: '', deactivated_by: '', deactivated_at: '', third_parties: '', data_classes: '', assumptions: '', exclusions: '',
  witness: '', organisation: '', authority: '', regulator_at: '', reviewer: '', retention: '', next_due: '',
};
export type FactsDraft = typeof EMPTY_DRAFT;

const TRIGGERS = ['incident', 'scheduled', 'change'] as const;
const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;

function oneOf<T extends string>(all: readonly T[], text: string): T | undefined {
  return all.find((one) => one === text);
}

/** Lines that say something. */
function lines(text: string): string[] | undefined {
  const all = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  return all.length === 0 ? undefined : all;
}

function line(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

/** RFC 3339 of what somebody typed; undefined when it is empty or no time. */
function instant(text: string, now: number): string | undefined {
  const at = readUtc(text, now);
  return at === null ? undefined : new Date(at).toISOString();
}

/** `What: why` a line. */
function exclusions(text: string): ReportFacts['exclusions'] {
  return lines(text)?.map((one) => {
    const [what = '', ...why] = one.split(':');
    return { what: what.trim(), reason: why.join(':').trim() };
  });
}

/** Which fields cannot be read, by name. */
export function draftProblems(draft: FactsDraft, now: number): Partial<Record<keyof FactsDraft, string>> {
  const problems: Partial<Record<keyof FactsDraft, string>> = {};
  for (const name of ['deactivated_at', 'regulator_at'] as const) if (draft[name].trim() !== '' && readUtc(draft[name], now) === null) problems[name] = 'A time reads 2026-09-15 04:43, in UTC.';
  if (draft.next_due.trim() !== '' && !/^\d{4}-\d{2}-\d{2}$/u.test(draft.next_due.trim())) problems.next_due = 'A date reads 2026-12-15.';
  if (exclusions(draft.exclusions)?.some(({ what, reason }) => what === '' || reason === '') === true) problems.exclusions = 'Each line reads “What: why”.';
  if ((draft.authority.trim() === '') !== (draft.regulator_at.trim() === '')) problems.regulator_at = problems.regulator_at ?? 'The regulator needs a name and a time.';
  return problems;
}

/** Only what was said: an empty field leaves what stands. */
export function factsOf(draft: FactsDraft, now: number): ReportFacts {
  const at = instant(draft.regulator_at, now);
  const facts: { [K in keyof ReportFacts]: ReportFacts[K] | undefined } = {
    trigger: oneOf(TRIGGERS, draft.trigger), severity: oneOf(SEVERITIES, draft.severity),
    declared_by: line(draft.declared_by), criterion_met: line(draft.criterion_met), deactivated_by: line(draft.deactivated_by), deactivated_at: instant(draft.deactivated_at, now),
    third_parties: lines(draft.third_parties), data_classes: lines(draft.data_classes), assumptions: lines(draft.assumptions), exclusions: exclusions(draft.exclusions),
    people: line(draft.witness) === undefined ? undefined : [{ name: draft.witness.trim(), part: 'witness', ...(line(draft.organisation) === undefined ? {} : { organisation: draft.organisation.trim() }) }],
    regulator: line(draft.authority) === undefined || at === undefined ? undefined : { authority: draft.authority.trim(), at },
    reviewer: line(draft.reviewer), retention: line(draft.retention), next_due: line(draft.next_due),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
