/**
 * Whether a report is still the one that was signed: its data has the digest that the signatures name, the signatures are
 * those of the people whom it names, and the file around the data is, byte for byte, what that data gives.
 */
import { EngineError } from '../../contract/errors.ts';
import { Report } from '../../contract/report.ts';
import type { Approved, ReportVerification, RevisionSignatures } from '../../contract/report-signature.ts';
import { openNote, parseVerifier, splitNote, type Verifier } from '../note/note.ts';
import { VERSION } from '../version.ts';
import { reportDigest } from './canonical-report.ts';
import { reportCsv } from './csv.ts';
import { CARRIED, reportHtml } from './html.ts';
import { reportMarkdown } from './markdown.ts';
import { statementText } from './statement.ts';

/** What this laptop knows of its own; on another one all of it is empty. */
export interface KnownHere {
  /** Verifier keys of people, by id: all that ever were enrolled under it. */
  people: ReadonlyMap<string, readonly string[]>;
  /** Devices, and others whom somebody vouched for. */
  trusted: readonly string[];
  /** Digest of a revision that this record issued, or null. */
  issued(run: string, revision: number): string | null;
  /** Reports as this record gives them now: for formats that carry no data of their own. */
  reports(): Iterable<Report>;
}

type Problem = ReportVerification['problems'][number];
type Format = 'json' | 'html';

interface Carried { format: Format; text: string; value: unknown }

/**
 * @param bytes the file
 * @throws EngineError `refused` when the file is no report
 */
export function verifyReport(bytes: Uint8Array, known: KnownHere): ReportVerification {
  const text = decode(bytes);
  const carried = readCarried(text);
  if (carried === null) return ofOtherFormat(text, known);
  const read = Report.safeParse(carried.value);
  if (!read.success) return broken(carried.value, `The report does not have the form of one: ${read.error.issues[0]?.path.join('.') ?? ''} ${read.error.issues[0]?.message ?? ''}`.trim());
  return judge(read.data, carried, known);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new EngineError('refused', 'The file is no report: it is not text.', { hint: 'A printed PDF cannot be checked by its bytes; check the HTML or JSON it was printed from.', cause });
  }
}

