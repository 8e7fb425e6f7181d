/** A database of Kravn 0.1.91 as SQL: its tables, sealed credentials, and an audit log of two replicas whose chains fork once. */
import { createHash } from 'node:crypto';
import { sealValue } from '../../../electron/engine/drill/seal.ts';

export type Dialect = 'postgres' | 'mysql' | 'sqlite';

export const USERS = 40;
export const AUDIT_ENTRIES = 3000;
/** The second replica is restored from the first one's data here, so two entries follow the same one. */
const FORK_AT = 2000;
const FIELD_SEPARATOR = '\u001f';

type Value = string | number | null;

const TABLES = `
CREATE TABLE users (id varchar(64) PRIMARY KEY, email varchar(191), role varchar(32));
CREATE TABLE teams (id varchar(64) PRIMARY KEY, name varchar(255));
CREATE TABLE servers (id varchar(64) PRIMARY KEY, name varchar(255), auth_value text, plugin_config text);
CREATE TABLE virtual_servers (id varchar(64) PRIMARY KEY, name varchar(255));
CREATE TABLE plugins (id varchar(64) PRIMARY KEY, config text);
CREATE TABLE app_keyring (id varchar(32) PRIMARY KEY, wrapped_dek text);
CREATE TABLE audit_log (seq bigint PRIMARY KEY, id varchar(64), ts varchar(40), category varchar(32), action varchar(191), actor_id varchar(64), actor_email varchar(255),
  actor_role varchar(32), resource_type varchar(64), resource_id varchar(191), outcome varchar(16), ip varchar(64), details text, prev_hash varchar(64), hash varchar(64));
`;

/** The whole database. MySQL takes backslashes as they stand, as the other two do. */
export function kravnSql(dialect: Dialect, secret: string, newest: Date): string {
  const rows = [...state(secret), ...auditLog(newest).map((entry): [string, Value[]] => ['audit_log', entry])];
  const begin = dialect === 'mysql' ? "SET sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES';\nBEGIN;" : 'BEGIN;';
  return [TABLES, begin, ...rows.map(([table, values]) => `INSERT INTO ${table} VALUES (${values.map(literal).join(', ')});`), 'COMMIT;', ''].join('\n');
}

function literal(value: Value): string {
  return value === null ? 'NULL' : typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}

/** What eight kinds of state there are but the audit log. Credentials stand bare in one column and inside JSON in another. */
function state(secret: string): [string, Value[]][] {
  const seal = (plain: string): string => sealValue(plain, Buffer.from(secret));
  return [
    ...Array.from({ length: USERS }, (_, i): [string, Value[]] => ['users', [`u${i}`, `person${i}@bank.example`, i === 0 ? 'admin' : 'viewer']]),
    ['teams', ['t1', 'Operations']],
    ['servers', ['s1', 'git', '', JSON.stringify({ url: 'https://git.example', token: seal('token of git') })]],
    ['servers', ['s2', 'crm', seal('bearer of crm'), null]],
    ['virtual_servers', ['v1', 'Everything']],
    ['plugins', ['p1', JSON.stringify({ level: 2 })]],
    ['app_keyring', ['k1', 'wrapped-by-the-kms']],
  ];
}

/** Entries every half minute up to `newest`, written in turn by two replicas; each replica's chain is its own. */
function auditLog(newest: Date): Value[][] {
  const heads: [string, string] = ['genesis', 'genesis'];
  return Array.from({ length: AUDIT_ENTRIES }, (_, index) => {
    const seq = index + 1;
    const replica = seq % 2 === 0 ? 0 : 1;
    if (seq === FORK_AT) heads[0] = heads[1];
    const fields = entryFields(seq, new Date(newest.getTime() - (AUDIT_ENTRIES - seq) * 30_000));
    const previous = heads[replica];
    const hash = createHash('sha256').update([previous, ...fields.map((field) => field ?? '')].join(FIELD_SEPARATOR)).digest('hex');
    heads[replica] = hash;
    return [seq, ...fields, previous, hash];
  });
}

/** With what text goes wrong on: a missing actor, letters beyond ASCII, quotes, a backslash. */
function entryFields(seq: number, at: Date): (string | null)[] {
  const actor = seq % 5 === 0 ? null : `u${seq % USERS}`;
  const details = JSON.stringify({ n: seq, text: 'it\'s "ünïcode" \\ and 界' });
  return [`a${seq}`, at.toISOString(), 'auth', 'login', actor, actor === null ? null : 'person@exämple.com', 'viewer', null, null, 'success', '10.0.0.1', details];
}
