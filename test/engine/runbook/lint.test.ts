import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LintReport } from '../../../electron/contract/runbook.ts';
import { judgeDraft, lintPaths } from '../../../electron/engine/runbook/lint.ts';
import { block, compose, parse, step } from './compose.ts';

const AT = new Date('2026-05-01T00:00:00Z');
const folders: string[] = [];
afterEach(() => { for (const folder of folders.splice(0)) rmSync(folder, { recursive: true }); });

/** Rules of the warnings, sorted. A sample with an error is a mistake in the test. */
function warnings(sample: { front?: string; body: string }): string[] {
  const { draft, findings } = parse(sample);
  if (draft === null) throw new Error(JSON.stringify(findings));
  const errors = findings.filter((finding) => finding.severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return judgeDraft(draft, AT).map((finding) => finding.rule).sort();
}

/** A run step around one argv that no other rule finds fault with. */
function run(argv: readonly string[], extra = ''): string {
  return step('a', `budget: 5m\n${extra.includes('modes:') ? '' : 'modes: {rehearsal: simulate}\n'}run: ${JSON.stringify(argv)}\n${extra}`);
}

function pipe(argvs: readonly (readonly string[])[], extra = ''): string {
  return step('a', `budget: 5m\nmodes: {rehearsal: simulate}\npipe: ${JSON.stringify(argvs)}\n${extra}`);
}

const ok = 'verify: [{stdout: {contains: ready}}]\n';
const poll = 'wait_until: {run: [kubectl, -n, x, get, pods], expect: {stdout: {contains: Running}}, within: 5m}\n';
const gate = 'point_of_no_return: true\n';
const status = step('s', 'budget: 1m\nrun: [kubectl, -n, prod, rollout, status, deploy/web, --timeout=5m]');

/** The rule, a body that breaks it, and a body that does not. */
const RULES: readonly [rule: string, bad: string, good: string][] = [
  ['psql-several-statements', run(['psql', '-U', 'x', '-c', 'DROP DATABASE a; CREATE DATABASE a;'], gate), run(['psql', '-U', 'x', '-c', 'DROP DATABASE a', '-c', 'CREATE DATABASE a;'], gate)],
  ['psql-several-statements', run(['kubectl', '-n', 'x', 'exec', 'pg-0', '--', '/usr/bin/psql', '-U', 'x', '--command=DROP DATABASE a; CREATE DATABASE a'], gate), run(['psql', '-U', 'x', '-c', "INSERT INTO notes VALUES ('a; CREATE DATABASE b')"])],
  ['psql-on-error-stop', pipe([['zcat', 'x'], ['psql', '-U', 'x', 'db']], ok), pipe([['zcat', 'x'], ['psql', '-v', 'ON_ERROR_STOP=1', '-U', 'x', 'db']], ok)],
  ['psql-on-error-stop', pipe([['zcat', 'x'], ['kubectl', '-n', 'x', 'exec', '-i', 'pg-0', '--', 'psql', '-U', 'x']], ok), pipe([['zcat', 'x'], ['kubectl', '-n', 'x', 'exec', '-i', 'pg-0', '--', 'psql', '-U', 'x', '--set=ON_ERROR_STOP=on']], ok)],
  ['psql-on-error-stop', run(['psql', '-f', '/dump.sql'], ok), run(['psql', '-qvON_ERROR_STOP=1', '-f', '/dump.sql'], ok)],
  ['psql-on-error-stop', run(['sudo', '-u', 'postgres', 'psql'], `stdin: {file: /dump.sql}\n${ok}`), run(['psql', '-Atc', 'SELECT 1'], ok)],
  ['glob-in-argv', run(['ls-tool', '/media/kit/*.dump']), run(['find', '/media/kit', '-name', '*.dump'])],
  ['glob-in-argv', run(['cp', '/a/file?.txt', '/b']), run(['fetch', 'https://ampora.example/x?y=1'])],
  ['substitution-in-argv', run(['cp', '/backup-$(date +%F).tar', '/x']), run(['awk', '{print $1}', '/x'])],
  ['substitution-in-argv', run(['cp', '$HOME/x', '/x']), run(['cp', '/home/x', '/x'])],
  ['substitution-in-argv', run(['cp', '~/x', '/x']), run(['cp', '/x', 'y~'])],
  ['substitution-in-argv', run(['aws', 'rds', 'wait', '--id', '$(hostname)']), run(['aws', 'rds', 'wait', '--query', 'x[?size > `0`]'])],
  ['substitution-in-argv', run(['echo', '`id`']), run(['echo', 'id'])],
  ['shell-syntax-in-argv', run(['echo', 'x', '>', '/tmp/x']), run(['echo', 'a > b'])],
  ['shell-syntax-in-argv', run(['sync-tool', '/x', ';', 'reboot-tool']), run(['find', '/receipts', '-type', 'f', '-exec', 'sha256sum', '{}', ';'])],
  ['shell-syntax-in-argv', run(['zcat', 'x', '|', 'psql']), pipe([['zcat', 'x'], ['wc-tool']])],
  ['s3-glob', run(['aws', 's3', 'cp', 's3://akko-backups/pg/x*.sql.gz', '/x']), run(['aws', 's3', 'cp', 's3://akko-backups/pg/x.sql.gz', '/x'])],
  ['rds-engine', run(['aws', 'rds', 'restore-db-cluster-from-snapshot', '--db-cluster-identifier', 'x'], `${ok}${poll}`), run(['aws', 'rds', 'restore-db-cluster-from-snapshot', '--engine', 'aurora-postgresql'], `${ok}${poll}`)],
  ['pg-restore-recovery-target', run(['pg_restore', '--recovery-target-time=2026', '/x'], ok), run(['pg_restore', '-d', 'x', '/x'], ok)],
  ['pgbackrest-target', run(['pgbackrest', 'restore', '--target-time=2026-04-25 14:30:00'], ok), run(['pgbackrest', 'restore', '--type=time', '--target=2026-04-25 14:30:00+00'], ok)],
  ['pgbackrest-target', run(['pgbackrest', 'restore', '--target=2026-04-25 14:30:00 UTC'], ok), run(['pgbackrest', 'restore', '--type=immediate'], ok)],
  ['tty-flag', run(['kubectl', '-n', 'x', 'exec', '-it', 'pg-0', '--', 'psql', '-U', 'x', '-c', 'VACUUM']), run(['kubectl', '-n', 'x', 'exec', '-it', 'pg-0', '--', 'psql', '-U', 'x'], 'tty: true\n')],
  ['tty-flag', run(['docker', 'exec', '--tty', 'c', 'id']), run(['kubectl', '-n', 'x', 'exec', '-i', 'pg-0', '--', 'tool', '-t'])],
  ['velero-wait', run(['velero', 'restore', 'create', '--from-schedule', 'x'], ok), run(['velero', 'restore', 'create', '--from-schedule', 'x', '--wait'], ok)],
  ['velero-wait', run(['velero', 'create', 'restore', 'r'], ok), run(['velero', 'restore', 'create', 'r'], `${ok}${poll}`)],
  ['velero-from-backup', run(['velero', 'restore', 'create', '--from-backup', 'latest-daily', '--wait'], ok), run(['velero', 'restore', 'create', '--from-backup', '{{name}}', '--wait'], `${ok}modes: {live: run, rehearsal: simulate}\n`)],
  ['prints-secret', run(['aws', 'secretsmanager', 'get-secret-value', '--secret-id', 'x'], ok), step('a', 'kind: secret\nbudget: 1m\nsecret: key\nrun: [aws, secretsmanager, get-secret-value, --secret-id, x]')],
  ['prints-secret', run(['vault', 'read', 'secret/x'], ok), run(['vault', 'status'], ok)],
  ['prints-secret', run(['vault', 'kv', 'get', 'secret/x'], ok), run(['vault', 'login', '-method=x'], ok)],
  ['prints-secret', run(['kubectl', '-n', 'x', 'get', 'secret', 'db', '-o', 'yaml'], ok), run(['kubectl', '-n', 'x', 'get', 'secret', 'db', '-o', 'name'], ok)],
  ['shell', run(['bash', '-c', 'echo hello']), run(['echo', 'hello'])],
  ['shell', run(['/bin/sh', '-ec', 'echo hello']), run(['printf', 'sh -c'])],
  ['shell', run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'sh', '-c', 'ls']), run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'id'])],
  ['shell', run(['sudo', 'bash', '-lc', 'echo']), run(['sudo', 'id'])],
  ['opaque-script', run(['/opt/scripts/rotate-secrets.sh']), run(['/opt/bin/rotate-secrets'])],
  ['opaque-script', run(['bash', 'scripts/dr-smoke-test.sh']), run(['python3', '-m', 'http.server'])],
  ['opaque-script', run(['python3', '{{runbook_dir}}/check.py']), run(['{{blackstart}}', 'record', 'verify'])],
  ['opaque-script', run(['env', 'A=1', 'tests/post-deploy/run-all.sh']), run(['env', 'A=1', 'id'])],
  ['shell-word', run(['cd', '/x']), run(['id'])],
  ['kubectl-run-overrides', run(['kubectl', '-n', 'x', 'run', 'r', '--image=i@sha256:0', '--env=A=1', '--overrides={"spec":{"containers":[]}}']), run(['kubectl', '-n', 'x', 'run', 'r', '--image=i@sha256:0', '--env=A=1'])],
  ['moving-tag', run(['docker', 'build', '-t', 'r.example/web:latest', '/x']), run(['docker', 'build', '-t', 'r.example/web:1.2', '/x'])],
  ['moving-tag', run(['kubectl', '-n', 'x', 'set', 'image', 'deploy/web', 'web=r.example/web:latest']), run(['kubectl', '-n', 'x', 'set', 'image', 'deploy/web', 'web=r.example/web@sha256:00'])],
  ['moving-tag', run(['kubectl', '-n', 'x', 'set', 'image', '--kubeconfig=/k', 'deploy/web', 'web=r.example/web']), run(['kubectl', '-n', 'x', 'set', 'image', '--kubeconfig=/k', 'deploy/web', 'web=r.example/web@sha256:00'])],
  ['moving-tag', run(['docker', 'push', 'veza-backend-api:1']), run(['docker', 'push', 'registry.example/veza:1'])],
  ['follow-without-timeout', run(['kubectl', '-n', 'x', 'logs', '-f', 'deploy/web']), run(['kubectl', '-n', 'x', 'logs', '-f', 'deploy/web'], 'timeout: 1m\n')],
  ['follow-without-timeout', run(['tail', '-F', '/var/log/x']), run(['tail', '-n', '50', '/var/log/x'])],
  ['rollout-undo-revision', run(['kubectl', '-n', 'x', 'rollout', 'undo', 'deploy/web']), run(['kubectl', '-n', 'x', 'rollout', 'undo', 'deploy/web', '--to-revision=3'])],
  ['rollout-restart-selector', run(['kubectl', '-n', 'x', 'rollout', 'restart', 'deployment', '--selector=tier=api']), run(['kubectl', '-n', 'x', 'rollout', 'restart', 'deploy/web'])],
  ['terraform-plan', run(['terraform', 'apply']), run(['terraform', 'apply', '/plan'])],
  ['terraform-init', run(['terraform', 'apply', '/plan']), step('i', 'budget: 1m\nrun: [terraform, init]') + run(['terraform', 'apply', '/plan'])],
  ['aws-unsorted', run(['aws', 'rds', 'describe-db-cluster-snapshots', '--query', 'DBClusterSnapshots[-1].Id'], ok), run(['aws', 'rds', 'describe-db-cluster-snapshots', '--query', 'sort_by(DBClusterSnapshots,&T)[-1].Id'], ok)],
  ['aws-none', run(['aws', 'rds', 'describe-x', '--query', 'A.B', '--output', 'text'], 'capture: {v: {stdout: true, type: string}}\n'), run(['aws', 'rds', 'describe-x', '--query', 'A.B', '--output', 'text'], "capture: {v: {stdout: true, type: string}}\nverify: [{stdout: {not_matches: '^None$'}}]\n")],
  ['kubectl-namespace', run(['kubectl', 'rollout', 'status', 'deploy/web']), run(['kubectl', '--namespace=x', 'rollout', 'status', 'deploy/web'])],
  ['kubectl-namespace', run(['kubectl', 'cp', '/x', 'pg-0:/x']), run(['kubectl', 'cp', '/x', 'akko/pg-0:/x'])],
  ['kubectl-namespace', run(['kubectl', 'get', 'pods'], ok), run(['kubectl', 'get', 'nodes'], ok)],
  ['aws-unsorted', run(['aws', 'rds', 'describe-db-cluster-snapshots', '--db-cluster-identifier', 'x', '--query', 'DBClusterSnapshots[0].Id'], ok), run(['aws', 'rds', 'describe-db-instances', '--db-instance-identifier', 'x', '--query', 'DBInstances[0].Status'], ok)],
  ['relative-path', run(['kubectl', '-n', 'x', 'apply', '-f', 'deployment/x.yaml'], poll), run(['kubectl', '-n', 'x', 'logs', '-f', 'deployment/x'], 'timeout: 1m\n')],
  ['relative-path', run(['tool', '--file', './x']), run(['tool', '--file', '{{runbook_dir}}/x'])],
  ['relative-path', run(['aws', 'route53', 'list-x', '--cli-input-json', 'file://dns.json'], ok), run(['aws', 'route53', 'list-x', '--cli-input-json', 'file:///dns.json'], ok)],
  ['relative-path', run(['kubectl', '-n', 'x', 'diff', '-f', 'k8s/web.yaml']), run(['kubectl', '-n', 'x', 'diff', '-f', '/k8s/web.yaml'])],
  ['psql-in-pod', run(['kubectl', '-n', 'x', 'exec', 'deploy/api', '--', 'psql', '-c', 'VACUUM']), run(['kubectl', '-n', 'x', 'exec', 'deploy/api', '--', 'psql', '-U', 'app', '-c', 'VACUUM'])],
  ['listing-unasserted', run(['kubectl', '-n', 'x', 'get', 'pods']), run(['kubectl', '-n', 'x', 'get', 'pods'], ok)],
  ['listing-unasserted', run(['ls', '-l', '/backups']), run(['ls', '-l', '/backups'], 'capture: {v: {stdout: true, type: string}}\n')],
  ['listing-unasserted', run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'ls', '/b']), run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'id'])],
  ['listing-unasserted', run(['velero', 'backup', 'get']), run(['velero', 'backup', 'get'], ok)],
  ['listing-unasserted', run(['aws', 'rds', 'describe-db-instances']), run(['aws', 'rds', 'describe-db-instances'], ok)],
  ['select-unasserted', run(['psql', '-Atc', 'SELECT count(*) FROM tenants']), run(['psql', '-Atc', 'SELECT count(*) FROM tenants'], 'verify: [{number: {min: 41}}]\n')],
  ['placeholder', run(['tool', '--zone=ZXXXXXXX']), run(['tool', '--zone=Z1'])],
  ['placeholder', run(['tool', 'backup_YYYYMMDD_HHMMSS.dump']), run(['psql', '-Atc', "SELECT to_char(now(), 'YYYYMMDD')"], ok)],
  ['object-lock-unasserted', run(['aws', 's3api', 'get-object-lock-configuration', '--bucket', 'x'], 'capture: {v: {stdout: true, type: string}}\n'), run(['aws', 's3api', 'get-object-lock-configuration', '--bucket', 'x'], 'verify: [{json: /ObjectLockConfiguration/Rule/DefaultRetention/Mode, equals: COMPLIANCE}]\n')],

  ['no-budget', step('a'), step('a', 'budget: 1m')],
  ['restore-without-verify', run(['pg_restore', '-d', 'x', '/x']), run(['pg_restore', '-d', 'x', '/x'], ok)],
  ['restore-without-verify', run(['pgbackrest', '--stanza=x', 'restore']), run(['pgbackrest', '--stanza=x', 'info'])],
  ['restore-without-verify', pipe([['zcat', '/x'], ['psql', '-v', 'ON_ERROR_STOP=1', '-U', 'x']]), pipe([['zcat', '/x'], ['psql', '-v', 'ON_ERROR_STOP=1', '-U', 'x']], ok)],
  ['restore-without-verify', run(['velero', 'restore', 'create', '--from-schedule', 'x', '--wait']), run(['pg_restore', '--list', '/x'])],
  ['destructive-ungated', run(['kubectl', '-n', 'x', 'delete', 'pvc', 'data']), run(['kubectl', '-n', 'x', 'delete', 'pvc', 'data'], gate)],
  ['destructive-ungated', run(['terraform', 'apply', '-auto-approve']), run(['terraform', 'plan', '-out=/p'])],
  ['destructive-ungated', run(['terraform', 'destroy']), run(['terraform', 'destroy'], gate)],
  ['destructive-ungated', run(['aws', 'rds', 'failover-db-cluster'], poll), run(['aws', 'rds', 'describe-db-clusters'], ok)],
  ['destructive-ungated', run(['aws', 'route53', 'change-resource-record-sets'], poll), run(['aws', 'route53', 'change-resource-record-sets'], `${poll}${gate}`)],
  ['destructive-ungated', run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'psql', '-U', 'x', '-c', 'DROP TABLE a']), run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'psql', '-U', 'x', '-c', 'CREATE TABLE a()'])],
  ['destructive-ungated', run(['patronictl', 'failover', 'x']), run(['patronictl', 'list'])],
  ['destructive-ungated', run(['aws', 's3', 'rm', 's3://x/y']), run(['aws', 's3', 'cp', 's3://x/y', '/z'])],
  ['destructive-ungated', run(['knsupdate', '/x']), step('g', 'kind: approve\nby: [boss]\nbudget: 1m') + run(['knsupdate', '/x'])],
  ['destructive-ungated', run(['kubectl', '-n', 'x', 'exec', 'p', 'dropdb', 'app']), run(['kubectl', '-n', 'x', 'exec', 'p', 'createdb', 'app'])],
  ['destructive-ungated', run(['ssh', '-i', '/k', 'root@db', 'systemctl stop app; rm -rf /var/lib/app']), run(['ssh', '-i', '/k', 'root@db', 'systemctl', 'stop', 'app'])],
  ['destructive-ungated', run(['knotc', 'zone-commit', 'x']), run(['knotc', 'zone-status', 'x'])],
  ['destructive-ungated', run(['redis-cli', 'cluster', 'failover']), run(['redis-cli', 'ping'])],
  ['glob-in-argv', run(['tar', '-xf', '/media/kit/*.tar']), run(['tar', '-cf', '/x.tar', '--exclude=*.log', '/x'])],
  ['glob-in-argv', run(['psql', '-U', 'x', '-v', 'ON_ERROR_STOP=1', '-f', '/dumps/*.sql'], ok), run(['psql', '-Atc', 'SELECT count(*) FROM a.b'], ok)],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'scale', 'deploy/web', '--replicas=3']) + step('c', 'kind: check\nbudget: 1m\ncheck: {kind: power}'), run(['kubectl', '-n', 'prod', 'scale', 'deploy/web', '--replicas=3']) + step('c', 'kind: check\nbudget: 1m\ncheck: {kind: command, run: [kubectl, -n, prod, rollout, status, deploy/web], verify: [{stdout: {contains: success}}]}')],
  ['pipe-hides-exit', pipe([['kubectl', '-n', 'x', 'get', 'pods'], ['head', '-5']]), pipe([['kubectl', '-n', 'x', 'get', 'pods'], ['head', '-5']], ok)],
  ['aws-async', run(['aws', 'rds', 'failover-db-cluster'], gate), run(['aws', 'rds', 'failover-db-cluster'], `${gate}${poll}`)],
  ['aws-async', run(['aws', 'route53', 'change-resource-record-sets'], gate), run(['aws', 'route53', 'change-resource-record-sets'], gate) + step('w', 'budget: 1m\nrun: [aws, route53, wait, resource-record-sets-changed, --id, x]')],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'apply', '-k', '/k']), run(['kubectl', '-n', 'prod', 'apply', '-k', '/k']) + status],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'scale', 'deploy/web', '--replicas=3']), run(['kubectl', '-n', 'prod', 'scale', 'deploy/web', '--replicas=3']) + status],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'scale', 'deploy/other', '--replicas=3']) + status, run(['kubectl', '-n', 'prod', 'scale', 'deploy/other', '--replicas=3'], poll)],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'scale', 'deploy', 'web', '--replicas=0']), run(['kubectl', '-n', 'prod', 'scale', 'deploy', 'web', '--replicas=0']) + step('w', 'budget: 1m\nrun: [kubectl, -n, prod, wait, --for=delete, pod, -l, app=web]')],
  ['rollout-check', run(['/usr/local/bin/kubectl', '-n', 'prod', 'apply', '-f', '/k/web.yaml']), run(['kubectl', 'apply', '-f', '/k/namespace.yaml'])],
  ['vacuous-assertion', run(['id'], "verify: [{stdout: {matches: ''}}]\n"), run(['id'], "verify: [{stdout: {matches: '^$'}}]\n")],
  ['vacuous-assertion', run(['id'], "verify: [{stdout: {matches: '.*'}}]\n"), run(['id'], "verify: [{stdout: {matches: '.'}}]\n")],
  ['vacuous-assertion', run(['id'], 'verify: [{number: {min: 0}}]\n'), run(['id'], 'verify: [{number: {min: 0, max: 5}}]\n')],
  ['vacuous-assertion', run(['id'], 'verify: [{run: ["true"]}]\n'), run(['id'], 'verify: [{run: [pg_isready]}]\n')],
  ['vacuous-assertion', run(['id'], "verify: [{run: [x], expect: {stdout: {contains: ''}}}]\n"), run(['id'], 'verify: [{run: [x], expect: {stdout: {contains: a}}}]\n')],
  ['vacuous-assertion', block('check', '{id: c, title: C, kind: backup, engine: sqlite, at: x, level: asserted, severity: blocker, expires: 1d, assert: [{query: "SELECT 1", number: {min: 0}}]}'), block('check', '{id: c, title: C, kind: backup, engine: sqlite, at: x, level: asserted, severity: blocker, expires: 1d, assert: [{query: "SELECT 1", number: {min: 1}}]}')],
  ['verify-without-output', step('a', 'kind: manual\nconfirm: Done\nbudget: 1m\nverify: [{file: /x, exists: true}, {stdout: {equals: x}}]'), step('a', 'kind: manual\nconfirm: Done\nbudget: 1m\nverify: [{file: /x, exists: true}, {run: [x], expect: {stdout: {equals: x}}}]')],
  ['verify-without-output', step('a', 'kind: check\nbudget: 1m\ncheck: {kind: power}\nverify: [{json: /x, exists: true}]'), step('a', 'kind: check\nbudget: 1m\ncheck: {kind: power}\nverify: [{run: [x]}]')],
  ['verify-without-output', run(['serve'], 'background: {stop: [x]}\nverify: [{number: {min: 1}}]\n'), run(['serve'], 'verify: [{number: {min: 1}}]\nalternate: {when_dead: [dns], manual: Count them.}\n')],
  ['lost-dependency', block('check', '{id: c, title: C, kind: power, severity: blocker, expires: 1d, needs_alive: [dns]}'), block('check', '{id: c, title: C, kind: power, severity: blocker, expires: 1d, needs_alive: [kit]}')],
  ['lost-dependency', run(['id'], 'needs_alive: [dns]\n'), run(['id'], 'needs_alive: [dns]\nalternate: {when_dead: [dns], manual: Use the hosts file.}\n')],
  ['dangerous-env', run(['id'], 'env: {LD_PRELOAD: /x}\n'), run(['id'], 'env: {LANG: C}\n')],
  ['plain-secret', run(['id'], 'env: {PGPASSWORD: hunter2}\n'), run(['id'], 'env: {PGPASSWORD: {secret: key}}\n')],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'set', 'env', 'deployment/web', 'A=1']), run(['kubectl', '-n', 'prod', 'set', 'env', 'deployment/web', 'A=1']) + status],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'set', 'env', 'deploy/other', 'A=1']) + status, run(['kubectl', '-n', 'prod', 'set', 'env', 'deploy/web', '--list'])],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'set', 'image', 'deploy', 'web', 'web=r.example/web@sha256:00']), run(['kubectl', '-n', 'prod', 'set', 'image', 'deploy', 'web', 'web=r.example/web@sha256:00']) + status],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'rollout', 'restart', 'deployment', '-l', 'tier=api']), run(['kubectl', '-n', 'prod', 'rollout', 'restart', 'deployment', '-l', 'tier=api']) + status],
  ['rollout-check', run(['kubectl', '-n', 'prod', 'rollout', 'undo', 'deploy/web', '--to-revision=3']), run(['kubectl', '-n', 'prod', 'rollout', 'history', 'deploy/web'], ok)],
  ['rollout-check', pipe([['kubectl', '-n', 'prod', 'get', 'deployments', '--output=name'], ['xargs', 'kubectl', '-n', 'prod', 'rollout', 'restart']], ok), run(['kubectl', '-n', 'prod', 'set', 'image', 'deploy/web', 'web=r.example/web@sha256:00', '--dry-run=client'])],
  ['placeholder', run(['tool', '--host=db.xxxxx.eu-west-1.example']), run(['chmod', 'u=rwxx', '/boxxxes'])],
  ['placeholder', run(['tool', '--host=xxx']), run(['tool', '--colour=0xffxx'])],
  ['relative-path', run(['./scripts/smoke']), run(['/kit/scripts/smoke'])],
  ['relative-path', run(['scripts/smoke']), run(['scripts/smoke'], 'cwd: /kit\n')],
  ['relative-path', run(['bash', 'scripts/smoke.sh']), run(['bash', '{{runbook_dir}}/smoke.sh'])],
  ['relative-path', run(['sudo', '-u', 'x', 'scripts/smoke']), run(['kubectl', '-n', 'x', 'exec', 'p', '--', 'bin/smoke'])],
  ['shell-word', run(['AKKO_VERSION=2026.04', 'AKKO_DOMAIN=x', 'deploy-tool']), run(['env', 'AKKO_VERSION=2026.04', 'deploy-tool'])],
  ['opaque-script', run(['A=1', 'bash', '/kit/deploy.sh']), run(['A=1', 'id'])],
  ['rds-status-infos', run(['aws', 'rds', 'describe-db-instances', '--query', 'DBInstances[0].StatusInfos'], ok), run(['aws', 'rds', 'describe-db-instances', '--query', 'DBInstances[0].DBInstanceStatus'], ok)],
  ['rds-no-instance', run(['aws', 'rds', 'restore-db-cluster-from-snapshot', '--engine', 'aurora-postgresql'], `${ok}${poll}`), run(['aws', 'rds', 'restore-db-cluster-from-snapshot', '--engine', 'aurora-postgresql'], `${ok}${poll}`) + step('i', `budget: 1m\nrun: [aws, rds, create-db-instance, --db-cluster-identifier, x]\n${poll}`)],
  ['rds-no-instance', run(['aws', '--region=x', 'rds', 'restore-db-cluster-to-point-in-time', '--db-cluster-identifier=x'], `${ok}${poll}`), run(['aws', 'rds', 'restore-db-cluster-from-snapshot', '--engine', 'postgres', '--db-cluster-instance-class=db.m5d.large'], `${ok}${poll}`)],
  ['plain-secret', run(['kubectl', '-n', 'x', 'run', 'r', '--image=i@sha256:0', '--env=PGPASSWORD=hunter2']), run(['kubectl', '-n', 'x', 'run', 'r', '--image=i@sha256:0', '--env=PGHOST=db'])],
  ['plain-secret', run(['kubectl', '-n', 'x', 'create', 'secret', 'generic', 's', '--from-literal=password=hunter2']), run(['kubectl', '-n', 'x', 'create', 'secret', 'generic', 's', '--from-file=password={{secret_file:key}}'])],
  ['plain-secret', run(['mysql', '--password=hunter2', '-e', 'SELECT 1'], ok), run(['mysql', '--password-file=/x', '-e', 'SELECT 1'], ok)],
  ['plain-secret', run(['env', 'AWS_SECRET_ACCESS_KEY=abc', 'id']), run(['env', 'AWS_SHARED_CREDENTIALS_FILE=/x', 'PWD=/x', 'id'])],
  ['plain-secret', run(['env', 'API_TOKEN=abc', 'id']), run(['grep', '-c', 'API_TOKEN=abc', '/x'], ok)],
  ['git-pull', run(['git', '-C', '/repo', 'pull', 'origin', 'main']), run(['git', '-C', '/repo', 'fetch', 'origin', 'main'])],
  ['password-by-pattern', pipe([['cat', '/url'], ['grep', '-oP', 'password=\\K[^&]+']], ok), pipe([['cat', '/url'], ['grep', '-c', 'password=']], ok)],
  ['password-by-pattern', pipe([['cat', '/url'], ['sed', 's/.*password=//']], ok), pipe([['cat', '/url'], ['sed', 's/^#.*//']], ok)],
  ['logs-time-ago', run(['curl', '--data-urlencode', 'query=user:"x" AND _time:[72h ago, now]', 'https://logs.example'], ok), run(['curl', '--data-urlencode', 'query=user:"x" AND _time:72h', 'https://logs.example'], ok)],
  ['copy-unverified', run(['kubectl', '-n', 'x', 'cp', 'pg-0:/receipts', '/media/receipts']), run(['kubectl', '-n', 'x', 'cp', 'pg-0:/receipts', '/media/receipts'], 'verify: [{file: /media/receipts/1, min_size: 1B}]\n')],
  ['prints-secret', run(['aws', 'kms', 'decrypt', '--ciphertext-blob', 'fileb:///x'], ok), run(['aws', 'kms', 'describe-key', '--key-id', 'x'], ok)],
  ['capture-order', run(['x', '{{v}}'], 'needs: []\n') + step('b', 'budget: 1m\ncapture: {v: {stdout: true, type: string}}'), step('b', 'budget: 1m\ncapture: {v: {stdout: true, type: string}}') + run(['x', '{{v}}'])],
];

