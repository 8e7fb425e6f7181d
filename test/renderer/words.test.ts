import { describe, expect, it } from 'vitest';
import { commandLines, shellText } from '../../renderer/src/command-line.ts';
import { readRoles } from '../../renderer/src/screens/people/read-roles.ts';
import { assertionWords } from '../../renderer/src/screens/runbooks/assertion-words.ts';
import { zoneOf } from '../../renderer/src/use-now.ts';
import { age, against, hourMinute, localTime, longDay, roughly, shortDay, stepClock, untilDue } from '../../renderer/src/wording.ts';

const NOW = Date.parse('2026-09-11T09:42:18Z');
const text = (argv: string[]): string => commandLines(argv).map((line) => line.map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.kind} ${piece.text}]`)).join('')).join('\n');

describe('times in words', () => {
  it('are UTC, with the local time beside', () => {
    expect(hourMinute('2026-09-11T23:05:00+02:00')).toBe('21:05');
    expect(localTime(NOW, 'Europe/Berlin')).toBe('11:42 Berlin');
    expect(longDay(NOW)).toBe('Fri 11 Sep 2026');
    expect([shortDay(NOW, NOW), shortDay('2027-01-09T00:00:00Z', NOW)]).toEqual(['11 Sep', '9 Jan 2027']);
  });

  it('have no local time beside them where that is UTC', () => {
    const { TZ } = process.env;
    try {
      process.env['TZ'] = 'UTC';
      expect(zoneOf(NOW)).toBeNull();
      process.env['TZ'] = 'Europe/Berlin';
      expect(zoneOf(NOW)).toBe('Europe/Berlin');
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it('say spans as people do', () => {
    expect([59, 61, 7_300, 200_000].map(roughly)).toEqual(['59 s', '1 min', '2 h', '2 d']);
    expect([42, 1_451, 5_047].map(stepClock)).toEqual(['0:42', '24:11', '1:24:07']);
    expect([untilDue('2026-09-11T09:46:20Z', NOW), untilDue('2026-09-11T09:39:00Z', NOW)]).toEqual(['in 4 min', '3 min late']);
    expect(age('2026-09-11T08:00:05Z', NOW)).toBe('1 h 42 min old');
    expect([against(1_200, 7_200), against(null, 60), against(90, null)]).toEqual(['20 min of 2 h', 'not measured', '1 min 30 s, no target']);
  });
});

describe('a command', () => {
  it('is quoted only where a shell would need it', () => {
    expect(text(['psql', '-d', 'my db', '--file=/a/b.sql', '', "it's"])).toBe("psql -d 'my db' --file=/a/b.sql '' 'it'\\''s'");
  });

  it('shows dangerous characters as what they are: literal', () => {
    expect(text(['echo', '$(reboot)', '`x`', 'a;b', 'a\u202Eb'])).toBe("echo '$(reboot)' '`x`' 'a;b' 'a‹U+202E›b'");
  });

  it('sets secrets and parameters apart', () => {
    expect(text(['tool', '--key=‹secret master_key, 44 bytes›', '{{restore_to}}', '{{secret_file:pg}}'])).toBe('tool --key=[secret secret, 44 bytes] [param restore_to] [secret file of pg]');
  });

  it('is broken before it runs out of the column', () => {
    const lines = text(['aws', 'rds', 'failover-db-cluster', '--db-cluster-identifier', 'kredete-cluster', '--target-db-instance-identifier', 'kredete-standby']).split('\n');
    expect(lines.length).toBe(2);
    expect(lines[0]?.endsWith(' \\')).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
  });
});

describe('an assertion in words', () => {
  it.each([
    [{ stdout: { contains: 'ok' } }, 'the output contains “ok”'],
    [{ number: { min: 41 } }, 'the number is at least 41'],
    [{ json: '/status', equals: 'green' }, '/status is "green"'],
    [{ file: '/a', min_size: '1GB' }, 'the file /a has at least 1GB'],
    [{ run: ['psql', '-c', 'x'], expect: { number: { equals: 1 } } }, 'psql -c x: the number is 1'],
    [{ run: ['true'] }, 'true ends with exit 0'],
    [{ stdout: { equals: 'x' }, title: 'Every tenant is back' }, 'Every tenant is back'],
  ])('%#', (assertion, words) => {
    expect(assertionWords(assertion)).toBe(words);
  });
});

describe('roles as they are typed', () => {
  it('are words, each once', () => {
    expect(readRoles(' operator, dba;dba  vp-engineering ')).toEqual({ roles: ['operator', 'dba', 'vp-engineering'], problem: null });
  });
  it('are refused where a runbook could not name them', () => {
    expect(readRoles('Operator').problem).toContain('“Operator”');
  });
});

describe('a command to type on another machine', () => {
  it('has its environment before it, and quotes what a shell would take apart', () => {
    expect(shellText([['psql', '-c', "SELECT 'a b'", '']], { PGHOST: 'db.example', PGPASSWORD: '‹secret pg, 9 bytes›' })).toBe("PGHOST=db.example PGPASSWORD=‹secret pg, 9 bytes› psql -c \\\n    'SELECT '\\''a b'\\''' ''");
  });

  it('goes over lines where it is long, and keeps the stages of a pipe', () => {
    expect(shellText([['pg_dump', '--host', 'db.example.test', '--format', 'custom', '--file', '/media/kit/dumps/keycloak.dump'], ['gzip', '-9']], {})).toBe('pg_dump --host db.example.test --format custom --file \\\n    /media/kit/dumps/keycloak.dump |\ngzip -9');
  });
});
