import { describe, expect, it } from 'vitest';
import { parseAnswers } from '../../../electron/engine/run/answers.ts';
import { openLab, step } from '../../support/run-lab.ts';

describe('an answers file', () => {
  it('says all that a person would', () => {
    const text = `decisions: { where: vm }
confirmations: { cable: { note: done, evidence: photo.jpg, checklist: [true] } }
approvals: { gate: [{ by: Vera, credential_env: VERA }] }
failures: { drop: [{ do: goto, to: last, reason: r, by: Kim }] }
overrides: { tls: { by: Kim, reason: r } }
secrets: { pw: { env: PW }, key: { file: key.bin } }
attestations: { paper: { by: Kim, note: seen } }
point_of_no_return: { drop: drop }
notes: { drop: at last }
`;
    expect(Object.keys(parseAnswers(text, 'a.yaml'))).toHaveLength(9);
    expect(parseAnswers('', 'a.yaml')).toEqual({});
  });

  it.each([
    ['an unknown part', 'decision: { a: b }', 'decision'],
    ['an unknown field', 'failures: { a: [{ do: retry, reason: r, by: k, why: x }] }', 'failures.a.0'],
    ['an unknown deed', 'failures: { a: [{ do: ignore, reason: r, by: k }] }', 'failures.a.0.do'],
    ['a failure without a reason', 'failures: { a: [{ do: retry, by: k }] }', 'failures.a.0.reason'],
    ['a duplicate key', 'decisions: { a: b, a: c }', 'unique'],
    ['an alias', 'notes: { a: &x text, b: *x }', 'a.yaml'],
    ['no YAML at all', 'a: [', 'YAML'],
  ])('is refused for %s', (_what, text, where) => {
    try {
      parseAnswers(text, 'a.yaml');
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'refused', at: { file: 'a.yaml' } });
      expect(`${String(thrown)} ${JSON.stringify(thrown)}`).toContain(where);
      return;
    }
    throw new Error('it was accepted');
  });

  const body = step('where', 'kind: decide\nquestion: q\nas: target\noptions: { vm: { label: A } }') + step('last', 'kind: run\nrun: ["true"]');

  it.each([
    ['decisions', { decisions: { were: 'vm' } }], ['confirmations', { confirmations: { nobody: {} } }], ['failures', { failures: { lost: [] } }],
    ['secrets', { secrets: { pw: { env: 'X' } } }], ['overrides', { overrides: { tls: { by: 'k', reason: 'r' } } }], ['options', { decisions: { where: 'moon' } }],
  ])('must fit the runbook: unknown %s are errors, and no run is made', async (_what, answers) => {
    const lab = openLab();
    const path = lab.write(body);
    await expect(lab.runs.start({ id: path, mode: 'rehearsal', params: {} }, 'auto', answers)).rejects.toMatchObject({ code: 'refused' });
    expect(lab.runs.list()).toEqual([]);
  });

  it('answers the steps of a called runbook by parent/child', async () => {
    const lab = openLab();
    lab.write(step('ask', 'kind: manual\nconfirm: x'), '', 'child');
    const done = await lab.drive(step('sub', 'kind: call\nrunbook: child'), { answers: { confirmations: { 'sub/ask': { note: 'n' } } } });
    expect(done.state, done.why).toBe('succeeded');
  });

  it('overrides a failed check with a name and a reason, and keeps notes', async () => {
    const lab = openLab();
    const done = await lab.drive(`${step('have', 'kind: check\ncheck: kit')}\n\`\`\`yaml check\n{ id: kit, title: Kit, kind: file, path: gone.txt, severity: blocker, expires: 7d }\n\`\`\`\n`, {
      answers: { overrides: { kit: { by: 'Kim', reason: 'seen by eye' } }, notes: { have: 'looked twice' } },
    });
    expect(done.step('have')).toMatchObject({ state: 'overridden', reason: 'seen by eye' });
    expect(lab.runs.view(done.live.id).notes).toMatchObject([{ text: 'looked twice', step: 'have' }]);
  });
});
