/** What people take along on paper or in a file: cards, the calendar, public commitments, the record of a verification. */
import { EngineError } from '../../../contract/errors.ts';
import { dueCalendar } from './calendar.ts';
import { custodianCards } from './card.ts';
import { commitmentsText } from './commitments-file.ts';
import { verificationReport, type VerificationFormat } from './escrow-report.ts';
import { inForce } from './fold-register.ts';
import { findKey, recordOf, versionOf, viewOf, type RegisterHost } from './register.ts';
import { shareCharacters } from './sheet.ts';
import { keyView } from './view-register.ts';

interface Which {
  key?: string | undefined;
  version?: number | undefined;
  x?: number | undefined;
  id?: string | undefined;
  /** Of a report; default html. */
  format?: VerificationFormat | undefined;
}

/** The text of something to take along. EngineError `not-found`, or `usage` when it does not say of what. */
export function paperOf(host: RegisterHost, what: 'card' | 'calendar' | 'commitments' | 'record' | 'report', which: Which): string {
  switch (what) {
    case 'card':
      return cardsOf(host, { ...which, key: needed(which.key, 'a key') });
    case 'calendar':
      return calendarOf(host, which.key);
    case 'commitments': {
      const key = findKey(host.fold(), needed(which.key, 'a key'));
      return host.journal.sign(commitmentsText(key, versionOf(key, which.version), host.clock.now()));
    }
    case 'record':
      return `${JSON.stringify(recordOf(host.fold(), host.journal, needed(which.id, 'a verification')), null, 2)}\n`;
    case 'report':
      return reportOf(host, needed(which.id, 'a verification'), which.format ?? 'html');
  }
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new EngineError('usage', `It does not say of ${what}.`);
  return value;
}

export function reportOf(host: RegisterHost, id: string, format: VerificationFormat): string {
  const record = recordOf(host.fold(), host.journal, id);
  const row = viewOf(host.fold(), host.journal, host.clock.now()).history.find((one) => one.id === record.id);
  return verificationReport(record, row?.signatures ?? [], format);
}

function calendarOf(host: RegisterHost, only: string | undefined): string {
  const now = host.clock.now();
  const fold = host.fold();
  const keys = only === undefined ? [...fold.keys.values()] : [findKey(fold, only)];
  return dueCalendar(keys.flatMap((key) => keyView(fold, key, now).due), now);
}

/** Of one share, or of every share that has a commitment. */
export function cardsOf(host: RegisterHost, { key: id, version: number, x }: { key: string; version?: number | undefined; x?: number | undefined }): string {
  const fold = host.fold();
  const key = findKey(fold, id);
  const version = versionOf(key, number);
  const view = keyView(fold, key, host.clock.now());
  const shown = view.versions.find((one) => one.version === version.version);
  const shares = (shown?.shares ?? []).filter((share) => x === undefined || share.x === x);
  if (shown === undefined || shares.length === 0) throw new EngineError('not-found', x === undefined ? `The key ${id} has no shares to make cards for.` : `The key ${id} has no share ${x}.`);
  const { enrolled } = inForce(version);
  const characters = shareCharacters(enrolled.scheme, enrolled.secret_bytes);
  return custodianCards(view, shown, shares, characters === null ? null : Math.ceil(characters / 4));
}
