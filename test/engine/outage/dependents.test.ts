import { describe, expect, it } from 'vitest';
import { deadDependencies, dependentsOf, isStranded, lifelinesOf } from '../../../electron/engine/outage/dependents.ts';
import { parseRunbook } from '../../../electron/engine/runbook/parse.ts';
import type { Runbook } from '../../../electron/contract/runbook.ts';
import { lanterns } from '../../support/lanterns.ts';
import { block } from '../runbook/compose.ts';

function runbook(body: string, front = ''): Runbook {
  const checks = block('check', "{ id: in-store, title: The oil is in the store, kind: http, url: 'https://store.example/oil', severity: blocker, expires: 1d, needs_alive: [store] }")
    + block('check', "{ id: price, title: The price is known, kind: http, url: 'https://market.example/oil', severity: warning, expires: 1d, needs_alive: [market] }");
  const text = lanterns({ front, checks, steps: body });
  const { runbook: read, findings } = parseRunbook(Buffer.from(text), 'lanterns.runbook.md');
  if (read === null) throw new Error(JSON.stringify(findings));
  return read;
}

function step(id: string, more = ''): string {
  return `### Step ${id}\n\`\`\`yaml step\n{ id: ${id}, kind: manual, confirm: Done., budget: 5m${more === '' ? '' : `, ${more}`} }\n\`\`\`\n`;
}

const of = (book: Runbook, on: string): [string, string | null][] => dependentsOf(book, on).map(({ id, otherwise }) => [id, otherwise]);

describe('what leans on a thing that can die', () => {
  it('is every step, check and secret that needs it alive', () => {
    const book = runbook(step('fetch', 'needs_alive: [store]') + step('light'), 'secrets: { oil: { sources: [{ env: OIL, needs_alive: [store] }] } }\n');
    expect(dependentsOf(book, 'store').map(({ kind, id }) => `${kind} ${id}`)).toEqual(['secret oil', 'check in-store', 'step fetch']);
    expect(lifelinesOf(book).sort()).toEqual(['market', 'store']);
  });

  it('says the other way: a hand, another program, another step, another source', () => {
    const book = runbook(
      step('call', "alternate: { when_dead: [store], manual: Ask the neighbour. }") +
      step('fetch', 'needs_alive: [store], alternate: { when_dead: [store], step: carry }') + step('carry'),
      'secrets: { oil: { sources: [{ env: OIL, needs_alive: [store] }, prompt] } }\n',
    );
    expect(of(book, 'store')).toEqual([['oil', 'typed by a person'], ['in-store', null], ['call', 'Ask the neighbour.'], ['fetch', 'Step carry']]);
  });

  it('counts what a step’s check needs as needed by the step', () => {
    const book = runbook(`### Look\n\`\`\`yaml step\n{ id: look, kind: check, check: in-store, budget: 5m }\n\`\`\`\n`);
    expect(of(book, 'store')).toEqual([['in-store', null], ['look', null]]);
  });

  it('leaves out what a live run leaves out', () => {
    const book = runbook(step('scratch', 'needs_alive: [store], teardown: true, verify: [{ file: /tmp/none, exists: false }]') + step('practice', 'needs_alive: [store], modes: { live: skip }') + step('light'));
    expect(of(book, 'store')).toEqual([['in-store', null]]);
  });
});

describe('a dead dependency', () => {
  it('strands the recovery where something vital has no other way', () => {
    const [store] = deadDependencies(runbook(step('light')), ['store']);
    expect(store).toMatchObject({ on: 'store', because: 'marked' });
    expect(store === undefined ? null : isStranded(store)).toBe(true);
  });

  it('does not when only a warning needs it, or when there is another way', () => {
    const book = runbook(step('fetch', 'needs_alive: [market], alternate: { when_dead: [market], manual: Guess the price. }'));
    expect(deadDependencies(book, ['market']).map(isStranded)).toEqual([false]);
  });

  it('is a circle where the scenario itself has lost it', () => {
    expect(deadDependencies(runbook(step('light'), 'lost: [store]\n'), [])).toMatchObject([{ on: 'store', because: 'scenario' }]);
  });

  it('is none where nothing leans on what is dead', () => {
    expect(deadDependencies(runbook(step('light')), ['moon'])).toEqual([]);
  });
});
