/** The report as Markdown, for a ticket or a wiki. Text of people and tools is escaped: no cell can end its table or carry markup. */
import type { Report } from '../../contract/report.ts';
import { NOT_RECORDED, type Block, type Cell, type Part } from './block.ts';
import { reportParts, TYPE_TITLE } from './parts.ts';
import { answerOf, type Sheet } from './sheet.ts';

function plain(value: Cell): string {
  if (value === null) return NOT_RECORDED;
  return typeof value === 'object' ? value.text : String(value);
}

function cell(value: Cell): string {
  return plain(value).replace(/[\\`*_[\]<>|#&~!$]/gu, String.raw`\$&`).replace(/\s*\n\s*/gu, ' ').trim();
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const line = (cells: readonly Cell[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line), ''];
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'title':
      return [`### ${cell(block.text)}`, ''];
    case 'text':
      return [cell(block.text), ''];
    case 'pairs':
      return table(['', ''], block.rows);
    case 'table':
      return block.rows.length === 0 ? [cell(block.none), ''] : table(block.head, block.rows);
    case 'command':
      return fenced(block.stages.map((argv) => argv.join(' ')).join('\n  | '));
    case 'code':
      return fenced(block.text);
    case 'qr':
      return [cell(block.words), ''];
  }
}

/** The fence is longer than any run of backticks inside. */
function fenced(text: string): string[] {
  const longest = Math.max(2, ...(text.match(/`+/gu) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return [fence, text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/gu, ' '), fence, ''];
}

export function reportMarkdown(report: Report): string {
  const { identity, results } = report;
  const answer = results.met === null ? 'Not judged' : results.met ? 'Met' : 'Not met';
  const lines = [
    `# ${cell(identity.title)}`, '',
    `**${answer}. ${cell(results.verdict)}**`, '',
    `${TYPE_TITLE[identity.type]}, run ${cell(identity.run)}`, '',
    ...reportParts(report).flatMap(partLines),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

export function sheetMarkdown({ banner, heading, sub, verdict, parts }: Sheet): string {
  const lines = [`# ${cell(heading)}`, '', ...(banner === null ? [] : [`**${cell(banner)}**`, '']), `**${cell(answerOf(verdict))}. ${cell(verdict.sentence)}**`, '', cell(sub), '', ...parts.flatMap(partLines)];
  return `${lines.join('\n').trimEnd()}\n`;
}

function partLines({ title, blocks }: Part): string[] {
  return [`## ${title}`, '', ...blocks.flatMap(blockLines)];
}
