/** What a form about a finding holds while somebody types, and what it comes to. Pure. */
import { FINDING_FIELDS, FindingPatch, type FindingField, type LiveFinding } from '../../../../electron/contract/after-action.ts';

/** Text as it is typed; empty where nothing is said. */
export type FindingDraft = Record<FindingField | 'by' | 'reason' | 'without_retest', string>;

export const NEW_DRAFT: FindingDraft = {
  by: '', reason: '', without_retest: '', title: '', description: '', severity: 'medium', root_cause: '', action: '', owner: '', due: '', status: 'open', retest_drill: '', retest_run: '',
};

export function draftOf(finding: LiveFinding): FindingDraft {
  return { ...NEW_DRAFT, ...Object.fromEntries(FINDING_FIELDS.map((field) => [field, finding[field] ?? ''])) };
}

/** Only what is another than before; an emptied field takes back what was said. */
export function patchOf(draft: FindingDraft, before: LiveFinding | null): Partial<Record<FindingField, string | null>> {
  const changed = FINDING_FIELDS.filter((field) => draft[field].trim() !== (before?.[field] ?? ''));
  return Object.fromEntries(changed.map((field) => [field, draft[field].trim() === '' ? null : draft[field].trim()]));
}

export function draftProblems(draft: FindingDraft): Partial<Record<FindingField, string>> {
  const problems: Partial<Record<FindingField, string>> = {};
  if (draft.due.trim() !== '' && !FindingPatch.shape.due.safeParse(draft.due.trim()).success) problems.due = 'A date reads 2026-12-01.';
  for (const field of ['description', 'root_cause', 'action'] as const) if (draft[field].length > 500) problems[field] = 'At most 500 characters.';
  return problems;
}

/** Whether closing it takes the reason for doing so untested. */
export function asksForRetest(draft: FindingDraft, before: LiveFinding): boolean {
  const closes = draft.status === 'done' || draft.status === 'accepted';
  const grave = [draft.severity, before.severity].some((severity) => severity === 'high' || severity === 'critical');
  return closes && (!before.closed || draft.status !== before.status) && grave && draft.retest_run === '';
}

/** Why it cannot be sent yet; undefined when it can. */
export function whatIsMissing(draft: FindingDraft, before: LiveFinding | null): string | undefined {
  if (draft.title.trim() === '') return 'It needs a title.';
  if (Object.keys(draftProblems(draft)).length > 0) return 'A field cannot be read.';
  if (draft.by.trim() === '') return 'Say who you are.';
  if (before === null) return undefined;
  if (Object.keys(patchOf(draft, before)).length === 0) return 'Nothing is another than before.';
  if (draft.reason.trim() === '') return 'Say why it changes.';
  return asksForRetest(draft, before) && draft.without_retest.trim() === '' ? 'Name the retest, or say why without.' : undefined;
}
