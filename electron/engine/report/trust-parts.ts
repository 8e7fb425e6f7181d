/** Groups 13 and 14 as blocks: who signed, and what vouches for the record. */
import type { Report } from '../../contract/report.ts';
import type { Approved } from '../../contract/report-signature.ts';
import { spokenBytes } from '../../contract/wording.ts';
import { full, listed, mark, spoken, type Block, type Cell } from './block.ts';

/** `compliance-officer` → `Compliance officer`. */
export function roleTitle(role: string): string {
  const words = role.replaceAll('-', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function signatureRow({ name, role, at, enrolled_at, vkey }: Approved, outage: string | null): Cell[] {
  const late = outage !== null && Date.parse(enrolled_at) > Date.parse(outage);
  return [roleTitle(role), name, full(at), late ? `${vkey} (enrolled ${full(enrolled_at) ?? ''}, after the outage began)` : vkey];
}

export function approvalPart({ approval: a, activation, said }: Report): Block[] {
  const { number, issued_at } = a.revision;
  const rows = (signatures: readonly Approved[]) => signatures.map((signature) => signatureRow(signature, activation.outage_at));
  return [
    { kind: 'pairs', rows: [
      ['Author', spoken(a.author, said['approval.author'])],
      ['Reviewer', spoken(a.reviewer, said['approval.reviewer'])],
      ['Compliance sign-off', a.compliance === null ? mark('care', '! not given') : `${a.compliance.name}, ${full(a.compliance.at) ?? ''}`],
      ['Runbook reviewed', a.reviewed],
      ['Retention', spoken(a.retention, said['approval.retention'])],
      ['Next test due', spoken(full(a.next_due), said['approval.next_due'])],
      ['Revision', issued_at === null ? `draft of revision ${number}: not signed yet` : `${number}, frozen ${full(issued_at) ?? ''}`],
    ] },
    { kind: 'title', text: 'Signatures under this revision' },
    { kind: 'table', head: ['Role', 'Name', 'At', 'Key'], rows: rows(a.signatures), none: 'Nobody has signed this revision.' },
    ...a.earlier.flatMap((revision): Block[] => [
      { kind: 'title', text: `Signatures under revision ${revision.number}, which this one replaces` },
      { kind: 'text', quiet: true, text: `Frozen ${full(revision.issued_at) ?? ''}, SHA-256 ${revision.sha256}. These signatures stay with that revision; they do not cover this one.` },
      { kind: 'table', head: ['Role', 'Name', 'At', 'Key'], rows: rows(revision.signatures), none: 'Nobody signed it.' },
    ]),
    { kind: 'title', text: 'Corrections' },
    { kind: 'table', head: ['At', 'By', 'Field', 'Was', 'Is', 'Why'], rows: a.corrections.map((c) => [full(c.at), c.by, c.field, c.was, c.now, c.reason ?? '–']), none: 'Nothing was corrected.' },
  ];
}

export function integrityPart({ integrity: i }: Report): Block[] {
  const { clock, checkpoint } = i;
  const ms = (value: number | null): string | null => (value === null ? null : `${(value / 1000).toFixed(3)} s`);
  const drift = clock.wall_ms === null || clock.monotonic_ms === null ? null : `wall clock ${ms(clock.wall_ms) ?? ''}, time since boot ${ms(clock.monotonic_ms) ?? ''}, difference ${ms(clock.wall_ms - clock.monotonic_ms) ?? ''}`;
  return [
    { kind: 'pairs', rows: [
      ['Clock compared with', clock.source],
      ['Clock offset', clock.offset_s === null ? null : `${clock.offset_s} s`],
      ['The run, by two clocks', drift],
      ['Chain head', `${i.head.size} entries, ${i.head.hash}`],
      ['Verified', i.verified === null ? 'not when this report was made' : i.verified ? mark('good', '✓ every entry') : mark('bad', '× no: see the verification')],
      ...(i.device_key === undefined ? [] : [['How this laptop’s key is guarded', i.device_key] satisfies [string, string]]),
      ['Masked', listed(i.masked)],
    ] },
    ...(checkpoint === null ? [{ kind: 'text' as const, text: 'No checkpoint was signed yet.' }] : checkpointBlocks(checkpoint)),
    { kind: 'title', text: 'Witnesses of the record' },
    { kind: 'table', head: ['Who', 'Saw entries', 'At'], rows: i.witnessed.map(({ name, size, at }) => [name, size, full(at)]), none: 'None: no other laptop and nobody else has signed a checkpoint.' },
    { kind: 'title', text: 'Checkpoints in this run' },
    { kind: 'table', head: ['Entry', 'At', 'Because of'], rows: i.checkpoints.map(({ seq, at, reason }) => [seq, full(at), reason]), none: 'None.' },
    { kind: 'title', text: 'Keys that sign this record' },
    { kind: 'table', head: ['Whose', 'Verifier key'], rows: i.signatures.map(({ what, key }) => [what, key]), none: 'None.' },
    { kind: 'title', text: 'What the clock did' },
    { kind: 'table', head: ['Time', 'What'], rows: clock.events.map(({ at, what }) => [full(at), what]), none: 'No jump was seen.' },
    { kind: 'title', text: 'Attachments' },
    { kind: 'table', head: ['Name', 'Size', 'SHA-256', 'By'], rows: i.attachments.map((a) => [a.name, spokenBytes(a.size), a.sha256, a.by]), none: 'None.' },
  ];
}

function checkpointBlocks({ size, hash, words, note }: NonNullable<Report['integrity']['checkpoint']>): Block[] {
  return [
    { kind: 'title', text: `Checkpoint of ${size} entries` },
    { kind: 'qr', text: note, label: 'The signed checkpoint as a QR code', words: `${size} ${words}` },
    { kind: 'pairs', rows: [['Root', hash], ['In words', `${size} ${words}`]] },
    { kind: 'text', quiet: true, text: 'Keep this page elsewhere. "Does this paper match?" on the Record screen, or "blackstart record match", takes the number with its words, or a picture of the code, and says whether the laptop still holds this record.' },
  ];
}
