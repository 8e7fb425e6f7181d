/** Evidence as rows for people: names in words, sizes and times as they are said. Pure. */
import type { Evidence } from '../../../../electron/contract/readiness.ts';
import { spokenBytes, spokenDuration } from '../../../../electron/contract/wording.ts';
import { visible } from '../../visible.ts';

export interface EvidenceRow { label: string; value: string; mono: boolean }
type Value = Evidence[string];

const LABELS: Readonly<Record<string, string>> = {
  level: 'Proven', path: 'File', size: 'Size', age_s: 'Age', sha256: 'SHA-256', reason: 'Reason', version: 'Version', not_after: 'Valid until', free: 'Free', rows: 'Rows',
};
const MONO = /(?:sha|digest|path|fingerprint|serial)/u;

function label(key: string): string {
  const words = LABELS[key] ?? key.replace(/_(?:s|ms|bytes)$/u, '').replaceAll('_', ' ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

function said(key: string, value: Value): string {
  if (typeof value === 'number') {
    if (key.endsWith('_ms')) return spokenDuration(value / 1000);
    if (key.endsWith('_s')) return spokenDuration(value);
    if (key === 'size' || key.endsWith('bytes') || key === 'free') return spokenBytes(value);
    return value.toLocaleString('en');
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return visible(value);
  if (value === null) return 'none';
  if (Array.isArray(value)) return value.map((item) => said(key, item)).join(', ');
  return Object.entries(value).map(([name, inner]) => `${label(name)}: ${inner === undefined ? 'none' : said(name, inner)}`).join('; ');
}

/** Shown as the ladder. */
const ON_THE_LADDER: ReadonlySet<string> = new Set(['rungs', 'wanted', 'level', 'fetch_ms', 'fetch_rate', 'restored_bytes', 'restore_ms', 'restore_rate', 'full_size', 'projected_ms', 'fault']);

export function evidenceRows(evidence: Evidence): EvidenceRow[] {
  return Object.entries(evidence).filter(([key, value]) => !ON_THE_LADDER.has(key) && value !== null && value !== '').map(([key, value]) => ({ label: visible(label(key)), value: said(key, value), mono: MONO.test(key) }));
}
