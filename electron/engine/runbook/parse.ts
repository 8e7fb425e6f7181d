/**
 * Reads a runbook: bytes in, the runbook or everything that is wrong with it out.
 *
 * Limits come first, then Markdown's block structure, then each YAML block with its schema, then the rules that look at
 * the whole. A runbook with an error is not a runbook: `runbook` is null whenever a finding is an error.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { EngineError } from '../../contract/errors.ts';
import { FrontMatter } from '../../contract/front-matter.ts';
import type { BlockWord, Check, Finding, Phase, Runbook, Step } from '../../contract/runbook.ts';
import { BLOCKS } from '../../contract/runbook.ts';
import type { Draft, Locate } from './draft.ts';
import type { FieldPath, Spot } from './finding.ts';
import { errorAt, inFileOrder, nearest, warningAt } from './finding.ts';
import { LIMITS, decodeRunbook } from './limits.ts';
import type { Fence, Outline, Section } from './outline.ts';
import { proseOf, readOutline } from './outline.ts';
import { STRUCTURE_RULES } from './rules/structure-rules.ts';
import { isRecord, subjectsOf, validate, valueAt } from './validate.ts';
import type { ReadBlock } from './yaml-block.ts';
import { readBlock } from './yaml-block.ts';

/** A runbook as it is used, or why it cannot be. */
export interface ReadRunbook {
  runbook: Runbook | null;
  findings: Finding[];
  /** The id in the front matter, also of a broken runbook when it can be made out. */
  id: string | null;
  sha256: string;
}

export interface ParsedRunbook extends ReadRunbook {
  /** For the linter: what could be read, also of a runbook with errors; null when its front matter is wrong. */
  draft: Draft | null;
}

const BLOCK_WORDS = Object.keys(BLOCKS);

/** @param path only named in the result and in messages; nothing is read from it */
export function parseRunbook(bytes: Uint8Array, path: string): ParsedRunbook {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const decoded = decodeRunbook(bytes);
  if ('finding' in decoded) return { runbook: null, findings: [decoded.finding], draft: null, id: null, sha256 };
  return new Assembly(readOutline(decoded.text), path, sha256).finish();
}

/** @throws EngineError `not-found` when there is no such file, `refused` with place and fix of the first error */
export function loadRunbook(path: string): Runbook {
  const { runbook, findings } = parseRunbook(readRunbookFile(path), path);
  if (runbook !== null) return runbook;
  throw firstError(findings, path);
}

/** Why a runbook is refused: its first error, and how many more there are. */
export function firstError(findings: readonly Finding[], path: string): EngineError {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const first = errors[0];
  if (first === undefined) return new EngineError('internal', `${path} was refused without a reason.`);
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new EngineError('refused', `${first.message}${more} [${first.rule}]`, { hint: first.fix, at: { file: path, line: first.line, column: first.column } });
}

/** A runbook is never larger than a quarter of a megabyte; what is far beyond is not even read. */
const LARGEST_READ = 64 * 1024 * 1024;

