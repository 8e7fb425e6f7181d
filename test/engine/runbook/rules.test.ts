import { describe, expect, it } from 'vitest';
import { block, parse, rulesOf, step } from './compose.ts';

const secret = 'secrets:\n  key: { sources: [{ escrow: master }, prompt] }\n  pw: { sources: [prompt] }\n';
const check = (fields: string): string => block('check', `{ id: c, title: C, severity: blocker, expires: 1d, ${fields} }`);
const rehearsed = 'params:\n  host: { type: host, required: true, rehearsal: "{{scratch.pg.host}}" }\n  bare: { type: string, default: x }\nscratch: { pg: { kind: postgres } }\n';

type Row = [rule: string, what: string, sample: { front?: string; body: string }];

/** Each breaks one sentence of the format. */
const BAD: readonly Row[] = [
  ['run-or-pipe', 'neither run nor pipe', { body: step('a', 'kind: run') }],
  ['run-or-pipe', 'both run and pipe', { body: step('a', 'run: [x]\npipe: [[a], [b]]') }],
  ['wait-for', 'a wait for nothing', { body: step('a', 'kind: wait') }],
  ['wait-for', 'a wait for two things', { body: step('a', 'kind: wait\nfor: 5m\nwait_until: {run: [x], within: 1m}') }],
  ['tty', 'a terminal in a pipe', { body: step('a', 'tty: true\npipe: [[a], [b]]') }],
  ['tty', 'a terminal with stdin', { body: step('a', 'tty: true\nrun: [x]\nstdin: {text: x}') }],
  ['tty', 'a terminal with a JSON assertion', { body: step('a', 'tty: true\nrun: [x]\nverify: [{json: /a, exists: true}]') }],
  ['tty', 'a terminal with a JSON capture', { body: step('a', 'tty: true\nrun: [x]\ncapture: {v: {json: /a, type: int}}') }],
  ['decide-options', 'nothing to choose', { body: step('a', 'kind: decide\nquestion: Q\nas: q\noptions: {}') }],
  ['notify-template', 'two templates', { body: `${step('a', 'kind: notify\naudience: x\ntemplate: a\ntemplate_file: b')}${block('audience', 'id: x\nchannels: [phone]')}` }],
  ['alternate', 'an alternate with nothing to do', { body: step('a', 'alternate: {when_dead: [dns]}') }],
  ['alternate', 'an alternate with two things to do', { body: step('a', 'alternate: {when_dead: [dns], run: [x], manual: y}') }],
  ['teardown-verify', 'a teardown that proves nothing', { body: step('a', 'teardown: true') }],
  ['asserted-without-assert', 'asserted without assert', { body: check('kind: backup, engine: sqlite, at: x, level: asserted') }],
  ['asserted-without-assert', 'the same under a check step', { body: step('a', 'kind: check\ncheck: {kind: backup, engine: sqlite, at: x, level: asserted}') }],
  ['key-proven-without-key', 'key-proven without key', { body: check('kind: backup, engine: sqlite, at: x, level: key-proven') }],
  ['answer-file', 'a known answer without its sample', { front: secret, body: check('kind: known-answer, secret: pw, answer: {kind: fernet}') }],
  ['escrowed-in-env', 'an escrowed key in the environment', { front: secret, body: step('a', 'env: {KEY: {secret: key}}') }],
  ['call-cycle', 'a runbook that calls itself', { body: step('a', 'kind: call\nrunbook: sample') }],

  ['unknown-step', 'an unknown need', { body: step('a', 'needs: [nobody]') }],
  ['needs-twice', 'a need named twice', { body: step('a') + step('b', 'needs: [a, a]') }],
  ['unknown-step', 'an unknown goto', { body: step('a', 'on_fail: {goto: nobody}') }],
  ['goto-back', 'a goto backwards', { body: step('a') + step('b', 'on_fail: {goto: a}') }],
  ['goto-back', 'a goto to itself', { body: step('a', 'on_fail: {goto: a}') }],
  ['goto-back', 'an option that leads back', { body: step('a') + step('d', 'kind: decide\nquestion: Q\nas: q\noptions: {x: {label: X, goto: a}}') }],
  ['unreachable', 'a step that every option jumps over', { body: step('d', 'kind: decide\nquestion: Q\nas: q\noptions: {x: {label: X, goto: c}, y: {label: Y, goto: c}}') + step('b') + step('c') }],
  ['unreachable', 'a step that never applies', { body: step('a', 'when: "false"') }],
  ['unknown-step', 'an unknown alternate', { body: step('a', 'alternate: {when_dead: [dns], step: nobody}') }],

  ['unknown-role', 'an unknown role', { body: step('a', 'role: dba') }],
  ['unknown-role', 'an unknown approver', { body: step('a', 'approve: {by: [dba]}') }],
  ['unknown-role', 'an unknown approver of a gate', { body: step('a', 'kind: approve\nby: [dba]') }],
  ['unknown-role', 'an unknown activator', { front: 'activation: {criterion: C, by: [dba]}', body: '' }],
  ['unknown-symptom', 'an unknown suspect of a step', { body: step('a', 'suspects: [gone]') }],
  ['unknown-symptom', 'an unknown suspect of a check', { body: check('kind: power, suspects: [gone]') }],
  ['unknown-check', 'an unknown check of a step', { body: step('a', 'kind: check\ncheck: gone') }],
  ['unknown-check', 'an unknown check of a symptom', { body: block('symptoms', '- {id: s, see: S, cause: C, fix: F, check: gone}') }],
  ['unknown-check', 'an unknown check of a component', { front: 'components: [{id: db, title: DB, covered_by: gone}]', body: '' }],
  ['unknown-component', 'an unknown component', { body: check('kind: power, covers: [db]') }],
  ['unknown-class', 'an unknown target class', { body: step('a', 'target: gold') }],
  ['unknown-audience', 'an unknown audience', { body: step('a', 'kind: notify\naudience: nobody') }],
  ['unknown-step-or-check', 'an inject that affects nothing', { body: block('inject', 'id: i\nat: manual\ntitle: T\naffects: [gone]') }],
  ['unknown-secret', 'an unknown secret of a step', { body: step('a', 'kind: secret\nsecret: gone') }],
  ['unknown-secret', 'an unknown secret in env', { body: step('a', 'env: {A: {secret: gone}}') }],
  ['unknown-secret', 'an unknown secret on stdin', { body: step('a', 'stdin: {secret: gone}') }],
  ['unknown-secret', 'an unknown secret in a file', { body: step('a', 'run: [x, "{{secret_file:gone}}"]') }],
  ['unknown-secret', 'an unknown secret of a check', { body: check('kind: known-answer, secret: gone, answer: {kind: fernet, file: x}') }],
  ['unknown-capture', 'an RPO from nowhere', { front: 'targets: {rto: 1h, rpo_from: newest}', body: '' }],
  ['rpo-from', 'an RPO from a number', { front: 'targets: {rto: 1h, rpo_from: newest}', body: step('a', 'capture: {newest: {stdout: true, type: int}}') }],

  ['unknown-name', 'an unknown name in argv', { body: step('a', 'run: [x, "{{gone}}"]') }],
  ['unknown-name', 'an unknown name in env', { body: step('a', 'env: {A: "{{gone}}"}') }],
  ['unknown-name', 'an unknown name in cwd', { body: step('a', 'cwd: "{{gone}}"') }],
  ['unknown-name', 'an unknown name on stdin', { body: step('a', 'stdin: {text: "{{gone}}"}') }],
  ['unknown-name', 'an unknown name in a text', { body: step('a', 'kind: manual\nconfirm: "{{gone}}"') }],
  ['unknown-name', 'an unknown name in a message', { body: block('audience', 'id: x\nchannels: [phone]\ntemplate: "{{gone}}"') }],
  ['unknown-name', 'an unknown scratch resource', { body: step('a', 'run: [x, "{{scratch.pg.host}}"]') }],
  ['unknown-name', 'an unknown field of a scratch resource', { front: 'scratch: {pg: {kind: postgres}}', body: step('a', 'run: [x, "{{scratch.pg.path}}"]') }],
  ['unknown-name', 'a parameter in another one\'s default', { front: 'params:\n  a: {type: string, default: "{{b}}"}\n  b: {type: string, default: x}', body: '' }],
  ['template-form', 'a template with spaces', { body: step('a', 'run: [x, "{{ host }}"]') }],
  ['template-form', 'a Go template without its escape', { body: step('a', 'run: [kubectl, "--template={{.items}}"]') }],
  ['template-place', 'a template in an id', { body: step('a', 'needs: ["{{x}}"]') }],
  ['template-place', 'a template in a duration', { body: step('a', 'budget: "{{x}}"') }],
  ['template-place', 'a template in when', { body: step('a', 'when: "{{x}} == 1"') }],
  ['template-place', 'a template in a regex', { body: step('a', 'verify: [{stdout: {matches: "{{x}}"}}]') }],
  ['template-place', 'a template in a query', { body: check('kind: backup, engine: sqlite, at: x, level: asserted, assert: [{query: "SELECT {{x}}", number: {min: 1}}]') }],
  ['template-place', 'the file of a secret in a text', { front: secret, body: step('a', 'kind: manual\nconfirm: "{{secret_file:pw}}"') }],
  ['secret-in-argv', 'a secret in argv', { front: secret, body: step('a', 'run: [psql, "--password={{pw}}"]') }],
  ['secret-in-argv', 'a secret in a verify', { front: secret, body: step('a', 'verify: [{run: [x, "{{pw}}"]}]') }],
  ['secret-in-text', 'a secret in a text', { front: secret, body: step('a', 'env: {A: "{{pw}}"}') }],
  ['regex', 'a regex that does not compile', { body: step('a', 'verify: [{stdout: {matches: "("}}]') }],
  ['regex', 'a regex that only compiles without u', { body: step('a', "capture: {v: {regex: '\\-(x)', type: string}}") }],
  ['regex', 'a pattern that does not compile', { front: "params: {a: {type: string, pattern: '['}}", body: '' }],
  ['json-pointer', 'a JSON path', { body: step('a', 'verify: [{json: $.a, exists: true}]') }],
  ['json-pointer', 'a pointer with a lone tilde', { body: step('a', 'verify: [{json: /a~b, exists: true}]') }],
  ['when', 'a name that is not there', { body: step('a', 'when: gone == 1') }],
  ['when', 'types that do not compare', { front: 'params: {n: {type: int, default: 1}}', body: step('a', 'when: n == "x"') }],
  ['when', 'no truth value', { front: 'params: {n: {type: int, default: 1}}', body: step('a', 'when: n + 1') }],
  ['when', 'broken syntax', { body: step('a', 'when: 1 ==') }],
  ['when', 'a secret', { front: secret, body: step('a', 'when: pw == "x"') }],
  ['when', 'a condition of an audience', { body: block('audience', 'id: x\nchannels: [phone]\nwhen: gone') }],

  ['duplicate-name', 'a secret named like a parameter', { front: `${secret}params: {pw: {type: string, default: x}}`, body: '' }],
  ['duplicate-name', 'a capture named like a parameter', { front: 'params: {v: {type: string, default: x}}', body: step('a', 'capture: {v: {stdout: true, type: string}}') }],
  ['duplicate-name', 'one capture of two types', { body: step('a', 'capture: {v: {stdout: true, type: string}}') + step('b', 'capture: {v: {stdout: true, type: int}}') }],
  ['duplicate-id', 'a check and a symptom of one id', { body: `${check('kind: power')}${block('symptoms', '- {id: c, see: S, cause: C, fix: F}')}` }],
  ['wrong-form', 'a parameter named by a reserved word', { front: 'params: {in: {type: string}}', body: '' }],
  ['wrong-form', 'a parameter named like a built-in', { front: 'params: {run_dir: {type: string}}', body: '' }],

  ['rehearsal-hits-production', 'a destructive step with a parameter of production', { front: rehearsed, body: step('a', 'run: [dropdb, -h, "{{host}}", "{{bare}}"]') }],
  ['rehearsal-hits-production', 'a destructive step that names its target outright', { body: step('a', 'run: [kubectl, -n, prod, delete, pvc, data]') }],
  ['rehearsal-hits-production', 'the same inside a pod', { body: step('a', 'run: [kubectl, -n, prod, exec, pg-0, --, psql, -c, "DROP TABLE users"]') }],
  ['rehearsal-hits-production', 'a point of no return', { front: rehearsed, body: step('a', 'run: [switch, "{{bare}}"]\npoint_of_no_return: true') }],
  ['rehearsal-hits-production', 'a point of no return by hand', { body: step('a', 'kind: manual\nconfirm: Done\npoint_of_no_return: true') }],
  ['rehearsal-hits-production', 'the environment of a destructive step', { front: rehearsed, body: step('a', 'run: [dropdb, "{{host}}"]\nenv: {PGHOST: "{{bare}}"}') }],
  ['rehearsal-hits-production', 'rehearsal: run said outright', { body: step('a', 'run: [dropdb, app]\nmodes: {rehearsal: run}') }],
  ['rehearsal-hits-production', 'a destructive undo', { body: step('a', 'undo: {run: [kubectl, delete, ns, prod]}') }],
];

