import { describe, expect, it } from 'vitest';
import { failurePage, RETRY } from '../../electron/failure-page.ts';

describe('the page for an engine that does not start', () => {
  const page = failurePage({ code: 'disk', message: 'Cannot write <script>alert(1)</script> & more.', hint: 'Use "--data-dir".' }, '/data/<b>', 'blackstart-cli');

  it('says what is wrong and what to do, and names the command line', () => {
    expect(page).toContain('Use &quot;--data-dir&quot;.');
    expect(page).toContain('blackstart-cli resume last');
    expect(page).toContain(`href="${RETRY}"`);
  });
  it('shows hostile text as text', () => {
    expect(page).not.toContain('<script');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; more.');
    expect(page).toContain('/data/&lt;b&gt;');
  });
});
