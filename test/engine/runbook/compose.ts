/** Small runbooks for tests: only what a test is about has to be written. */
import { parseRunbook } from '../../../electron/engine/runbook/parse.ts';
import type { ParsedRunbook } from '../../../electron/engine/runbook/parse.ts';

const FRONT = `blackstart: 1
id: sample
title: Sample
system: sample
owner: operations
reviewed: 2026-04-25
severity: high
scenario: The service is gone.
`;

export interface Sample {
  /** Further lines of front matter. */
  front?: string;
  /** Markdown after the heading of the only phase. */
  body?: string;
}

/** The file's text; its front matter has 8 lines of its own, so `front` begins on line 10. */
export function compose({ front = '', body = '' }: Sample): string {
  return `---\n${FRONT}${front === '' || front.endsWith('\n') ? front : `${front}\n`}---\n\n## Phase\n\n${body}\n`;
}

/** A step under its heading. `yaml` holds the lines after `id`; without `kind` it is a run of `true`. */
export function step(id: string, yaml = ''): string {
  const kind = /^kind:/mu.test(yaml) ? '' : 'kind: run\n';
  const run = kind === '' || /^(?:run|pipe):/mu.test(yaml) ? '' : 'run: [systemctl, is-active, sample]\n';
  return `### Do ${id}\n\nProse of ${id}.\n\n\`\`\`yaml step\nid: ${id}\n${kind}${run}${yaml}${yaml === '' || yaml.endsWith('\n') ? '' : '\n'}\`\`\`\n\n`;
}

export function block(word: string, yaml: string): string {
  return `\`\`\`yaml ${word}\n${yaml}${yaml.endsWith('\n') ? '' : '\n'}\`\`\`\n\n`;
}

export function parse(sample: Sample | string | Uint8Array): ParsedRunbook {
  const bytes = sample instanceof Uint8Array ? sample : Buffer.from(typeof sample === 'string' ? sample : compose(sample));
  return parseRunbook(bytes, 'sample.runbook.md');
}

/** Rules of all findings, in the order of the file. */
export function rulesOf(sample: Sample | string | Uint8Array): string[] {
  return parse(sample).findings.map((finding) => finding.rule);
}
