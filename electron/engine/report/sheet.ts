/** A short report of its own kind, drawn as the report of a run is: self-contained, no script, the answer first. */
import { h } from 'hastscript';
import { toHtml } from 'hast-util-to-html';
import type { Part } from './block.ts';
import { fontFaces } from './fonts.ts';
import { partOf } from './html.ts';
import { STYLE } from './style.ts';

export interface Sheet {
  title: string;
  /** What the first line of everything but a live recovery says. */
  banner: string | null;
  heading: string;
  sub: string;
  /** `answer` where Met and Not met are not the words. */
  verdict: { met: boolean | null; sentence: string; answer?: string };
  parts: readonly Part[];
}

export function sheetHtml({ title, banner, heading, sub, verdict, parts }: Sheet): string {
  const { met, sentence } = verdict;
  const page = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: "default-src 'none'; style-src 'unsafe-inline'; font-src data:" }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', title),
      h('style', fontFaces() + STYLE),
    ]),
    h('body', h('main', [
      ...(banner === null ? [] : [h('p', { class: 'exercise' }, banner)]),
      h('header', [h('div', [h('h1', heading), h('p', { class: 'sub' }, sub)]), h('p', { class: 'brand' }, 'Blackstart')]),
      h('p', { class: ['verdict', met === null ? 'open' : met ? 'yes' : 'no'] }, [h('strong', answerOf(verdict)), h('span', sentence)]),
      ...parts.flatMap(partOf),
    ])),
  ]);
  return `<!doctype html>\n${toHtml(page)}\n`;
}

export function answerOf({ met, answer }: Sheet['verdict']): string {
  return answer ?? (met === null ? 'Not judged' : met ? 'Met' : 'Not met');
}