/** @throws EngineError `not-found` when there is no such file, `refused` when it is no regular file or cannot be read */
export function readRunbookFile(path: string): Uint8Array {
  let file: number | undefined;
  try {
    // A named pipe would keep its reader waiting for ever, and a device never ends.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const state = fstatSync(file);
    if (!state.isFile()) throw new EngineError('refused', `${path} is no regular file.`, { hint: 'Give the path of a .runbook.md file.', at: { file: path } });
    if (state.size > LARGEST_READ) throw new EngineError('refused', `${path} has ${state.size} bytes; a runbook has at most ${LIMITS.fileBytes}.`, { hint: 'Give the path of a .runbook.md file.', at: { file: path } });
    return readFileSync(file);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const missing = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    throw new EngineError(missing ? 'not-found' : 'refused', missing ? `The file ${path} does not exist.` : `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { hint: 'Give the path of a .runbook.md file.', at: { file: path }, cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Puts a runbook together from its outline, in file order. */
class Assembly {
  private readonly findings: Finding[] = [];
  private readonly broken = new Set<string>();
  private readonly steps = new Map<Step, Locate>();
  private readonly statesNeeds = new Set<Step>();
  private readonly checks = new Map<Check, Locate>();
  private readonly phases: Phase[] = [];
  private readonly lists: { [W in 'audience' | 'inject' | 'symptoms' | 'findings']: Located<(typeof BLOCKS)[W]>[] } = { audience: [], inject: [], symptoms: [], findings: [] };
  private introduction = '';
  private id: string | null = null;

  private readonly outline: Outline;
  private readonly path: string;
  private readonly sha256: string;

  constructor(outline: Outline, path: string, sha256: string) {
    this.outline = outline;
    this.path = path;
    this.sha256 = sha256;
  }

  finish(): ParsedRunbook {
    const front = this.readFrontMatter();
    for (const { info, line, column } of this.outline.nested) this.judgeNested(info, { line, column });
    for (const section of this.outline.sections) this.readSection(section, front?.value.title ?? '');
    const draft = front === null ? null : this.draft(front.value, front.locate);
    if (draft !== null) for (const rule of STRUCTURE_RULES) this.findings.push(...rule(draft));
    const findings = inFileOrder(this.findings);
    const good = draft !== null && !findings.some((finding) => finding.severity === 'error');
    return { runbook: good ? draft.runbook : null, findings, draft, id: this.id, sha256: this.sha256 };
  }

  private draft(front: FrontMatter, locate: Locate): Draft {
    const { audience, inject, symptoms, findings } = this.lists;
    const steps = [...this.steps.keys()];
    fillNeeds(steps, this.statesNeeds);
    return {
      runbook: {
        path: this.path, sha256: this.sha256, front, introduction: this.introduction, phases: this.phases, steps, checks: [...this.checks.keys()],
        symptoms: symptoms.flatMap((block) => block.value), audiences: audience.map((block) => block.value), injects: inject.map((block) => block.value), findings: findings.flatMap((block) => block.value),
      },
      broken: this.broken, front: locate, steps: this.steps, statesNeeds: this.statesNeeds, checks: this.checks,
      audiences: audience.map((block) => block.locate), injects: inject.map((block) => block.locate), symptoms: symptoms.flatMap(eachRow), findings: findings.flatMap(eachRow),
    };
  }

  private readFrontMatter(): { value: FrontMatter; locate: Locate } | null {
    const { frontMatter } = this.outline;
    if (frontMatter === null) {
      const opened = this.outline.lines[0]?.trimEnd() === '---';
      this.findings.push(errorAt({ line: 1, column: 1 }, 'front-matter', opened ? 'The front matter is never closed.' : 'The file does not begin with front matter.', 'Begin it with a line ---, the fields of the runbook, and a line ---.'));
      return null;
    }
    const block = readBlock(frontMatter.text, { contentLine: frontMatter.contentLine, indent: 0 });
    this.findings.push(...block.findings);
    const id = valueAt(block.data, ['id']);
    this.id = typeof id === 'string' ? id : null;
    if (block.data === undefined) return null;
    const checked = validate(FrontMatter, block);
    if (checked.ok) return { value: checked.value, locate: block.locate };
    this.findings.push(...checked.findings);
    return null;
  }

  private readSection(section: Section, title: string): void {
    if (section.level === 2) this.openPhase(section);
    const machine = section.fences.filter((fence) => this.judgeFence(fence, section));
    const steps = machine.filter((fence) => fence.info === 'yaml step');
    for (const fence of machine) this.readFence(fence, section);
    const stepFence = steps[0];
    const prose = proseOf(this.outline.lines, section.bodyLine, section.endLine, machine);
    if (section.level === 3 && stepFence !== undefined) {
      for (const extra of steps.slice(1)) this.findings.push(errorAt({ line: extra.line, column: 1 }, 'step-blocks', `"${section.title}" has more than one step block.`, 'Give each step a ### heading of its own.'));
      this.readStep(stepFence, section, prose, title);
    } else this.readProse(section, prose, steps);
  }

  private readProse(section: Section, prose: string, misplaced: readonly Fence[]): void {
    for (const fence of misplaced) this.findings.push(errorAt({ line: fence.line, column: 1 }, 'step-heading', 'This step stands under no ### heading.', 'Put a ### heading with the title of the step above it.'));
    const heading = section.level === 3 || section.level === 1 ? `${'#'.repeat(section.level)} ${section.title}\n\n` : '';
    const text = section.level === 1 && prose === '' ? '' : `${heading}${prose}`.trim();
    const phase = this.phases.at(-1);
    if (phase === undefined) this.introduction = joined(this.introduction, text);
    else phase.prose = joined(phase.prose, text);
  }

  private openPhase(section: Section): void {
    const base = section.title.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/gu, '-').replace(/^-+|-+$/gu, '').slice(0, 48) || 'phase';
    const taken = this.phases.filter((phase) => phase.id === base || phase.id.startsWith(`${base}-`)).length;
    this.phases.push({ id: taken === 0 ? base : `${base}-${taken + 1}`, title: section.title, prose: '', line: section.line, steps: [] });
  }

  /** Whether the fence is for the console; says so when it only looks as if it were. */
  private judgeFence(fence: Fence, section: Section): boolean {
    const [language = '', word = '', ...rest] = fence.info.split(/[\s:]+/u);
    const at = { line: fence.line, column: 1 };
    if (fence.info.startsWith('yaml ') && BLOCK_WORDS.includes(word)) {
      if (rest.length > 0) this.findings.push(errorAt(at, 'block-word', `"${fence.info}" says more than "yaml ${word}".`, `Write \`\`\`yaml ${word}.`));
      if (!fence.closed) this.findings.push(errorAt(at, 'fence-open', `The ${word} block is never closed.`, 'Close it with a line of ``` of its own.'));
      return rest.length === 0;
    }
    const meant = /^ya?ml$/iu.test(language) ? nearest(word.toLowerCase(), BLOCK_WORDS) : null;
    if (meant !== null) this.findings.push(warningAt(at, 'block-word', `"${fence.info}" is plain text to the console.`, `Did you mean yaml ${meant}?`));
    else if (fence.info === 'yaml' && section.level === 3 && /^kind:/mu.test(fence.text) && /^id:/mu.test(fence.text)) this.findings.push(warningAt(at, 'block-word', 'This block reads like a step, but is plain text to the console.', 'Did you mean yaml step?'));
    return false;
  }

  private judgeNested(info: string, at: Spot): void {
    const [language, word = ''] = info.split(/\s+/u);
    if (language === 'yaml' && BLOCK_WORDS.includes(word)) this.findings.push(errorAt(at, 'block-nested', `A ${word} block stands inside a list or a quote.`, 'Move it to the left margin.'));
  }

  private readFence(fence: Fence, section: Section): void {
    const word = wordOf(fence);
    switch (word) {
      case null: // plain text
      case 'step': // read with its heading
        return;
      case 'phase':
        this.readPhase(fence, section);
        return;
      case 'check': {
        const read = this.readBlock(fence, BLOCKS.check);
        for (const { value, locate } of read) this.checks.set({ id: value.id, line: fence.line, block: value }, locate);
        return;
      }
      case 'symptoms':
        this.lists.symptoms.push(...this.readBlock(fence, BLOCKS.symptoms));
        return;
      case 'findings':
        this.lists.findings.push(...this.readBlock(fence, BLOCKS.findings));
        return;
      case 'audience':
        this.lists.audience.push(...this.readBlock(fence, BLOCKS.audience));
        return;
      case 'inject':
        this.lists.inject.push(...this.readBlock(fence, BLOCKS.inject));
    }
  }

  private readPhase(fence: Fence, section: Section): void {
    const phase = this.phases.at(-1);
    const at = { line: fence.line, column: 1 };
    if (section.level !== 2 || phase === undefined) {
      this.findings.push(errorAt(at, 'phase-block', 'A phase block stands directly under a ## heading.', 'Move it under its ## heading, before the first step.'));
      return;
    }
    if (section.fences.some((other) => other.info === 'yaml phase' && other.line < fence.line)) this.findings.push(errorAt(at, 'phase-block', `"${phase.title}" has more than one phase block.`, 'Keep one.'));
    const [read] = this.readBlock(fence, BLOCKS.phase);
    if (read?.value.budget !== undefined) phase.budget = read.value.budget;
  }

  private readStep(fence: Fence, section: Section, prose: string, title: string): void {
    const [read] = this.readBlock(fence, BLOCKS.step);
    if (read === undefined) return;
    if (this.phases.length === 0) this.phases.push({ id: 'steps', title, prose: '', line: section.line, steps: [] });
    const phase = this.phases.at(-1);
    if (phase === undefined) throw new Error('a phase was just opened');
    const block = read.value;
    const step: Step = { id: block.id, title: section.title, prose, phase: phase.id, line: section.line, sha256: createHash('sha256').update(fence.text).digest('hex'), needs: block.needs ?? [], block };
    if (section.title === '') this.findings.push(errorAt({ line: section.line, column: 1 }, 'step-heading', 'The heading of this step is empty.', 'Give the step a title.'));
    phase.steps.push(step.id);
    this.steps.set(step, read.locate);
    if (block.needs !== undefined) this.statesNeeds.add(step);
  }

  /** The block, or nothing when it is wrong. */
  private readBlock<S extends z.ZodType>(fence: Fence, schema: S): Located<S>[] {
    const block = readBlock(fence.text, { contentLine: fence.contentLine, indent: fence.indent });
    this.findings.push(...block.findings);
    const value = block.data === undefined ? [] : this.validated(block, schema);
    if (value.length === 0) this.noteBroken(block.data, fence.text);
    return value;
  }

  private validated<S extends z.ZodType>(block: ReadBlock, schema: S): Located<S>[] {
    if (block.data === null) {
      this.findings.push(errorAt(block.locate([]), 'missing-field', 'The block is empty.', 'Fill it in or remove it.'));
      return [];
    }
    const checked = validate(schema, block);
    if (checked.ok) return [{ value: checked.value, locate: block.locate }];
    const crowded = crowdedAssertions(block);
    this.findings.push(...(crowded.length > 0 ? crowded : checked.findings));
    return [];
  }

  /** Remembers what a broken block defines, so that its error is not followed by many about unknown names. */
  private noteBroken(data: unknown, text: string): void {
    for (const match of text.matchAll(/^\s*(?:- )?\{? ?(?:id|as): *["']?([a-z][a-z0-9_-]*)/gmu)) this.broken.add(match[1] ?? '');
    const captures = valueAt(data, ['capture']);
    if (isRecord(captures)) Object.keys(captures).forEach((name) => this.broken.add(name));
  }
}

interface Located<S extends z.ZodType> {
  value: z.output<S>;
  locate: Locate;
}

function wordOf(fence: Fence): BlockWord | null {
  const word = fence.info.slice('yaml '.length);
  return isBlockWord(word) ? word : null;
}

function isBlockWord(word: string): word is BlockWord {
  return BLOCK_WORDS.includes(word);
}

function eachRow(block: { value: readonly unknown[]; locate: Locate }): Locate[] {
  return block.value.map((_, index) => (path, part) => block.locate([index, ...path], part));
}

function joined(before: string, text: string): string {
  return before === '' || text === '' ? before + text : `${before}\n\n${text}`;
}

/**
 * Without `needs` a step needs the one before it. Steps of the teardown stand apart: they run at the end of a rehearsal,
 * so nothing waits for them by default, and they wait only for each other.
 */
function fillNeeds(steps: readonly Step[], stated: ReadonlySet<Step>): void {
  const last: { main?: string; teardown?: string } = {};
  for (const step of steps) {
    const lane = step.block.teardown === true ? 'teardown' : 'main';
    const before = last[lane];
    if (!stated.has(step)) step.needs = before === undefined ? [] : [before];
    last[lane] = step.id;
  }
}

/** Assertions with two subjects, wherever they stand in a block. */
function crowdedAssertions(block: ReadBlock): Finding[] {
  const findings: Finding[] = [];
  const search = (value: unknown, path: FieldPath): void => {
    if (path.length > LIMITS.depth) return;
    if (Array.isArray(value)) value.forEach((item, index) => { search(item, [...path, index]); });
    if (!isRecord(value)) return;
    const field = path.findLast((part) => typeof part === 'string');
    const subjects = field === 'verify' || field === 'expect' ? subjectsOf(value) : [];
    if (subjects.length > 1) findings.push(errorAt(block.locate(path), 'assertion-subject', `One assertion has one subject, and this has ${subjects.join(' and ')}.`, 'Make it several items of the list.'));
    for (const [key, item] of Object.entries(value)) search(item, [...path, key]);
  };
  search(block.data, []);
  return findings;
}

