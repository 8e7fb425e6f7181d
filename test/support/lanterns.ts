/** The runbook of a small invented service, for tests that are about something in it: a check, a need, a thing that died. */

/** What a person does when nothing else is asked for. */
const LOOK = `### Look
\`\`\`yaml step
{ id: look, kind: manual, confirm: The lanterns burn., budget: 5m }
\`\`\`
`;

export interface Lanterns {
  /** Further lines of front matter. */
  front?: string;
  /** Blocks before its one phase: checks, symptoms. */
  checks?: string;
  /** Steps of that phase; by default a person looks. */
  steps?: string;
}

/** The file's text; its id is `lanterns`. */
export function lanterns({ front = '', checks = '', steps = LOOK }: Lanterns = {}): string {
  return `---
blackstart: 1
id: lanterns
title: Relight the lanterns
system: lanterns
owner: keepers
reviewed: 2026-02-01
severity: high
scenario: All lanterns are out.
targets: { rto: 1h }
roles: { operator: { min: 1 } }
${front}---
# Relight the lanterns
${checks}
## Light
${steps}`;
}
