/** The register as people see it: keys with their state in one word and one sentence. Pure. */
import type { EscrowAlarm, EscrowKeyView, EscrowView, GenerationRow, KeyVersionView, VerificationRow } from '../../../contract/escrow-register.ts';
import { counted } from '../../../contract/wording.ts';
import { inOrder } from '../../../contract/order.ts';
import { foldWords } from '../quorum/ask-quorum.ts';
import { bySoonest, dueOf } from './due.ts';
import { currentVersion, inForce, isWhole, type FoldedGeneration, type FoldedKey, type FoldedVersion, type RegisterFold } from './fold-register.ts';
import { matrixOf, rotationAlarms, setsOf } from './matrix.ts';
import { quorumView, shareRows } from './quorum-view.ts';

/** Without the ceremony, which lives in the engine, and with signatures judged by the caller. */
export function escrowView(fold: RegisterFold, now: number, history: readonly VerificationRow[]): Omit<EscrowView, 'ceremony'> {
  const keys = [...fold.keys.values()].map((key) => keyView(fold, key, now)).sort((a, b) => RANK[a.state] - RANK[b.state] || inOrder(a.key, b.key));
  const away = [...fold.away].map(([custodian, entry]) => ({ custodian, ...entry }));
  return { ...headline(keys), keys, due: keys.flatMap(({ due }) => due).sort(bySoonest), history: [...history], combines: combinesOf(fold), away };
}

function combinesOf({ combines }: RegisterFold): EscrowView['combines'] {
  return [...combines.values()].reverse().map(({ id, at, key, version, out, by, ended }) => ({
    id, at, key, version, out, by, outcome: ended === null ? 'unknown' : ended.ok ? 'written' : 'refused',
    detail: ended?.detail ?? 'It was begun and cut off: look whether the file is there, and treat the key as seen if it is',
  }));
}

const RANK: Readonly<Record<EscrowKeyView['state'], number>> = { bad: 0, warning: 1, good: 2 };

function headline(keys: readonly EscrowKeyView[]): Pick<EscrowView, 'headline' | 'detail' | 'state'> {
  const [worst] = keys;
  if (worst === undefined) return { headline: 'No key is in escrow yet', detail: 'Enrol one from its shares, or whole: "blackstart escrow enroll --help".', state: 'none' };
  const others = keys.filter(({ state }) => state !== 'good').length;
  switch (worst.state) {
    case 'good':
      return { headline: `${keys.length === 1 ? 'The escrowed key is' : `All ${keys.length} escrowed keys are`} proven and in date`, detail: worst.why, state: 'good' };
    case 'warning':
      return { headline: `${counted(others, 'escrowed key needs', 'escrowed keys need')} attention`, detail: `${worst.title}: ${worst.why}`, state: 'warning' };
    case 'bad':
      return { headline: `${counted(keys.filter(({ state }) => state === 'bad').length, 'escrowed key cannot', 'escrowed keys cannot')} be relied upon`, detail: `${worst.title}: ${worst.why}`, state: 'bad' };
  }
}

export function keyView(fold: RegisterFold, key: FoldedKey, now: number): EscrowKeyView {
  const due = dueOf(fold, key, now);
  const versions = key.versions.toReversed().map((version) => versionView(fold, key, version, now));
  const current = versions.find((view) => view.state === 'current');
  const alarms = [...versions.flatMap((view) => (view.state === 'retired' ? [] : versionAlarms(key, view))), ...rotationAlarms(key), ...overdueAlarms(due, versions)].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
  const state = alarms.some(({ severity }) => severity === 'bad') ? 'bad' : alarms.length > 0 ? 'warning' : 'good';
  return {
    key: key.key, title: key.title, state, witnesses: key.witnesses, versions, sets: setsOf(key), matrix: matrixOf(key, now), alarms, due,
    why: alarms[0]?.words ?? (current === undefined ? 'Every version is retired; nothing of it is checked any more.' : `${current.quorum.words}.`),
  };
}

function versionView(fold: RegisterFold, key: FoldedKey, version: FoldedVersion, now: number): KeyVersionView {
  const { enrolled, generation } = inForce(version);
  const shares = shareRows(fold, version, now);
  const next = key.versions.find((one) => one.version > version.version);
  return {
    version: version.version,
    state: version.retired !== null ? 'retired' : currentVersion(key).version === version.version ? 'current' : 'kept',
    since: version.since, until: version.retired?.at ?? next?.since ?? null,
    purpose: enrolled.purpose, algorithm: enrolled.algorithm, scheme: enrolled.scheme, threshold: enrolled.threshold, total: enrolled.total, generation,
    words: enrolled.commitment === null ? null : foldWords(enrolled.commitment.digest), fingerprint: enrolled.fingerprint,
    shares, generations: version.generations.map(generationRow), quorum: quorumView(version, shares),
    note: enrolled.kms === null ? null : enrolled.kms.detail, kms: enrolled.kms,
  };
}

