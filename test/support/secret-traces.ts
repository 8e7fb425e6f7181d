/** Where a secret must not be, and a sample that only a secret opens. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';

/** Everything of the page that could hold a text: its tree, and what its fields hold. */
export function wholePage(page: Page): Promise<string> {
  return page.evaluate<string>(`[document.documentElement.outerHTML, ...[...document.querySelectorAll('input, textarea')].map((field) => field.value)].join('\\n')`);
}

/** Files of a folder that hold any spelling of a secret. */
export function filesWith(folder: string, secret: string): string[] {
  const forms = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64').replace(/=+$/u, '').slice(0, -2)].map((form) => Buffer.from(form));
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter((path) => {
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0); // the browser's own files come and go
    return forms.some((form) => bytes.includes(form));
  });
}

/** A sealed value that only the key opens. */
export function sealedSample(key: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', createHash('sha256').update(key).digest(), nonce);
  const sealed = Buffer.concat([nonce, cipher.update('the vault is the right one', 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `enc:v1:${sealed.toString('base64url')}`;
}
