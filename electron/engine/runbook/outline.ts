/** The bones of a runbook's Markdown: front matter, headings, and fences with their places. Inline markup is left to whoever shows it. */
import type { Code, Heading, Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter';
import { toString } from 'mdast-util-to-string';
import { frontmatter } from 'micromark-extension-frontmatter';

/** A fenced block of code at the top level of the file. Lines count from 1. */
export interface Fence {
  /** The info string, e.g. `yaml step`. */
  info: string;
  text: string;
  /** Line of the opening fence and of the first line of content. */
  line: number;
  contentLine: number;
  endLine: number;
  /** Columns by which each content line was shifted. */
  indent: number;
  closed: boolean;
}

/** A heading of level 1 to 3 and all fences up to the next one. */
export interface Section {
  /** 0 for what stands before the first heading. */
  level: 0 | 1 | 2 | 3;
  title: string;
  line: number;
  /** First line after the heading, and last line before the next heading. */
  bodyLine: number;
  endLine: number;
  fences: Fence[];
}

export interface Outline {
  lines: string[];
  frontMatter: { text: string; contentLine: number; endLine: number } | null;
  sections: Section[];
  /** Fences inside lists and quotes, which no step may hide in. */
  nested: { info: string; line: number; column: number }[];
}

/** Only block structure is needed, and inline rules are where Markdown is slow. */
const INLINE = [
  'attention', 'autolink', 'characterEscape', 'characterReference', 'codeText', 'hardBreakEscape', 'htmlText', 'labelEnd', 'labelStartImage', 'labelStartLink',
];

export function readOutline(text: string): Outline {
  const root = fromMarkdown(withoutContent(text), { extensions: [frontmatter(['yaml']), { disable: { null: INLINE } }], mdastExtensions: [frontmatterFromMarkdown(['yaml'])] });
  const lines = text.split('\n');
  return { lines, frontMatter: frontMatterOf(root), sections: sectionsOf(root, lines), nested: nestedFences(root) };
}

/** HTML that only its own end closes, and fences that may stand in a list: then every line counts. */
const INTRICATE = /^[ \t]*<(?:[!?]|script|pre|style|textarea)|^(?:[ \t]+|[ \t]*(?:>|[-+*]|\d{1,9}[.)]).*)(?:`{3}|~{3})/imu;

/**
 * The same file with the lines inside fences emptied: most of a runbook is YAML, and Markdown need not read it. Only for
 * fences at the left margin of a simple file, where CommonMark leaves no doubt about what is inside.
 */
function withoutContent(text: string): string {
  if (INTRICATE.test(text)) return text;
  const lines = text.split('\n');
  let marker: string | null = null;
  let front = lines[0] === '---';
  return lines.map((line, index) => {
    if (front) {
      front = index === 0 || line !== '---';
      return line;
    }
    if (marker === null) {
      marker = /^(`{3,})[^`]*$|^(~{3,})/u.exec(line)?.[0].match(/^(?:`+|~+)/u)?.[0] ?? null;
      return line;
    }
    const end = /^ {0,3}(`{3,}|~{3,})[ \t]*$/u.exec(line)?.[1];
    if (end === undefined || end[0] !== marker[0] || end.length < marker.length) return '';
    marker = null;
    return line;
  }).join('\n');
}

function frontMatterOf(root: Root): Outline['frontMatter'] {
  const first = root.children[0];
  if (first?.type !== 'yaml' || first.position === undefined) return null;
  return { text: first.value, contentLine: first.position.start.line + 1, endLine: first.position.end.line };
}

function sectionsOf(root: Root, lines: readonly string[]): Section[] {
  const begin: Section = { level: 0, title: '', line: 1, bodyLine: 1, endLine: lines.length, fences: [] };
  const sections = [begin];
  let current = begin;
  for (const node of root.children) {
    if (node.type === 'yaml') current.bodyLine = (node.position?.end.line ?? 0) + 1;
    if (node.type === 'code') current.fences.push(...fenceOf(node, lines));
    if (node.type !== 'heading' || node.depth > 3) continue;
    current.endLine = (node.position?.start.line ?? 1) - 1;
    current = sectionOf(node, lines.length);
    sections.push(current);
  }
  return sections;
}

function sectionOf(node: Heading, lastLine: number): Section {
  const level = node.depth === 1 ? 1 : node.depth === 2 ? 2 : 3;
  return { level, title: titleOf(node), line: node.position?.start.line ?? 1, bodyLine: (node.position?.end.line ?? 0) + 1, endLine: lastLine, fences: [] };
}

/** The heading's text without its markup. */
function titleOf(node: Heading): string {
  const source = toString(node).trim();
  return /[\\`*_[\]<&]/u.test(source) ? toString(fromMarkdown(source)).trim() : source;
}

/** Indented code has no fence; it yields nothing. */
function fenceOf(node: Code, lines: readonly string[]): Fence[] {
  const { start, end } = node.position ?? { start: { line: 1, column: 1 }, end: { line: 1 } };
  const opening = /^( {0,3})(`{3,}|~{3,})/u.exec(lines[start.line - 1] ?? '');
  if (opening === null) return [];
  const marker = opening[2] ?? '```';
  const indent = opening[1]?.length ?? 0;
  const last = (lines[end.line - 1] ?? '').trim();
  const closed = end.line > start.line && last.length >= marker.length && last === (marker[0] ?? '`').repeat(last.length);
  const content = lines.slice(start.line, closed ? end.line - 1 : end.line).map((line) => line.slice(/^ {0,3}/u.exec(line.slice(0, indent))?.[0].length ?? 0));
  return [{ info: infoOf(node), text: content.join('\n'), line: start.line, contentLine: start.line + 1, endLine: end.line, indent, closed }];
}

function infoOf(node: Code): string {
  return [node.lang, node.meta].filter((part) => typeof part === 'string').join(' ').trim();
}

function nestedFences(root: Root): Outline['nested'] {
  const found: Outline['nested'] = [];
  const search = (node: Nodes): void => {
    if (node.type === 'code') found.push({ info: infoOf(node), line: node.position?.start.line ?? 1, column: node.position?.start.column ?? 1 });
    else if ('children' in node) node.children.forEach(search);
  };
  for (const node of root.children) if (node.type === 'blockquote' || node.type === 'list') search(node);
  return found;
}

/** Lines `from` to `to` (from 1, both included) without those of the given fences, trimmed. */
export function proseOf(lines: readonly string[], from: number, to: number, without: readonly Fence[]): string {
  const kept: string[] = [];
  for (let line = from; line <= to; line += 1) {
    if (!without.some((fence) => line >= fence.line && line <= fence.endLine)) kept.push(lines[line - 1] ?? '');
  }
  return kept.join('\n').replace(/\n{3,}/gu, '\n\n').trim();
}
