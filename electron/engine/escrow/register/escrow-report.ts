/** The report of one verification: what an auditor asks of a key ceremony, in every format alike. No secret is in it. */
import { stringify } from 'csv-stringify/sync';
import type { VerificationRecord, VerificationRow, VerifiedShare } from '../../../contract/escrow-register.ts';
import { utcInstant } from '../../../contract/wording.ts';
import { mark, type Cell, type Part } from '../../report/block.ts';
import { sheetMarkdown } from '../../report/markdown.ts';
import { sheetHtml, type Sheet } from '../../report/sheet.ts';

export type VerificationFormat = 'html' | 'md' | 'csv';
type Signatures = VerificationRow['signatures'];

const PURPOSE: Readonly<Record<VerificationRecord['purpose'], string>> = { routine: 'Routine verification', drill: 'Drill', incident: 'Incident', transfer: 'Transfer of custody' };

/** @param format csv holds a row a share and a row a sample, for a spreadsheet over the years */
export function verificationReport(record: VerificationRecord, signatures: Signatures, format: VerificationFormat): string {
  switch (format) {
    case 'html':
      return sheetHtml(sheetOf(record, signatures));
    case 'md':
      return sheetMarkdown(sheetOf(record, signatures));
    case 'csv':
      return stringify(csvRows(record), { escape_formulas: true, record_delimiter: 'windows' });
  }
}

function sheetOf(record: VerificationRecord, signatures: Signatures): Sheet {
  const title = `Escrow verification, ${record.key} version ${record.version}`;
  return {
    title, banner: null, heading: title,
    sub: `${PURPOSE[record.purpose]}, ${utcInstant(record.began_at)} to ${utcInstant(record.ended_at)}`,
    verdict: verdictOf(record),
    parts: [keyPart(record), sharesPart(record), proofsPart(record), circumstancesPart(record), peoplePart(record, signatures)],
  };
}

/** A share that was not brought, or has no commitment, is none of these. */
const WRONG: ReadonlySet<VerifiedShare['result']> = new Set(['no-match', 'superseded', 'destroyed', 'unreadable']);

/** A key that is rebuilt although a share is not the enrolled one holds in part: recovery works, and a custodian is to be seen. */
function verdictOf({ ok, result, shares, quorum, proofs }: VerificationRecord): Sheet['verdict'] {
  if (ok) return { met: true, answer: 'Holds', sentence: result };
  const bad = shares.filter((share) => WRONG.has(share.result)).map(({ slot, label }) => slot ?? label);
  const sentence = bad.length === 0 ? result : `${result.replace(/\.$/u, '')}. Not as enrolled: ${bad.join(', ')}.`;
  const works = (quorum?.state === 'match' || quorum?.state === 'self-proven') && proofs.every(({ verdict }) => verdict === 'opens');
  return works ? { met: null, answer: 'Holds in part', sentence } : { met: false, answer: 'Does not hold', sentence };
}

function keyPart(record: VerificationRecord): Part {
  return { id: 'the-key', title: 'The key', blocks: [{ kind: 'pairs', rows: [
    ['Key', `${record.key}, version ${record.version}, generation ${record.generation}`], ['Purpose', record.key_purpose], ['Algorithm', record.algorithm],
    ['Commitment', record.commitment === null ? 'none: nothing about it can be proven offline' : record.commitment], ['In words', record.words ?? '–'],
    ['Scheme', `${record.scheme}, ${record.threshold} of ${record.total}`], ['Backup sets', record.sets.length === 0 ? 'none named' : record.sets.join(', ')],
    ['Reached', record.level ?? 'nothing was proven'],
  ] }] };
}

function sharesPart({ shares }: VerificationRecord): Part {
  return { id: 'shares', title: 'Shares', blocks: [{ kind: 'table', head: ['Share', 'Result', 'Why', 'Custodian', 'Bag, seal', 'New bag', 'Out, in', 'Commitment'], rows: shares.map(shareCells), none: 'None: the key was brought whole.' }] };
}

