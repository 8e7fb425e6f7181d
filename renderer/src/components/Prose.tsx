/** Markdown of runbooks as inert text: no raw HTML, no images, no links that lead anywhere. */
import { type Schema, defaultSchema, sanitize } from 'hast-util-sanitize';
import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import type { Element, ElementContent, Nodes } from 'hast';
import type { Link } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { type Handlers, toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';
import { memo } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';
import { visible } from '../visible.ts';

const INERT: Schema = {
  ...defaultSchema,
  tagNames: ['p', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'br', 'hr', 'span'],
  attributes: { ol: ['start'], span: [['className', 'url']], th: ['align'], td: ['align'] },
  strip: [],
};

function element(tagName: string, children: ElementContent[], className?: string): Element {
  return { type: 'element', tagName, properties: className === undefined ? {} : { className: [className] }, children };
}

/** An address is shown, not followed: at 03:00 nobody should land on a page that answers something else. */
const handlers: Handlers = {
  html: (_state, node: { value: string }) => ({ type: 'text', value: visible(node.value) }),
  image: (_state, node: { alt?: string | null; url: string }) => ({ type: 'text', value: visible(`[picture: ${node.alt ?? node.url}]`) }),
  imageReference: (_state, node: { alt?: string | null }) => ({ type: 'text', value: visible(`[picture: ${node.alt ?? ''}]`) }),
  text: (_state, node: { value: string }) => ({ type: 'text', value: visible(node.value) }),
  inlineCode: (_state, node: { value: string }) => element('code', [{ type: 'text', value: visible(node.value) }]),
  code: (_state, node: { value: string }) => element('pre', [element('code', [{ type: 'text', value: visible(node.value) }])]),
  link: (state, node: Link) => {
    const shown = element('span', state.all(node));
    const label = shown.children.map((child) => (child.type === 'text' ? child.value : '')).join('');
    if (node.url !== '' && node.url !== label) {
      shown.children.push({ type: 'text', value: ' ' }, element('span', [{ type: 'text', value: visible(node.url) }], 'url'));
    }
    return shown;
  },
};

/** Runbook Markdown as a tree that holds nothing but text and its structure. */
export function inertTree(markdown: string): Nodes {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return sanitize(toHast(tree, { handlers, allowDangerousHtml: false }), INERT);
}

export const Prose = memo(function Prose({ text }: { text: string }) {
  if (text.trim() === '') return null;
  return <div className="prose">{toJsxRuntime(inertTree(text), { Fragment, jsx, jsxs })}</div>;
});
