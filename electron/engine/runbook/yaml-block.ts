/** One block of YAML as the format allows it: 1.2 core, one document, no anchors, aliases, merge keys, tags or directives. */
import type { Finding } from '../../contract/runbook.ts';
import { FORBIDDEN_KEYS } from '../../contract/scalars.ts';
import type { Document, Node, Scalar, YAMLError } from 'yaml';
import { LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from 'yaml';
import { describeCharacter, findBadCharacter, mixesScripts } from './characters.ts';
import type { FieldPath, Spot } from './finding.ts';
import { errorAt, warningAt } from './finding.ts';
import { LIMITS, checkBlockLimits, depthFault } from './limits.ts';

/** Where a block's text stands in its file. */
export interface BlockPlace {
  contentLine: number;
  indent: number;
}

/** One broken block can break thousands of rules; the first few say it. */
const MOST_TOLD = 100;

export type BlockPart = 'key' | 'value' | 'content';

export interface ReadBlock {
  /** Plain data; undefined when the block could not be read at all. */
  data: unknown;
  findings: Finding[];
  /** Place of the value at `path`, of its key, or of its first letter after a quote; of the nearest parent when there is none. */
  locate(path: FieldPath, part?: BlockPart): Spot;
  /** The value at `path` as it is written. */
  sourceOf(path: FieldPath): string | null;
}

const OPTIONS = { version: '1.2', schema: 'core', merge: false, uniqueKeys: true, strict: true, stringKeys: true, prettyErrors: false, logLevel: 'error', keepSourceTokens: false } as const;
/** Keys whose lists are command lines; a plain word in them must mean the same in every YAML. */
const ARGV_KEYS: ReadonlySet<string> = new Set(['run', 'pipe', 'stop', 'version_run', 'env']);
/** Booleans of YAML 1.1: text here, but not to most other readers. */
const OLD_BOOLEAN = /^(?:yes|no|on|off)$/iu;

export function readBlock(text: string, place: BlockPlace): ReadBlock {
  const lines = new LineCounter();
  const spot = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: place.contentLine + Math.max(line, 1) - 1, column: Math.max(col, 1) + place.indent };
  };
  const fault = checkBlockLimits(text);
  if (fault !== null) {
    text.split('\n').reduce((start, line) => (lines.addNewLine(start), start + line.length + 1), 0);
    return unreadable([errorAt(spot(fault.offset), fault.rule, fault.message, fault.fix)], { line: place.contentLine, column: 1 });
  }
  const document = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const findings = [...complaints(document, spot), ...directives(text, spot), ...forbiddenNodes(document, spot)].slice(0, MOST_TOLD);
  return { ...reader(document, spot), data: dataOf(document, findings), findings };
}

function unreadable(findings: Finding[], at: Spot): ReadBlock {
  return { data: undefined, findings, locate: () => at, sourceOf: () => null };
}

/** Data of a document with errors is still good for its ids, unless an alias or a forbidden key is what is wrong with it. */
function dataOf(document: Document, findings: readonly Finding[]): unknown {
  if (findings.some((finding) => finding.severity === 'error')) return undefined;
  return document.toJS({ maxAliasCount: 0 });
}

function reader(document: Document, spot: (offset: number) => Spot): Pick<ReadBlock, 'locate' | 'sourceOf'> {
  return {
    locate(path, part = 'value') {
      const node = part === 'key' ? (keyNode(document, path) ?? nodeAt(document, path)) : nodeAt(document, path);
      const quoted = part === 'content' && isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE');
      return spot((node?.range?.[0] ?? 0) + (quoted ? 1 : 0));
    },
    sourceOf(path) {
      const node = document.getIn(path, true);
      return isScalar(node) ? (node.source ?? null) : null;
    },
  };
}

function nodeAt(document: Document, path: FieldPath): Node | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isMap(node) || isSeq(node) || isScalar(node)) return node;
  }
  return document.contents;
}

function keyNode(document: Document, path: FieldPath): Node | null {
  const key = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return pair !== undefined && isScalar(pair.key) ? pair.key : null;
}

function complaints(document: Document, spot: (offset: number) => Spot): Finding[] {
  return [...document.errors, ...document.warnings].map((error) => {
    const [rule, fix] = ruleOf(error);
    return errorAt(spot(error.pos[0]), rule, `${error.message.replace(/\.?$/u, '.')}`, fix);
  });
}