function proofsPart({ agreement, quorum, proofs }: VerificationRecord): Part {
  const used = quorum === null || quorum.used.length === 0 ? '' : `, from shares ${quorum.used.join(', ')}`;
  return { id: 'quorum-and-backups', title: 'Quorum and backups', blocks: [
    { kind: 'pairs', rows: [['Agreement', agreement === null ? 'not asked' : `${agreement.state}: ${agreement.detail}`], ['Quorum', quorum === null ? 'no key came into being' : `${quorum.state}: ${quorum.detail}${used}`]] },
    {
      kind: 'table', head: ['Set', 'Sample', 'Result', 'Strength', 'How', 'SHA-256 of the sample'], none: 'The key was not tried on a backup.',
      rows: proofs.map((proof): Cell[] => [proof.set ?? '–', `${proof.which}: ${proof.name}`, proof.verdict === 'opens' ? mark('good', '✓ opens') : mark('bad', `× ${proof.verdict}`), proof.strength, `${proof.kind}: ${proof.detail}`, proof.sample_sha256 ?? '–']),
    },
  ] };
}

function circumstancesPart(record: VerificationRecord): Part {
  return { id: 'circumstances', title: 'Circumstances', blocks: [{ kind: 'pairs', rows: [
    ['Network', record.network === null ? 'not looked at' : `${record.network.words} Looked at: ${record.network.how}.`],
    ['Deviations', record.deviations.length === 0 ? 'none' : record.deviations.join('; ')],
    ['Temporary material', 'The key and the shares were held in memory only, by a process without core dumps that ended with its verdict; nothing was written to a disk.'],
    ['Next due', record.next_due.map(({ what, at }) => `${at.slice(0, 10)} ${what}`).join('; ') || '–'],
    ['Supersedes', record.supersedes ?? 'nothing: the first of this key'],
  ] }] };
}

function peoplePart(record: VerificationRecord, signatures: Signatures): Part {
  return { id: 'people-and-signatures', title: 'People and signatures', blocks: [
    { kind: 'pairs', rows: [
      ['Operator', record.operator ?? 'nobody named'], ['Witnesses', record.witnesses.map(({ name }) => name).join(', ') || 'none'],
      ['Record before this', `${record.journal.size} entries, ${record.journal.hash}${record.journal.words === null ? '' : ` (${record.journal.words})`}`], ['Verification', record.id],
    ] },
    { kind: 'table', head: ['Name', 'Role', 'Signed', 'Signature'], rows: signatures.map(({ name, role, at, holds }) => [name, role, utcInstant(at), holds ? mark('good', '✓ holds') : mark('bad', '× does not hold')]), none: 'Nobody has signed.' },
  ] };
}

function shareCells(share: VerifiedShare): Cell[] {
  const { slot, result, detail, bag_found, seal, photo, new_bag, new_seal, out_at, in_at, commitment, generation } = share;
  return [
    `${slot ?? 'not told'}${generation === null ? '' : `, generation ${generation}`}`, result === 'match' ? mark('good', '✓ match') : WRONG.has(result) ? mark('bad', `× ${result.replaceAll('-', ' ')}`) : mark('quiet', result.replaceAll('-', ' ')), detail, custodianOf(share),
    `${bag_found ?? '–'}, ${seal}${photo === null ? '' : `, photo ${photo.sha256.slice(0, 16)}…`}`, new_bag === null ? '–' : `${new_bag}${new_seal === null ? '' : `, ${new_seal}`}`,
    [out_at, in_at].map((at) => (at === null ? '–' : utcInstant(at))).join(' to '), commitment === null ? '–' : `${commitment.slice(0, 20)}…`,
  ];
}

function custodianOf({ custody, label }: VerifiedShare): string {
  if (custody === null) return label;
  const { custodian, role, deputy, place, acknowledged_on } = custody;
  return [`${custodian}${role === null ? '' : `, ${role}`}`, ...(deputy === null ? [] : [`deputy ${deputy}`]), ...(place === null ? [] : [place]), ...(acknowledged_on === null ? [] : [`acknowledged ${acknowledged_on}`])].join('; ');
}

const COLUMNS = ['verification', 'key', 'version', 'began_at', 'what', 'name', 'result', 'detail', 'strength', 'custodian', 'bag', 'seal', 'new_bag', 'out_at', 'in_at', 'sha256'];

function csvRows(record: VerificationRecord): (string | number | null)[][] {
  const about = [record.id, record.key, record.version, record.began_at];
  return [
    COLUMNS,
    ...record.shares.map((share) => [...about, 'share', share.slot ?? share.label, share.result, share.detail, null, share.custody?.custodian ?? null, share.bag_found, share.seal, share.new_bag, share.out_at, share.in_at, share.commitment]),
    ...record.proofs.map((proof) => [...about, 'backup', `${proof.set ?? '–'} ${proof.which}: ${proof.name}`, proof.verdict, proof.detail, proof.strength, null, null, null, null, null, null, proof.sample_sha256]),
  ];
}
