import { describe, expect, it } from 'vitest';
import { memberState, mostUrgent, nextOf, place } from '../../../../renderer/src/screens/incident/incident-words.ts';
import { readValues } from '../../../../renderer/src/screens/record/TakeOverDialog.tsx';
import type { IncidentMember, IncidentView } from '../../../../electron/contract/incident-view.ts';

type Run = NonNullable<IncidentMember['run']>;
const aRun = (state: Run['state']): Run => ({ id: 'r1', state, begun_at: '', finished_at: null, operator: null, current: null, over: 0, steps: 2, from: null });
function member(system: string, state: IncidentMember['state'], run: Run | null = null, lacking: string[] = []): IncidentMember {
  return { runbook: `${system}-book`, title: system, system, after: lacking, lacking, state, target_s: null, achieved_s: null, met: null, recovered_at: null, forecast_at: null, begins_at: null, slack_s: null, run, earlier: [], despite: null };
}
function incident(...members: IncidentMember[]): IncidentView {
  return {
    id: 'i', title: 'Lost', mode: 'live', state: 'open', outage_at: '', declared_at: '', opened: { by: 'Kim', at: '' }, closed: null, members, critical: [],
    total: { target_s: null, achieved_s: null, forecast_s: null, forecast_at: null, met: null, recovered: members.filter(({ state }) => state === 'recovered').length, of: members.length },
  };
}

describe('what an incident asks for next', () => {
  it('is what failed, then what asks, then what could begin', () => {
    const all = [member('a', 'recovered', aRun('succeeded')), member('b', 'ready'), member('c', 'open', aRun('waiting')), member('d', 'open', aRun('failed')), member('e', 'blocked', null, ['b-book'])];
    expect(mostUrgent(incident(...all))?.system).toBe('d');
    expect(mostUrgent(incident(...all.slice(0, 3)))?.system).toBe('c');
    expect(mostUrgent(incident(...all.slice(0, 2)))?.system).toBe('b');
    expect(mostUrgent(incident())).toBeNull();
  });

  it('is said in words, with what stands in the way', () => {
    const dns = member('dns', 'ready');
    const shop = member('shop', 'blocked', null, ['dns-book']);
    const view = incident(dns, shop);
    expect(nextOf(view, null)).toEqual({ kind: 'add', label: 'Add systems…' });
    expect(nextOf(view, dns)).toEqual({ kind: 'start', runbook: 'dns-book', label: 'Start Dns…' });
    expect(nextOf(view, shop)).toEqual({ kind: 'start', runbook: 'shop-book', label: 'Start Shop…', missing: 'It waits for Dns.' });
    expect(nextOf(view, member('dns', 'ended', aRun('aborted')))).toMatchObject({ label: 'Start Dns again…' });
    expect(nextOf(view, member('dns', 'open', aRun('running')))).toEqual({ kind: 'run', run: 'r1', label: 'Go to Dns' });
  });

  it('is its end when all are back and their runs are over, and its report once it is closed', () => {
    const back = member('dns', 'recovered', aRun('succeeded'));
    expect(nextOf(incident(back), back).kind).toBe('close');
    const goesOn = member('dns', 'recovered', aRun('waiting'));
    expect(nextOf(incident(goesOn), goesOn).kind).toBe('run');
    expect(memberState(goesOn).word).toBe('Back, run goes on');
    expect(nextOf({ ...incident(back), state: 'closed' }, back).kind).toBe('report');
  });
});

describe('the picture of an incident', () => {
  it('puts every stretch between the outage and its end', () => {
    expect(place(25, 50, 0, 100)).toEqual({ left: 25, width: 25 });
    expect(place(-10, 300, 0, 100)).toEqual({ left: 0, width: 100 });
    expect(place(10, 10, 0, 100)).toEqual({ left: 10, width: 0.5 });
  });
});

describe('values for another laptop', () => {
  it('are one a line, and nothing else', () => {
    expect(readValues('backup = /media/kit/a=b.dump\n\npg_host=here\n')).toEqual({ backup: '/media/kit/a=b.dump', pg_host: 'here' });
    expect(readValues('')).toEqual({});
    expect(readValues('the backup is elsewhere')).toBeNull();
  });
});