const FRONT = 'roles: {boss: {approves: true}}\nlost: [dns]\nparams: {name: {type: string, default: x}}\nsecrets: {key: {sources: [prompt]}}\n';

describe('the linter', () => {
  it.each(RULES)('%s: finds %j and lets its good twin pass', (rule, bad, good) => {
    const front = FRONT;
    expect(warnings({ front, body: bad })).toContain(rule);
    expect(warnings({ front, body: good })).not.toContain(rule);
  });

  it('finds nothing in a step that is as it should be', () => {
    expect(warnings({ front: FRONT, body: run(['pg_restore', '--dbname={{name}}', '/media/x.dump'], 'verify: [{run: [psql, -Atc, "SELECT count(*) FROM tenants"], expect: {number: {min: 41}}}]\n') })).toEqual([]);
  });

  it('looks into sudo, env, full paths, pods, pipes, undo, alternate, modes and verify', () => {
    const hidden = ['sudo', '-u', 'root', 'env', 'A=1', '/usr/bin/kubectl', '-n', 'x', 'exec', 'pg-0', '-c', 'pg', '--', 'timeout', '30', '/usr/lib/postgresql/15/bin/psql', '-U', 'x', '-c', 'DROP DATABASE a; CREATE DATABASE a;'];
    const used = [
      run(hidden, gate),
      pipe([['id'], hidden], gate),
      run(['id'], `undo: {run: ${JSON.stringify(hidden)}}\n`),
      run(['id'], `alternate: {when_dead: [dns], run: ${JSON.stringify(hidden)}}\n`),
      step('a', `budget: 1m\nmodes: {rehearsal: {run: ${JSON.stringify(hidden)}}}`),
      run(['id'], `verify: [{run: ${JSON.stringify(hidden)}}]\n`),
      run(['id'], `wait_until: {run: ${JSON.stringify(hidden)}, within: 1m}\n`),
    ];
    for (const body of used) expect(warnings({ front: FRONT, body })).toContain('psql-several-statements');
  });
});