/** Each is the good twin of a bad one. */
const GOOD: readonly [what: string, sample: { front?: string; body: string }][] = [
  ['a terminal with a text assertion', { body: step('a', 'tty: true\nverify: [{stdout: {contains: x}}, {run: [y], expect: {json: /a, exists: true}}]') }],
  ['a teardown that verifies', { body: step('a', 'teardown: true\nverify: [{file: /x, exists: false}]') }],
  ['a secret by file, environment and stdin', { front: secret, body: step('a', 'run: [x, "{{secret_file:key}}"]\nenv: {P: {secret: pw}, F: "{{secret_file:pw}}"}\nstdin: {secret: key}') }],
  ['a goto forward, and branches that meet', { body: step('d', 'kind: decide\nquestion: Q\nas: q\noptions: {x: {label: X}, y: {label: Y, goto: c}}') + step('b') + step('c') }],
  ['a lane beside a decision whose options all jump', { body: step('d', 'kind: decide\nquestion: Q\nas: q\noptions: {x: {label: X, goto: c}}') + step('b', 'needs: []') + step('c', 'needs: [d]') }],
  ['an escaped template', { body: step('a', 'run: [kubectl, "--template={{{{.items}}"]') }],
  ['built-ins', { body: step('a', 'run: ["{{blackstart}}", "{{runbook_dir}}", "{{run_dir}}", "{{data_dir}}"]') }],
  ['names of a message', { body: block('audience', 'id: x\nchannels: [phone]\ntemplate: "{{title}} {{progress}} {{next_update}} {{forecast}}"') }],
  ['one capture in two branches', { body: step('a', 'capture: {v: {stdout: true, type: int}}') + step('b', 'capture: {v: {stdout: true, type: int}}') }],
  ['a condition over decision, parameter and capture', { front: 'params: {n: {type: int, default: 1}, t: {type: datetime}}', body: step('d', 'kind: decide\nquestion: Q\nas: q\noptions: {x: {label: X}}') + step('a', 'capture: {ok: {stdout: true, type: bool}}') + step('b', 'when: q == "x" && n > 0 && ok && t < timestamp("2027-01-01T00:00:00Z")') }],
  ['a destructive step on what a rehearsal replaces', { front: rehearsed, body: step('a', 'run: [dropdb, -h, "{{host}}", app]') }],
  ['a destructive step on scratch', { front: rehearsed, body: step('a', 'run: [dropdb, -h, "{{scratch.pg.host}}", app]') }],
  ['a destructive step that a rehearsal replaces', { body: step('a', 'run: [dropdb, app]\nmodes: {rehearsal: {run: [echo, would drop]}}') }],
  ['a destructive step that a rehearsal skips', { body: step('a', 'run: [dropdb, app]\nmodes: {rehearsal: skip}') + step('b', 'run: [dropdb, app]\nmodes: {rehearsal: simulate}') }],
  ['kubectl wait --for=delete', { body: step('a', 'run: [kubectl, -n, prod, wait, --for=delete, pod/x]') }],
];