/** The data inside, or null when the file carries none. */
function readCarried(text: string): Carried | null {
  const inside = new RegExp(`<meta name="${CARRIED}" content="([A-Za-z0-9+/=]+)">`, 'u').exec(text)?.[1];
  const json = inside === undefined ? text : Buffer.from(inside, 'base64').toString('utf8');
  const value = parsed(json);
  if (value !== undefined && isReport(value)) return { format: inside === undefined ? 'json' : 'html', text, value };
  // a broken one is still one: an altered report must not pass for something else
  if (/^\s*\{\s*"blackstart_report"/u.test(json) || inside !== undefined || text.includes(`name="${CARRIED}"`)) return { format: 'json', text, value: value ?? null };
  return null;
}

function isReport(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'blackstart_report' in value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(value: unknown, message: string): ReportVerification {
  const run = typeof value === 'object' && value !== null && 'identity' in value && typeof value.identity === 'object' && value.identity !== null && 'run' in value.identity ? String(value.identity.run) : '';
  return { ok: false, run, revision: 0, sha256: '', signatures: [], device: null, problems: [{ kind: 'report.shape', message }] };
}

/** Markdown and CSV carry no data: the record at hand says what they should be. */
function ofOtherFormat(text: string, known: KnownHere): ReportVerification {
  const isMarkdown = /^# .*\n\n\*\*(?:Met|Not met|Not judged)\. /u.test(text);
  const isCsv = text.startsWith('number,id,title,phase,kind,state,verdict,');
  if (!isMarkdown && !isCsv) throw new EngineError('refused', 'The file is no report of Blackstart.', { hint: 'Give the HTML or the JSON of a report.' });
  for (const report of known.reports()) {
    if ((isMarkdown ? reportMarkdown(report) : reportCsv(report)) !== text) continue;
    return judge(report, null, known);
  }
  const what = isMarkdown ? 'Markdown' : 'CSV';
  return broken(null, `This ${what} is not what any signed report of this record gives: it was changed, or belongs to another record or a draft. Check the HTML or the JSON, which carry their signatures.`);
}

function judge(report: Report, carried: Carried | null, known: KnownHere): ReportVerification {
  const problems: Problem[] = [];
  const { approval, identity } = report;
  const sha256 = reportDigest(carried?.value ?? report);
  if (carried !== null) judgeFile(report, carried, problems);
  const device = deviceOf(report, known);
  const signatures = judgeSignatures(report, { number: approval.revision.number, sha256, signatures: approval.signatures }, device?.verifier ?? null, known, problems);
  for (const earlier of approval.earlier) judgeSignatures(report, earlier, device?.verifier ?? null, known, problems);
  judgeApproval(report, sha256, known, problems);
  return {
    ok: problems.length === 0, run: identity.run, revision: approval.revision.number, sha256, signatures, problems,
    device: device === null ? null : { name: device.verifier.name, known: device.known },
  };
}

function judgeFile(report: Report, { format, text }: Carried, problems: Problem[]): void {
  const drawn = format === 'html' ? reportHtml(report) : `${JSON.stringify(report, null, 2)}\n`;
  if (drawn === text) return;
  if (report.generated_with !== VERSION) {
    problems.push({ kind: 'file.other-version', message: `The report was made by Blackstart ${report.generated_with}; this is ${VERSION}, which draws reports in another way. Its data is judged below; to compare the page as well, use ${report.generated_with}.` });
    return;
  }
  problems.push({ kind: 'file.changed', message: `The file is not, byte for byte, what its own data gives (it differs at byte ${differsAt(drawn, text)}): it was changed after it was written.` });
}

/** Counted from 1. */
function differsAt(one: string, other: string): number {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return index + 1;
  return length + 1;
}

function deviceOf({ integrity }: Report, { trusted }: KnownHere): { verifier: Verifier; known: boolean } | null {
  const key = integrity.signatures.find(({ what }) => what === 'this laptop')?.key;
  const verifier = key === undefined ? null : readable(key);
  return verifier === null ? null : { verifier, known: trusted.some((vkey) => vkey.trim() === verifier.vkey) };
}

function readable(vkey: string): Verifier | null {
  try {
    return parseVerifier(vkey);
  } catch (thrown) {
    if (thrown instanceof EngineError) return null;
    throw thrown;
  }
}

type Judged = Pick<RevisionSignatures, 'number' | 'sha256' | 'signatures'>;

function judgeSignatures(report: Report, { number, sha256, signatures }: Judged, device: Verifier | null, known: KnownHere, problems: Problem[]): ReportVerification['signatures'] {
  return signatures.map((signature, index) => {
    const said = { run: report.identity.run, revision: number, sha256, person: signature.person, name: signature.name, role: signature.role, at: signature.at, enrolled_at: signature.enrolled_at };
    const wanted = statementText({ ...said, before: signatures[index - 1]?.note ?? null });
    const fault = signatureFault(signature, wanted, device);
    const who = `${signature.name} as ${signature.role}${number === report.approval.revision.number ? '' : `, under revision ${number}`}`;
    if (fault !== null) problems.push({ kind: fault.kind, message: `The signature of ${who} does not hold: ${fault.why}.` });
    const enrolled = known.people.get(signature.person) ?? [];
    if (enrolled.length > 0 && !enrolled.includes(signature.vkey)) problems.push({ kind: 'signature.other-key', message: `${who} is signed with a key that was never enrolled here under ${signature.person}.` });
    return { name: signature.name, role: signature.role, at: signature.at, holds: fault === null, known: enrolled.includes(signature.vkey) || known.trusted.some((vkey) => vkey.trim() === signature.vkey) };
  });
}

function signatureFault({ note, vkey, person }: Approved, wanted: string, device: Verifier | null): { kind: string; why: string } | null {
  const signer = readable(vkey);
  if (signer === null || signer.name !== `person/${person}`) return { kind: 'signature.key', why: 'its key cannot be read, or is another person’s' };
  try {
    const { text } = splitNote(note);
    if (text !== wanted) return { kind: 'signature.other', why: text.includes(`\nsha256 ${/^sha256 (\S+)$/mu.exec(wanted)?.[1] ?? ''}\n`) ? 'it says something else than the report says of it' : 'what was signed is another text than this report' };
    openNote(note, [signer]);
    if (device !== null) openNote(note, [device]);
    return null;
  } catch (thrown) {
    if (thrown instanceof EngineError) return { kind: 'signature.wrong', why: thrown.message.replace(/\.$/u, '') };
    throw thrown;
  }
}

/** Who signed must be several people, and what the record at hand issued must be this. */
function judgeApproval({ approval, identity, people }: Report, sha256: string, known: KnownHere, problems: Problem[]): void {
  const { signatures, compliance, revision } = approval;
  if (signatures.length === 0) problems.push({ kind: 'report.unsigned', message: `Nobody has signed this ${revision.issued_at === null ? 'draft' : 'revision'}, so nothing says whether it was changed.` });
  const last = signatures.findLast(({ role }) => role === 'compliance-officer') ?? null;
  if (JSON.stringify(last) !== JSON.stringify(compliance)) problems.push({ kind: 'report.compliance', message: 'The compliance sign-off is not the compliance officer’s signature.' });
  const operators = new Set(people.filter(({ part }) => part === 'operator').map(({ id }) => id));
  for (const { person, name, role } of signatures) {
    if (role !== 'operator' && operators.has(person)) problems.push({ kind: 'signature.not-independent', message: `${name} ran this run and signed as ${role}.` });
  }
  if (new Set(signatures.map(({ person }) => person)).size !== signatures.length) problems.push({ kind: 'signature.twice', message: 'One person signed twice.' });
  const issued = known.issued(identity.run, revision.number);
  if (issued !== null && issued !== sha256) problems.push({ kind: 'report.other', message: `The record here issued revision ${revision.number} with the digest ${issued}; this report has ${sha256}.` });
}

