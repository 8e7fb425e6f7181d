/** A stick with a kit, and a laptop's data folder to import it into: real files, real signatures. */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateSigner, signNote, type Signer } from '../../electron/engine/note/note.ts';
import { signKit } from '../../electron/engine/kit/sign-kit.ts';
import { kitRoot, kitsFolder } from '../../electron/engine/kit/kit-place.ts';
import { diskFolder } from './record/disk-folder.ts';
import { wikiRunbook, wikiStep } from './command-folder.ts';

export const NEEDY_RUNBOOK = wikiRunbook(`\`\`\`yaml check
{ id: bell, title: The bell is here, kind: tool, tool: bell, severity: blocker, expires: 1d }
\`\`\`

\`\`\`yaml check
{ id: gong, title: The gong is here, kind: tool, tool: gong-of-nobody, severity: warning, expires: 1d }
\`\`\`

\`\`\`yaml check
{ id: dump, title: The dump is here, kind: file, path: '{{kit}}/backups/wiki.dump', severity: blocker, expires: 1d }
\`\`\`

\`\`\`yaml check
{ id: picture, title: The image is here, kind: image, at: '{{kit}}/images/wiki', format: oci, severity: blocker, expires: 1d }
\`\`\`

\`\`\`yaml check
{ id: people, title: People can be reached, kind: contacts, path: contacts.yaml, severity: warning, expires: 1d }
\`\`\`

## Work
${wikiStep('greet', 'kind: run\nrun: [echo, hello]\nverify: [{ stdout: { equals: hello } }]')}`, 'params:\n  kit: { type: string, default: /media/kit/wiki, prompt: Folder of the kit }\n');

export interface KitStick {
  folder: string;
  signer: Signer;
  /** Puts a file on the stick. */
  put(path: string, content: string | Uint8Array): void;
  take(path: string): void;
  sign(number: number): Promise<void>;
  /** Signs lines as they are given, whatever they say. */
  signLines(number: number, lines: readonly string[]): void;
  copy(to: string): void;
}

export function makeStick(folder: string, signer: Signer = generateSigner('kit-maker')): KitStick {
  const put = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  put('runbooks/wiki/wiki.runbook.md', NEEDY_RUNBOOK);
  put('toolbox/bell', '#!/bin/sh\necho ding\n');
  put('wiki/backups/wiki.dump', Buffer.alloc(300_000, 'dump'));
  put('contacts/wiki/contacts.yaml', 'platform: [{ name: Kim Lee, phone: "+49 30 1234567" }]\n');
  return {
    folder, signer, put,
    take: (path) => rmSync(join(folder, path), { recursive: true }),
    sign: async (number) => void (await signKit(folder, { signer, number, now: Date.parse('2026-11-20T09:12:33Z') + number * 86_400_000 })),
    signLines: (number, lines) => put('MANIFEST', signNote(`blackstart/kit/v1\nnumber ${number}\ndate 2026-11-20T09:12:33Z\nmade-with 0.1.0\nrunbooks -\n${lines.map((line) => `${line}\n`).join('')}`, [signer])),
    copy: (to) => cpSync(folder, to, { recursive: true }),
  };
}

/** The kit in place, by path; what lies around it has to be nothing. */
export function kitFiles(dataDir: string): Record<string, string> {
  const root = kitRoot(dataDir);
  const walk = (prefix: string): string[] => readdirSync(join(root, prefix), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? walk(join(prefix, entry.name)) : [join(prefix, entry.name)]));
  return Object.fromEntries(walk('').sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

export function besideTheKit(dataDir: string): number {
  return readdirSync(kitsFolder(dataDir)).length - 2; // the kit and its link
}

export { diskFolder };