describe('the plan as a whole', () => {
  const rto = (body: string, front = 'targets: {rto: 1h}\n'): string[] => warnings({ front, body }).filter((rule) => rule === 'budget-over-rto');
  const timed = (id: string, budget: string, extra = ''): string => step(id, `budget: ${budget}\n${extra}`);

  it('adds budgets along the longest way, not over lanes', () => {
    expect(rto(timed('a', '40m') + timed('b', '40m'))).toEqual(['budget-over-rto']);
    expect(rto(timed('a', '40m') + timed('b', '40m', 'needs: []'))).toEqual([]);
    expect(rto(timed('a', '30m') + timed('b', '30m'))).toEqual([]);
  });

  it('stops the clock where service is restored', () => {
    expect(rto(timed('a', '50m', 'restores_service: true') + timed('b', '50m'))).toEqual([]);
  });

  it('never adds branches that exclude each other', () => {
    const decide = (options: string): string => step('d', `kind: decide\nbudget: 5m\nquestion: Q\nas: q\noptions: ${options}`);
    expect(rto(decide('{x: {label: X}, y: {label: Y, goto: c}}') + timed('a', '40m') + timed('b', '20m') + timed('c', '10m'))).toEqual(['budget-over-rto']);
    expect(rto(decide('{x: {label: X}, y: {label: Y}}') + timed('a', '40m', 'when: q == "x"') + timed('b', '40m', 'when: q == "y"'))).toEqual([]);
    expect(rto(timed('a', '40m', 'when: place == "k"') + timed('b', '40m', 'when: place == "v"'), 'targets: {rto: 1h}\nparams: {place: {type: enum, values: [k, v], default: k}}\n')).toEqual([]);
  });

  it('compares a phase with the steps in it', () => {
    expect(warnings({ body: block('phase', 'budget: 10m') + timed('a', '8m') + timed('b', '8m') })).toEqual(['phase-over-budget']);
    expect(warnings({ body: block('phase', 'budget: 20m') + timed('a', '8m') + timed('b', '8m') })).toEqual([]);
  });

  it('calls a review stale from the day after it was due', () => {
    const { draft } = parse({ front: 'review_every: 90d\n', body: '' });
    if (draft === null) throw new Error('no draft');
    const rules = (day: string): string[] => judgeDraft(draft, new Date(`${day}T00:00:00Z`)).map((finding) => finding.rule);
    expect(rules('2026-07-24')).toEqual([]);
    expect(rules('2026-07-25')).toEqual(['review-stale']);
  });

  it('finds a secret all of whose sources are lost, a component without a check, and placeholders', () => {
    expect(warnings({ front: 'lost: [cluster]\nsecrets: {key: {sources: [{file: /x, needs_alive: [cluster]}]}}\n', body: '' })).toEqual(['lost-dependency']);
    expect(warnings({ front: 'lost: [cluster]\nsecrets: {key: {sources: [{file: /x, needs_alive: [cluster]}, prompt]}}\n', body: '' })).toEqual([]);
    expect(warnings({ front: 'components: [{id: db, title: DB}]\n', body: '' })).toEqual(['component-uncovered']);
    expect(warnings({ front: 'params: {zone: {type: string, default: ZXXXXXXXX}}\n', body: '' })).toEqual(['placeholder']);
    expect(warnings({ front: 'params: {t: {type: datetime, default: "2026-04-25T14:30:00Z"}}\n', body: '' })).toEqual(['placeholder']);
    expect(warnings({ front: "secrets: {key: {sources: [prompt], fingerprint: 'sha256:…'}}\n", body: '' })).toEqual(['placeholder']);
  });

  it('wants the time of pgbackrest in its own format', () => {
    const body = run(['pgbackrest', 'restore', '--type=time', '--target={{t}}'], ok);
    expect(warnings({ front: 'params: {t: {type: datetime}}\n', body })).toContain('pgbackrest-target');
    expect(warnings({ front: 'params: {t: {type: datetime, format: postgres}}\n', body })).not.toContain('pgbackrest-target');
  });
});