function ruleOf(error: YAMLError): [rule: string, fix: string] {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return ['duplicate-key', 'Keep one of the two.'];
    case 'MULTIPLE_DOCS':
      return ['yaml-documents', 'One block holds one document: remove the --- line.'];
    case 'TAG_RESOLVE_FAILED':
      return ['yaml-tag', 'Remove the tag; quote the value when it must be text.'];
    case 'NON_STRING_KEY':
      return ['quote-it', 'Quote it: every key is text.'];
    default:
      return ['yaml', 'Correct the YAML at this place; quote a value that holds ": ", " #", or begins with one of {}[]&*!|>%@`.'];
  }
}

function directives(text: string, spot: (offset: number) => Spot): Finding[] {
  const directive = /^%[A-Z]+/mu.exec(text);
  if (directive === null || !/^%|\n---/u.test(text)) return [];
  return [errorAt(spot(directive.index), 'yaml-directive', `The directive ${directive[0]} would change how the block is read.`, 'Remove it; every block is YAML 1.2 core.')];
}

/** Walks the nodes: depth counts collections, `inArgv` holds below the keys of command lines. */
function forbiddenNodes(document: Document, spot: (offset: number) => Spot): Finding[] {
  const findings: Finding[] = [];
  const walk = (node: unknown, depth: number, inArgv: boolean): void => {
    if (!isNode(node)) return;
    findings.push(...judgeNode(node, spot));
    if (isScalar(node)) findings.push(...judgeScalar(node, inArgv, spot), ...judgeCharacters(node, spot));
    if (!isMap(node) && !isSeq(node)) return;
    if (depth >= LIMITS.depth) {
      const fault = depthFault(0);
      findings.push(errorAt(spot(node.range?.[0] ?? 0), fault.rule, fault.message, fault.fix));
      return;
    }
    for (const item of node.items) {
      if (!isPair(item)) walk(item, depth + 1, inArgv);
      else {
        if (isScalar(item.key)) findings.push(...judgeNode(item.key, spot), ...judgeKey(item.key, spot), ...judgeCharacters(item.key, spot));
        else walk(item.key, depth + 1, inArgv);
        walk(item.value, depth + 1, inArgv || (isScalar(item.key) && ARGV_KEYS.has(String(item.key.value))));
      }
    }
  };
  walk(document.contents, 0, false);
  return findings;
}

function judgeNode(node: Node, spot: (offset: number) => Spot): Finding[] {
  if (isAlias(node)) return [errorAt(spot(node.range?.[0] ?? 0), 'yaml-alias', `The alias *${node.source} is not allowed.`, 'Write the value out.')];
  if (node.tag === undefined && !('anchor' in node && node.anchor !== undefined)) return [];
  const at = spot(node.range?.[0] ?? 0);
  const findings: Finding[] = [];
  if ('anchor' in node && node.anchor !== undefined) findings.push(errorAt(at, 'yaml-anchor', `The anchor &${node.anchor} is not allowed.`, 'Remove it and write the value out where it is needed.'));
  if (node.tag !== undefined) findings.push(errorAt(at, 'yaml-tag', `The tag ${node.tag} is not allowed.`, 'Remove the tag; quote the value when it must be text.'));
  return findings;
}

function judgeKey(node: Scalar, spot: (offset: number) => Spot): Finding[] {
  const key = String(node.value);
  if (key !== '<<' && !FORBIDDEN_KEYS.has(key)) return [];
  const at = spot(node.range?.[0] ?? 0);
  if (key === '<<') return [errorAt(at, 'yaml-merge', 'Merge keys are not allowed.', 'Write the fields out.')];
  return [errorAt(at, 'forbidden-key', `The key ${key} is not allowed.`, 'Remove it.')];
}

function judgeScalar(node: Scalar, inArgv: boolean, spot: (offset: number) => Spot): Finding[] {
  const source = node.source ?? '';
  if (!inArgv || node.type !== 'PLAIN' || !OLD_BOOLEAN.test(source)) return [];
  return [errorAt(spot(node.range?.[0] ?? 0), 'quote-it', `${source} is a truth value to many YAML readers, not text.`, `Quote it: "${source}".`)];
}

/** Plain printable ASCII needs no second look. */
const ORDINARY = /^[\n\t -~]*$/u;

function judgeCharacters(node: Scalar, spot: (offset: number) => Spot): Finding[] {
  if (typeof node.value !== 'string' || ORDINARY.test(node.value)) return [];
  const at = spot(node.range?.[0] ?? 0);
  const bad = findBadCharacter(node.value, ['control', 'bidi', 'invisible']);
  if (bad !== null) return [errorAt(at, bad.kind === 'control' ? 'control-character' : bad.kind === 'bidi' ? 'bidi' : 'invisible-character', `The value contains ${describeCharacter(bad)}.`, 'Delete the character.')];
  return mixesScripts(node.value) ? [warningAt(at, 'mixed-script', 'A word mixes Latin letters with look-alikes of another script.', 'Type the word again in one script.')] : [];
}
