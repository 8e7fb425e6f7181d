/** SIGKILL at one system call after the other of an import, as a power cut would: the kit is the old one or the new one, whole. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/engine/clock.ts';
import { openJournal } from '../../../electron/engine/journal/open-journal.ts';
import { readKitState } from '../../../electron/engine/kit/fold-kit.ts';
import { judgeKitRunbooks } from '../../../electron/engine/kit/judge-kit.ts';
import { settleKit } from '../../../electron/engine/kit/settle-kit.ts';
import { parseVerifier } from '../../../electron/engine/note/note.ts';
import { verifyRecord } from '../../../electron/engine/verify/verify-record.ts';
import { besideTheKit, diskFolder, kitFiles, makeStick, type KitStick } from '../../support/kit-stick.ts';
import { hasStrace } from '../../support/record/syscall-trace.ts';

const CHILD = fileURLToPath(new URL('../../support/import-child.ts', import.meta.url));
let root: string;
let old: KitStick;
let newer: KitStick;
beforeAll(async () => {
  root = diskFolder('blackstart-cut-off-');
  old = makeStick(join(root, 'old'));
  await old.sign(7);
  newer = makeStick(join(root, 'newer'), old.signer);
  newer.put('toolbox/bell', '#!/bin/sh\necho dong\n');
  await newer.sign(8);
});
afterAll(() => { rmSync(root, { recursive: true, force: true }); });

/** @param kill as strace takes it, `fsync:when=3`; null lets it come to its end */
function bring(dataDir: string, stick: KitStick, kill: string | null): NodeJS.Signals | null {
  const child = [process.execPath, CHILD, dataDir, stick.folder, stick.signer.vkey];
  if (kill === null) return spawnSync(child[0] ?? '', child.slice(1)).signal;
  const [call = '', when = ''] = kill.split(':');
  return spawnSync('strace', ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:${when}`, ...child], { timeout: 60_000, killSignal: 'SIGTERM' }).signal;
}

const filesOf = (stick: KitStick): [string, string][] => ['MANIFEST', 'toolbox/bell', 'wiki/backups/wiki.dump', 'runbooks/wiki/wiki.runbook.md', 'contacts/wiki/contacts.yaml'].map((path) => [path, readFileSync(join(stick.folder, path), 'utf8')]);

describe.skipIf(!hasStrace)('an import that is cut off', () => {
  it('leaves the old kit or the new one, whole, before and after the next start', async () => {
    const ends: string[] = [];
    const points = [...[2, 4, 7, 10, 13, 16, 19, 21, 22, 23, 24, 25].map((n) => `fsync:when=${n}`), 'rename:when=1', 'rename:when=2', 'rename:when=3', 'symlink:when=1', 'rmdir:when=2', 'unlink:when=2'];
    for (const [index, point] of points.entries()) {
      const dataDir = join(root, `data-${index}`);
      expect(bring(dataDir, old, null)).toBeNull();
      const signal = bring(dataDir, newer, point);
      const found = kitFiles(dataDir);
      const which = found['toolbox/bell']?.includes('dong') === true ? newer : old;
      expect(found, point).toEqual(Object.fromEntries(filesOf(which).sort()));
      const journal = openJournal({ dataDir, clock: systemClock() });
      const verifiers = [parseVerifier(old.signer.vkey)];
      // a reader that comes before the next start finds runbooks that it can trust
      expect(judgeKitRunbooks(dataDir, readKitState(journal), verifiers)?.judged.signature, point).toMatchObject({ state: 'signed', version: which === newer ? 8 : 7 });
      settleKit(journal, dataDir);
      expect(kitFiles(dataDir), point).toEqual(found);
      expect(besideTheKit(dataDir), point).toBe(0);
      expect(readKitState(journal), point).toMatchObject({ inPlace: { number: which === newer ? 8 : 7 }, open: null });
      journal.close();
      expect((await verifyRecord(dataDir)).problems, point).toEqual([]);
      ends.push(`${point} ${signal ?? 'ended'} ${which === newer ? 'new' : 'old'}`);
    }
    console.log(ends.join('\n'));
    expect(ends.filter((end) => end.includes('SIGKILL old')).length).toBeGreaterThan(4);
    expect(ends.filter((end) => end.includes('SIGKILL new')).length).toBeGreaterThan(0);
  }, 300_000);
});
