/** Key version against backup set: what was proven, how strongly, when; and the alarms that follow from it. Pure. */
import { stringify } from 'yaml';
import type { BackupSetView, EscrowAlarm, MatrixCell } from '../../../contract/escrow-register.ts';
import { addPeriod } from '../../../contract/scalars.ts';
import { currentVersion, inForce, type FoldedKey, type FoldedVersion, type Tried } from './fold-register.ts';

/** Samples of no set stand in a column of their own. */
export const LOOSE_SAMPLES = 'sample';

export function setsOf(key: FoldedKey): BackupSetView[] {
  const defined = [...key.sets.values()].map(({ id, title, answer, samples, oldest, newest }) => ({ id, title, oldest: oldest ?? samples, newest: newest ?? samples, definition: { answer: stringify(answer), samples, oldest, newest } }));
  const named = [...new Set(key.versions.flatMap(({ tried, rehearsed }) => [...tried.keys(), ...rehearsed.keys()]))].filter((id) => id !== '' && !key.sets.has(id));
  const loose = key.versions.some(({ tried, rehearsed }) => tried.has('') || rehearsed.has(''));
  return [
    ...defined, ...named.map((id) => ({ id, title: id, oldest: null, newest: null, definition: null })),
    ...(loose ? [{ id: LOOSE_SAMPLES, title: 'A single sample', oldest: null, newest: null, definition: null }] : []),
  ];
}

export function matrixOf(key: FoldedKey, now: number): MatrixCell[] {
  return key.versions.toReversed().flatMap((version) => setsOf(key).map(({ id }) => cellOf(key, version, id, now)));
}

function cellOf(key: FoldedKey, version: FoldedVersion, set: string, now: number): MatrixCell {
  const tried = [...(version.tried.get(set === LOOSE_SAMPLES ? '' : set)?.values() ?? [])];
  const rehearsed = version.rehearsed.get(set === LOOSE_SAMPLES ? '' : set) ?? null;
  const opened = tried.filter(({ opens }) => opens === true);
  const base = {
    version: version.version, set,
    samples: tried.map(({ which, opens, at, strength }) => ({ which, opens, at, strength })),
    strength: weakest(opened), at: newestOf([...tried.map(({ at }) => at), ...(rehearsed === null ? [] : [rehearsed.at])]),
  };
  if (rehearsed !== null && isFresh(rehearsed.at, version, now)) return { ...base, level: 'L5', state: 'good', words: `rehearsed ${rehearsed.at.slice(0, 10)}` };
  if (tried.length === 0) return { ...base, level: underlying(version), strength: null, state: 'none', words: untried(key, version) };
  return { ...base, level: opened.length === 0 ? underlying(version) : 'L4', ...judge(version, tried, now) };
}

/** What is proven of the key itself while no backup was opened with it. */
function underlying({ quorumAt }: FoldedVersion): MatrixCell['level'] {
  return quorumAt === null ? null : 'L3';
}

function untried(key: FoldedKey, version: FoldedVersion): string {
  if (version.retired !== null) return 'retired';
  return currentVersion(key).version === version.version ? 'not tried yet' : 'not tried: an older version';
}

function judge(version: FoldedVersion, tried: readonly Tried[], now: number): Pick<MatrixCell, 'state' | 'words'> {
  const of = (which: Tried['which']): Tried | undefined => tried.find((one) => one.which === which);
  const [oldest, newest] = [of('oldest'), of('newest')];
  const names = (opens: boolean): string => tried.filter((one) => one.opens === opens).map(({ which }) => (which === 'given' ? 'one sample' : which)).join(' and ');
  const stale = tried.some(({ at }) => !isFresh(at, version, now));
  if (tried.every(({ opens }) => opens === null)) return { state: 'warning', words: 'nothing could be told from the samples' };
  if (tried.some(({ opens }) => opens === false)) return { state: version.retired === null && newest?.opens !== true ? 'bad' : 'warning', words: `${names(true) === '' ? '' : `opens ${names(true)}, `}does not open ${names(false)}` };
  if (stale) return { state: 'bad', words: `overdue: opened ${names(true)}, too long ago` };
  if (oldest?.opens === true && newest?.opens === true) return { state: 'good', words: 'opens oldest and newest' };
  return { state: 'warning', words: `opens ${names(true)} only` };
}

function isFresh(at: string, version: FoldedVersion, now: number): boolean {
  return addPeriod(new Date(at), inForce(version).enrolled.periods.quorum).getTime() >= now;
}

function weakest(opened: readonly Tried[]): MatrixCell['strength'] {
  if (opened.length === 0) return null;
  if (opened.some(({ strength }) => strength === 'none')) return 'none';
  return opened.some(({ strength }) => strength === 'structural') ? 'structural' : 'authenticated';
}

function newestOf(times: readonly string[]): string | null {
  return times.toSorted().at(-1) ?? null;
}

/** The newest backups are sealed with a key that nobody escrowed, or with another than the oldest. */
export function rotationAlarms(key: FoldedKey): EscrowAlarm[] {
  return [...setsOf(key).flatMap(({ id, title }) => rotationOf(key, id, title)), ...fingerprintAlarms(key)];
}

function rotationOf(key: FoldedKey, set: string, title: string): EscrowAlarm[] {
  const found = key.versions.filter(({ retired }) => retired === null).flatMap((version) => [...(version.tried.get(set)?.values() ?? [])].map((tried) => ({ version: version.version, tried })));
  const newest = found.filter(({ tried }) => tried.which === 'newest');
  const opensNewest = newest.filter(({ tried }) => tried.opens === true).map(({ version }) => version);
  const opensOldest = found.filter(({ tried }) => tried.which === 'oldest' && tried.opens === true).map(({ version }) => version);
  if (newest.some(({ tried }) => tried.opens === false) && opensNewest.length === 0) {
    return [{ kind: 'silent-rotation', severity: 'bad', version: null, set, words: `Silent rotation: no escrowed version opens the newest backup of ${title}${opensOldest.length > 0 ? `, while version ${opensOldest.join(' and ')} opens the oldest` : ''}. Find out which key sealed it, and put that one into escrow.` }];
  }
  if (opensNewest.length === 0 || opensOldest.length === 0 || opensOldest.some((version) => opensNewest.includes(version))) return [];
  return [{ kind: 'silent-rotation', severity: 'warning', version: null, set, words: `The newest backup of ${title} opens with version ${opensNewest.join(', ')}, the oldest only with version ${opensOldest.join(', ')}: the key was rotated in between. Keep both as long as backups of both are kept.` }];
}

function fingerprintAlarms(key: FoldedKey): EscrowAlarm[] {
  const escrowed = key.versions.filter(({ retired }) => retired === null).flatMap((version) => inForce(version).enrolled.fingerprint ?? []);
  return [...key.fingerprints].flatMap(([set, { fingerprint }]): EscrowAlarm[] => {
    if (escrowed.length === 0 || escrowed.some((one) => sameFingerprint(one, fingerprint))) return [];
    return [{ kind: 'silent-rotation', severity: 'bad', version: null, set, words: `Silent rotation: the newest backup of ${key.sets.get(set)?.title ?? set} names the key ${fingerprint}, which is in nobody’s envelope. Plan a ceremony for that key.` }];
  });
}

function sameFingerprint(a: string, b: string): boolean {
  const bare = (text: string): string => text.replace(/^sha256:/iu, '').replace(/[\s:]/gu, '').toLowerCase();
  return bare(a) === bare(b);
}
