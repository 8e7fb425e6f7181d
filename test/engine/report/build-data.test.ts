/** Backups in a report: what an engine does not know of one never hides the backup. */
import { describe, expect, it } from 'vitest';
import { backupRows, foundBackups } from '../../../electron/engine/report/build-data.ts';
import { check } from '../../support/full-report.ts';

const PGBACKREST = { path: '/kit/repo', stanza: 'ampora', label: '20261121-213249F', sha256: null, size: null, age_s: 60, level: 'key-proven', rungs: [{ level: 'seen', ok: true, detail: '2 backups' }] };
const rows = (evidence: Parameters<typeof check>[2]): ReturnType<typeof backupRows> => backupRows(foundBackups([check('repo', 'backup', evidence, { checked_at: '2026-11-21T21:00:00.000Z' })], [], () => null));

describe('the backups of a report', () => {
  it('hold a repository that has no checksum and no size of its own', () => {
    expect(rows(PGBACKREST)).toEqual([{ check: 'repo', id: '20261121-213249F', location: '/kit/repo', sha256: null, size: null, level: 'key-proven', checked_at: '2026-11-21T21:00:00.000Z', taken_at: '2026-11-21T20:59:00.000Z' }]);
  });

  it('hold one whose age nobody could tell, and do not guess when it was taken', () => {
    expect(rows({ ...PGBACKREST, age_s: null, label: null })).toMatchObject([{ id: 'repo', taken_at: null, level: 'key-proven' }]);
  });

  it('hold nothing of a check that named neither a place nor a rung', () => {
    expect(rows({ sha256: 'ab' })).toEqual([]);
    expect(rows({})).toEqual([]);
  });
});