describe('a sentence of the format that is broken', () => {
  it.each(BAD)('%s: %s', (rule, _what, sample) => {
    const { runbook, findings } = parse(sample);
    expect(runbook).toBeNull();
    expect(findings.map((finding) => finding.rule)).toContain(rule);
    const found = findings.find((finding) => finding.rule === rule);
    expect(found?.severity).toBe('error');
    expect(found?.line).toBeGreaterThan(1);
    expect(found?.message).toMatch(/^\S.*[.!]$/u);
    expect(found?.fix).toMatch(/[.?]$/u);
  });

  it('is told once', () => {
    for (const [rule, what, sample] of BAD) expect([what, rulesOf(sample).filter((other) => other !== rule && other !== 'duplicate-id')]).toEqual([what, []]);
  });

  it.each(GOOD)('is not found in its good twin: %s', (_what, sample) => {
    expect(parse(sample).findings).toEqual([]);
  });

  it('does not pull a train of unknown names behind a broken block', () => {
    const broken = step('a', 'nonsense: 1\ncapture: {lag: {json: /x, type: int}}');
    expect(rulesOf({ body: `${broken}${step('b', 'needs: [a]\nrun: [x, "{{lag}}"]\nwhen: lag > 1')}` })).toEqual(['unknown-field']);
  });

  it('points into the condition', () => {
    expect(parse({ body: step('a', 'when: true && gone') }).findings).toMatchObject([{ line: 22, column: 15 }]);
    expect(parse({ body: step('a', 'when: "true && gone"') }).findings).toMatchObject([{ line: 22, column: 16 }]);
  });
});
