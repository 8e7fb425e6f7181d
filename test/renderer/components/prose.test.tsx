import fc from 'fast-check';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Prose } from '../../../renderer/src/components/Prose.tsx';

const html = (text: string): string => renderToStaticMarkup(<Prose text={text} />);
const ELEMENTS = new Set(['p', 'em', 'strong', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'br', 'hr', 'span', 'div']);
const elementsOf = (markup: string): string[] => [...markup.matchAll(/<\/?([a-zA-Z][^\s/>]*)/gu)].map((match) => match[1] ?? '');

describe('prose of a runbook', () => {
  it('shows headings of thought as Markdown means them', () => {
    expect(html('Look at **each** of these:\n\n- one\n- `two`')).toBe('<div class="prose"><p>Look at <strong>each</strong> of these:</p>\n<ul>\n<li>one</li>\n<li><code>two</code></li>\n</ul></div>');
  });

  it('shows a table', () => {
    expect(html('| a | b |\n|---|---|\n| 1 | 2 |')).toContain('<td>1</td>');
  });

  it.each([
    ['a script', '<script>alert(1)</script>'],
    ['a script among words', 'before <script src="//x"></script> after'],
    ['an image with a handler', '<img src=x onerror=alert(1)>'],
    ['a picture', '![a](https://example.invalid/x.png)'],
    ['a frame', '<iframe srcdoc="<script>1</script>"></iframe>'],
    ['a style', '<style>body{display:none}</style>'],
    ['a form', '<form action=//x><input name=a></form>'],
    ['a picture by reference', '![a][b]\n\n[b]: https://example.invalid/x.png'],
  ])('makes %s mere text', (_name, text) => {
    expect(elementsOf(html(text)).filter((name) => !ELEMENTS.has(name))).toEqual([]);
    expect(html(text)).not.toMatch(/<[^>]+\s(?:on\w+|src|href|style)=/u);
  });

  it('shows where a link points, and leads nowhere', () => {
    const shown = html('[the wiki](https://example.invalid/a) and [x](javascript:alert(1))');
    expect(shown).not.toContain('href');
    expect(shown).not.toContain('<a');
    expect(shown).toContain('https://example.invalid/a');
  });

  it('writes out a character that reorders the line', () => {
    expect(html('run `rm \u202Efdp`')).toContain('‹U+202E›');
  });

  it('holds only elements of the list, whatever the file says', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('<script>', '</script>', '<img src=x onerror=1>', '[a](javascript:1)', '![b](data:text/html,1)', '`', '```\n', '<!--', '-->', '<svg/onload=1>', '&lt;script&gt;', '\n\n', '- ', '| a |\n|-|\n', '<a href="x">'));
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const markup = html(parts.join(''));
      expect(elementsOf(markup).filter((name) => !ELEMENTS.has(name))).toEqual([]);
      expect(markup).not.toMatch(/<[^>]+\s(?:on\w+|src|href|style)=/u);
    }), { numRuns: 300 });
  });
});
