/** The stock library: data in the runbook format, read by the same schema, and fit for every shipped runbook. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CheckKindName } from '../../../electron/contract/check.ts';
import { expectationsOf } from '../../../electron/contract/runbook.ts';
import { parseStock, readStock, STOCK_FILE } from '../../../electron/engine/tabletop/stock.ts';
import { ROOT } from '../../../electron/setup/places.mjs';
import { openLab, step } from '../../support/run-lab.ts';

const shipped = readStock([join(ROOT, 'runbooks')]);

describe('the stock library', () => {
  it('has the ten that every facilitator needs, each with what a good answer holds', () => {
    expect(shipped.map(({ id }) => id).sort()).toEqual([
      'stock-certificate-expired', 'stock-clock-wrong', 'stock-custodian-on-a-plane', 'stock-dns-dead', 'stock-dump-truncated', 'stock-key-rotated', 'stock-ransom-note', 'stock-registry-gone', 'stock-vp-unreachable', 'stock-wal-half-missing',
    ]);
    for (const inject of shipped) {
      expect(inject.see, inject.id).not.toBe(inject.title);
      expect(expectationsOf(inject).every(({ score = 0 }) => score > 0) && expectationsOf(inject).length > 0, inject.id).toBe(true);
      expect((inject.affects_kinds ?? []).every((kind) => CheckKindName.safeParse(kind).success)).toBe(true);
    }
  });

  it('is taken from the first folder that has one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bs-stock-'));
    onTestFinished(() => { rmSync(folder, { recursive: true, force: true }); });
    expect(readStock([folder])).toHaveLength(10); // the installation's own
    mkdirSync(join(folder, 'stock'));
    writeFileSync(join(folder, STOCK_FILE), '# Ours\n\n```yaml inject\nid: ours\nat: manual\ntitle: Ours\n```\n');
    expect(readStock([folder, join(ROOT, 'runbooks')]).map(({ id }) => id)).toEqual(['ours']);
  });

  it.each([
    ['# X\n\n```yaml inject\nid: ours\nat: later\ntitle: Ours\n```\n', 'comes at H.0:45'],
    ['# X\n\n```yaml inject\nid: ours\nat: manual\ntitle: Ours\nnonsense: 1\n```\n', 'nonsense'],
    ['# X\n\n```yaml inject\nid: a\nat: manual\ntitle: A\n```\n\n```yaml inject\nid: a\nat: manual\ntitle: B\n```\n', 'two injects'],
    [`# ${'x'.repeat(300_000)}`, 'at most 262144'],
  ])('with a mistake is refused with its place', (text, words) => {
    expect(() => parseStock(Buffer.from(text), '/lib/injects.md')).toThrow(new RegExp(words, 'u'));
  });

  it('gives an exercise injects that find what they force by the kind of its checks', async () => {
    const lab = openLab({ stock: () => shipped });
    const body = `${step('have', 'kind: check\ncheck: dump')}\`\`\`yaml check\n{ id: dump, title: The dump restores, kind: backup, engine: sqlite, at: x.sqlite, level: restored, severity: blocker, expires: 1d }\n\`\`\`\n\n`;
    const live = await lab.runs.start({ id: lab.write(body), mode: 'tabletop', params: {} }, 'step');
    const act = (what: Parameters<typeof lab.runs.command>[1]): Promise<unknown> => lab.runs.command(live.id, what);
    await act({ do: 'exercise', act: { act: 'stock', stock: 'stock-dump-truncated', at: 'manual' } });
    await act({ do: 'exercise', act: { act: 'start' } });
    await act({ do: 'exercise', act: { act: 'fire', inject: 'stock-dump-truncated' } });
    await act({ do: 'start', step: 'have' });
    expect(live.view().steps[0]).toMatchObject({ state: 'failed', reason: 'Inject: The newest dump is truncated in the middle of the archive' });
    expect(live.view().exercise?.injects[0]).toMatchObject({ stock: 'stock-dump-truncated', affects: [{ id: 'dump' }] });
    await expect(act({ do: 'exercise', act: { act: 'stock', stock: 'stock-nothing' } })).rejects.toThrow('no inject "stock-nothing"');
  });

  it('names no way to reach anybody', () => {
    expect(readFileSync(join(ROOT, 'runbooks', STOCK_FILE), 'utf8')).not.toMatch(/tel:|mailto:|\+\d{6}/u);
  });
});