function generationRow({ generation, enrolledAt, supersededAt, enrolled, shares }: FoldedGeneration): GenerationRow {
  const all = [...shares.values()];
  return {
    generation, enrolled_at: enrolledAt, superseded_at: supersededAt, shares: enrolled.total, threshold: enrolled.threshold,
    destroyed: all.flatMap(({ x, destroyed }) => (destroyed === null ? [] : [{ x, ...destroyed }])),
    outstanding: supersededAt === null ? [] : all.filter(({ destroyed }) => destroyed === null).map(({ x }) => x),
  };
}

function versionAlarms(key: FoldedKey, view: KeyVersionView): EscrowAlarm[] {
  const version = key.versions.find((one) => one.version === view.version);
  if (version === undefined) return [];
  const alarm = (kind: EscrowAlarm['kind'], severity: EscrowAlarm['severity'], words: string): EscrowAlarm => ({ kind, severity, version: view.version, set: null, words });
  if (inForce(version).enrolled.kms !== null) return [alarm('unverifiable', 'warning', `Version ${view.version} is kept by a key service: ${view.note ?? 'nothing about it can be proven offline'}`)];
  const wrong = view.shares.filter(({ last }) => last !== null && !last.ok);
  const isCurrent = view.state === 'current';
  return [
    ...quorumAlarms(view, alarm),
    ...wrong.map(({ slot, custody }) => alarm('share-wrong', 'bad', `${slot[0]?.toUpperCase() ?? ''}${slot.slice(1)}${custody === null ? '' : `, ${custody.custodian},`} did not match its commitment`)),
    ...(!isWhole(view.scheme) && version.quorumFailedAt !== null && version.quorumFailedAt > (version.quorumAt ?? '') ? [alarm('key-wrong', 'bad', `A quorum did not rebuild the committed key of version ${view.version} on ${version.quorumFailedAt.slice(0, 10)}`)] : []),
    ...custodianAlarms(view, alarm), ...generationAlarms(version, alarm),
    ...(isCurrent && version.openedAt === null && version.rehearsed.size === 0 ? [alarm('never-proven', 'warning', `No backup was opened with version ${view.version} yet, so nothing says that it is the right key`)] : []),
  ];
}

type MakeAlarm = (kind: EscrowAlarm['kind'], severity: EscrowAlarm['severity'], words: string) => EscrowAlarm;

function quorumAlarms({ quorum, version }: KeyVersionView, alarm: MakeAlarm): EscrowAlarm[] {
  if (quorum.state === 'good') return [];
  return [alarm(quorum.state === 'bad' ? 'too-few' : 'exactly-enough', quorum.state === 'bad' ? 'bad' : 'warning', `Version ${version}: ${quorum.words}`)];
}

/** Who left still knows a share; enough of them know the key. */
function custodianAlarms(view: KeyVersionView, alarm: MakeAlarm): EscrowAlarm[] {
  const left = view.shares.filter(({ revoked }) => revoked);
  if (left.length === 0) return [];
  const names = [...new Set(left.flatMap(({ custody }) => custody?.custodian ?? []))].join(', ');
  const enough = left.length >= view.threshold;
  return [alarm('custodian-left', enough ? 'bad' : 'warning', `${names} left and held ${counted(left.length, 'share', 'shares')} of version ${view.version}: split the key anew${enough ? ', and rotate it, since those shares alone make it' : ''}`)];
}

function generationAlarms(version: FoldedVersion, alarm: MakeAlarm): EscrowAlarm[] {
  return version.generations.filter(({ supersededAt }) => supersededAt !== null).flatMap(({ generation, shares }) => {
    const all = [...shares.values()];
    const seen = all.filter(({ last }) => last?.result === 'superseded' || last?.result === 'destroyed');
    const left = all.filter(({ destroyed }) => destroyed === null);
    return [
      ...(seen.length === 0 ? [] : [alarm('mixed-generations', 'warning', `${seen.map(({ slot, custody }) => `${slot}${custody === null ? '' : ` (${custody.custodian})`}`).join(', ')} turned up again from generation ${generation}, which was superseded: destroy it`)]),
      ...(left.length === 0 ? [] : [alarm('not-destroyed', 'warning', `${counted(left.length, 'share', 'shares')} of generation ${generation} of version ${version.version} ${left.length === 1 ? 'is' : 'are'} not recorded as destroyed: ${left.map(({ slot }) => slot).join(', ')}`)]),
    ];
  });
}

/** A share that did not match is named as such already. */
function overdueAlarms(due: EscrowKeyView['due'], versions: readonly KeyVersionView[]): EscrowAlarm[] {
  const failed = (number: number, x: number | null): boolean => versions.some(({ version, shares }) => version === number && shares.some((share) => share.x === x && share.state === 'failed'));
  return due.filter(({ overdue, version, x }) => overdue && !failed(version, x)).map(({ version, what, at }) => ({ kind: 'overdue', severity: 'bad', version, set: null, words: `Overdue since ${at.slice(0, 10)}: ${what.slice(0, 1).toLowerCase()}${what.slice(1)}` }));
}

