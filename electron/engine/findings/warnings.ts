/** What open findings say to whoever looks at the readiness of their runbook. They warn; they never keep a recovery from starting. */
import { dueWords, type LiveFinding } from '../../contract/after-action.ts';
import { counted } from '../../contract/wording.ts';
import { STATUS_WORDS } from '../../contract/vocabulary.ts';

/** More would hide the checks. */
const SHOWN = 5;

/** @param findings of one runbook, the most urgent first */
export function findingWarnings(findings: readonly LiveFinding[]): string[] {
  const open = findings.filter(({ closed }) => !closed);
  // gaps that the runbook itself names and nobody has spoken of stand together: its reader knows them
  const gaps = open.filter(({ source, history }) => source === 'runbook' && history.length === 0);
  const others = open.filter((finding) => !gaps.includes(finding));
  return [
    ...others.slice(0, SHOWN).map(words),
    ...(others.length > SHOWN ? [`${counted(others.length - SHOWN, 'more finding is', 'more findings are')} open.`] : []),
    ...(gaps.length === 0 ? [] : [`${counted(gaps.length, 'gap that the runbook names is', 'gaps that the runbook names are')} open: ${gaps.slice(0, SHOWN).map(({ title }) => title).join('; ')}${gaps.length > SHOWN ? '; …' : ''}.`]),
  ];
}

function words(finding: LiveFinding): string {
  const { title, severity, status, owner } = finding;
  return `Finding “${title}”${severity === null ? '' : ` (${severity})`} is ${STATUS_WORDS[status]}, ${dueWords(finding)}; ${owner === null ? 'nobody owns it' : `owner ${owner}`}.`;
}