it('lets a script run whose digest readiness compares', () => {
  const body = run(['/kit/scripts/smoke.sh'], ok);
  const pinned = (fields: string): string => `\n\`\`\`yaml check\nid: pinned\ntitle: The script is the approved one\nseverity: blocker\nexpires: 30d\n${fields}\n\`\`\`\n`;
  expect(warnings({ body: body + pinned('kind: file\npath: /kit/scripts/smoke.sh') })).toContain('opaque-script');
  expect(warnings({ body: body + pinned('kind: file\npath: /kit/scripts/smoke.sh\nsums: SHA256SUMS') })).not.toContain('opaque-script');
  expect(warnings({ body: body + pinned('kind: manifests\nhow: sums\npath: /kit/scripts') })).not.toContain('opaque-script');
});

describe('linting files', () => {
  function folder(files: Record<string, string>): string {
    const made = mkdtempSync(join(tmpdir(), 'blackstart-lint-'));
    folders.push(made);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
    return made;
  }
  const named = (id: string, body: string): string => compose({ body }).replace('id: sample', `id: ${id}`);
  const call = (id: string, extra = ''): string => step('a', `kind: call\nbudget: 1m\nrunbook: ${id}\n${extra}`);

  it('reports path, id, digest and findings, with their sums', () => {
    const dir = folder({ 'a.runbook.md': named('a', step('x', 'budget: 5')), 'b.runbook.md': named('b', step('x')), 'notes.md': '# Notes\n' });
    const report = LintReport.parse(lintPaths([dir], { at: AT }));
    expect(report.files.map(({ id, path }) => [id, path])).toEqual([['a', join(dir, 'a.runbook.md')], ['b', join(dir, 'b.runbook.md')]]);
    expect(report).toMatchObject({ errors: 1, warnings: 1 });
    expect(report.files[0]?.findings).toMatchObject([{ rule: 'quote-it', severity: 'error', line: 22, column: 9 }]);
    expect(report.files[1]?.sha256).toMatch(/^[0-9a-f]{64}$/u);
  });

  it('says what is not there', () => {
    expect(() => lintPaths(['/no/such'], { at: AT })).toThrow('/no/such does not exist.');
  });

  it('still warns about a runbook with errors', () => {
    const dir = folder({ 'a.runbook.md': named('a', step('x') + step('y', 'needs: [gone]')) });
    expect(lintPaths([dir], { at: AT }).files[0]?.findings.map((finding) => finding.rule)).toEqual(['no-budget', 'no-budget', 'unknown-step']);
  });

  it('looks up called runbooks, their parameters, and cycles among them', () => {
    const dir = folder({
      'a.runbook.md': named('a', call('b')), 'b.runbook.md': named('b', call('a')), 'c.runbook.md': named('c', call('gone')), 'd.runbook.md': named('d', call('e', 'params: {x: "1"}')),
      'e.runbook.md': compose({ front: 'params: {need: {type: string, required: true}}\n', body: '' }).replace('id: sample', 'id: e'),
    });
    const rules = lintPaths([dir], { at: AT }).files.map(({ id, findings }) => [id, findings.map((finding) => finding.rule)]);
    expect(rules).toEqual([['a', ['call-cycle']], ['b', ['call-cycle']], ['c', ['unknown-runbook']], ['d', ['missing-field', 'unknown-name']], ['e', []]]);
  });

  it('lets no call give a real value where the called runbook has one for rehearsals', () => {
    const calling = (id: string, params: string, given: string): string => compose({ front: params, body: call('wipe', `params: {host: ${given}, name: other}`) }).replace('id: sample', `id: ${id}`);
    const dir = folder({
      'bare.runbook.md': calling('bare', 'params: {real: {type: host, required: true}}\n', '"{{real}}"'),
      'fixed.runbook.md': calling('fixed', '', 'db.example.org'),
      'safe.runbook.md': calling('safe', 'params: {real: {type: host, required: true, rehearsal: 127.0.0.1}}\n', '"{{real}}"'),
      'wipe.runbook.md': compose({ front: 'params: {host: {type: host, required: true, rehearsal: 127.0.0.1}, name: {type: string, default: app, rehearsal: app}}\n', body: step('a', 'run: [dropdb, -h, "{{host}}", "{{name}}"]\nbudget: 1m') }).replace('id: sample', 'id: wipe'),
    });
    const rules = Object.fromEntries(lintPaths([dir], { at: AT }).files.map(({ id, findings }) => [id, findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule)]));
    expect(rules).toEqual({ bare: ['rehearsal-hits-production'], fixed: ['rehearsal-hits-production'], safe: [], wipe: [] });
  });

  it('warns of a call at which, or inside which, a rehearsal would halt', () => {
    const say = 'budget: 1m\ncapture: {v: {stdout: true, type: string}}\nrun: [id]\n';
    const child = (id: string, body: string, front = ''): string => compose({ front, body }).replace('id: sample', `id: ${id}`);
    const given = (id: string, mode: string): string => child(id, step('s', `${say}${mode}`) + step('b', 'kind: call\nbudget: 1m\nrunbook: says\nparams: {word: "{{v}}"}'));
    const aimed = 'params: {host: {type: host, required: true, rehearsal: 127.0.0.1}}\n';
    const dir = folder({
      'says.runbook.md': child('says', step('x', 'budget: 1m\nrun: [echo, "{{word}}"]'), 'params: {word: {type: string, required: true}}\n'),
      'simulated.runbook.md': given('simulated', 'modes: {rehearsal: simulate}'),
      'skipped.runbook.md': given('skipped', 'modes: {rehearsal: skip}'),
      'replaced.runbook.md': given('replaced', 'modes: {rehearsal: {run: [uname]}}'),
      'host.runbook.md': child('host', step('x', 'budget: 1m\nrun: [dropdb, -h, "{{host}}", app]\npoint_of_no_return: true'), aimed),
      'aims.runbook.md': child('aims', call('host', 'params: {host: db.example.org}')),
      'asks.runbook.md': child('asks', call('aims')),
      'outer.runbook.md': child('outer', call('asks')),
      'leaves.runbook.md': child('leaves', call('asks', 'modes: {rehearsal: skip}')),
      'among.runbook.md': child('among', call('leaves')),
      'server.runbook.md': child('server', step('x', 'budget: 1m'), 'scratch: {s: {kind: postgres}}\n'),
      'folder.runbook.md': child('folder', call('server'), 'scratch: {s: {kind: directory}}\n'),
      'same.runbook.md': child('same', call('server'), 'scratch: {s: {kind: postgres}}\n'),
    });
    const found = lintPaths([dir], { at: AT }).files.flatMap(({ id, findings }) => findings.filter(({ rule }) => rule === 'call-not-rehearsed').map(({ message, line }) => [id, line > 20, message]));
    expect(Object.fromEntries(found.map(([id, , message]) => [id, message]))).toEqual({
      simulated: 'In a rehearsal {{v}} has no value: s is not run then.',
      skipped: 'In a rehearsal {{v}} has no value: s is not run then.',
      outer: 'A rehearsal halts at aims/a: host would aim host at the real thing.',
      asks: 'A rehearsal halts at aims/a: host would aim host at the real thing.',
      folder: 'In a rehearsal scratch.s is the directory of this runbook, and server wants a postgres.',
    });
    expect(found.every(([, isInBlock]) => isInBlock)).toBe(true);
  });

  it('refuses a program in place of a call', () => {
    const dir = folder({ 'a.runbook.md': named('a', call('b', 'modes: {rehearsal: {run: [id]}}')), 'b.runbook.md': named('b', step('x', 'budget: 1m')) });
    expect(lintPaths([join(dir, 'a.runbook.md')], { at: AT }).files[0]?.findings).toMatchObject([{ rule: 'rehearsal-hits-production', severity: 'error', message: 'A rehearsal would do this for real: only simulate or skip can stand in for a call.' }]);
  });

  it('finds what a called runbook needs of the things that are lost', () => {
    const check = block('check', '{id: c, title: C, kind: power, severity: blocker, expires: 1d, needs_alive: [cluster]}');
    const asks = step('ask', 'kind: check\ncheck: c\nbudget: 1m');
    const caller = (id: string, called: string, lost: string): string => compose({ front: `lost: [${lost}]\n`, body: call(called) }).replace('id: sample', `id: ${id}`);
    const dir = folder({
      'asks.runbook.md': named('asks', check + asks),
      'between.runbook.md': named('between', call('asks')),
      'lost.runbook.md': caller('lost', 'between', 'cluster'),
      'other.runbook.md': caller('other', 'between', 'dns'),
      'spare.runbook.md': named('spare', check + step('ask', 'kind: check\ncheck: c\nbudget: 1m\nalternate: {when_dead: [cluster], manual: Look at it.}')),
      'well.runbook.md': caller('well', 'spare', 'cluster'),
    });
    const found = Object.fromEntries(lintPaths([dir], { at: AT }).files.map(({ id, findings }) => [id, findings.filter(({ rule }) => rule === 'lost-dependency').map(({ message }) => message)]));
    expect(found).toEqual({ asks: [], between: [], lost: ['asks/ask needs cluster, which this scenario has lost, so it would wait for ever.'], other: [], spare: [], well: [] });
  });

  it('looks up contacts and files of messages', () => {
    const audience = (people: string): string => block('audience', `id: x\nchannels: [phone]\npeople: ${people}`);
    const dir = folder({
      'contacts.yaml': 'bosses: [{name: A}]\n', 'wrong.yaml': 'bosses: 1\n',
      'a.runbook.md': named('a', audience('contacts.yaml#bosses')), 'b.runbook.md': named('b', audience('contacts.yaml#gone')), 'c.runbook.md': named('c', audience('gone.yaml#x')), 'd.runbook.md': named('d', audience('wrong.yaml#x')),
      'e.runbook.md': named('e', audience('contacts.yaml#bosses') + step('n', 'kind: notify\nbudget: 1m\naudience: x\ntemplate_file: gone.txt')),
      'f.runbook.md': named('f', audience('contacts.yaml#bosses') + step('n', 'kind: notify\nbudget: 1m\naudience: x\ntemplate_file: good.txt')), 'good.txt': 'Since {{outage_at}}: {{{{braces}}',
      'g.runbook.md': named('g', audience('contacts.yaml#bosses') + step('n', 'kind: notify\nbudget: 1m\naudience: x\ntemplate_file: bad.txt')), 'bad.txt': 'Next at {{next_updat}},\nor {{never-ending}}',
      'h.runbook.md': named('h', audience('contacts.yaml#bosses') + step('n', 'kind: notify\nbudget: 1m\naudience: x\ntemplate_file: worse.txt')), 'worse.txt': 'Next at {{next_updat}}. Ask {{whoever}}.',
    });
    expect(lintPaths([dir], { at: AT }).files.map(({ findings }) => findings.map((finding) => finding.rule))).toEqual([[], ['unknown-group'], ['unknown-file'], ['unknown-file'], ['unknown-file'], [], ['template-form'], ['unknown-name', 'unknown-name']]);
    expect(lintPaths([join(dir, 'h.runbook.md')], { at: AT }).files[0]?.findings).toMatchObject([{ message: 'In worse.txt: Nothing is named next_updat here.', fix: 'Did you mean {{next_update}}?' }, { fix: expect.stringContaining('A message can also say title, system') }]);
  });
});
