/** `escrow`: the register says that a quorum can be reached, and that the last verification is good and in date. No share is touched. */
import { EscrowLevel } from '../../../contract/escrow.ts';
import type { EscrowKeyView, KeyVersionView } from '../../../contract/escrow-register.ts';
import type { Evidence, ProbeFinding } from '../../../contract/readiness.ts';
import type { ProbeRunner } from '../probe.ts';
import { fail, pass, unknown, warn } from '../probe.ts';

const LADDER = EscrowLevel.options;

export const probeEscrow: ProbeRunner<'escrow'> = async (probe, context) => {
  const view = context.escrow?.(probe.key) ?? null;
  if (view === null) return unknown('not-enrolled', `No key "${probe.key}" is in escrow on this laptop. Enrol it, or import the register that has it.`, { key: probe.key });
  const current = view.versions.find(({ state }) => state === 'current');
  if (current === undefined) return fail(`Every version of the key ${probe.key} was retired.`, { key: probe.key });
  const evidence = evidenceOf(view, current);
  const alarm = view.alarms.find(({ severity }) => severity === 'bad');
  if (alarm !== undefined) return fail(`${alarm.words}.`, evidence);
  const wanted = probe.quorum ?? 1;
  if (current.quorum.quorums < wanted) return fail(`The custodians at hand make ${current.quorum.quorums} quorums; ${wanted} are wanted.`, evidence);
  return judgeLevel(probe.level ?? 'L3', view, current, evidence);
};

function judgeLevel(wanted: EscrowLevel, view: EscrowKeyView, current: KeyVersionView, evidence: Evidence): ProbeFinding {
  const reached = levelOf(view, current);
  if (reached === null || LADDER.indexOf(reached) < LADDER.indexOf(wanted)) {
    return fail(`${wanted} is wanted of the key ${view.key}, and ${reached === null ? 'nothing is' : `${reached} is all that is`} proven${wanted === 'L4' || wanted === 'L5' ? ': open the oldest and the newest backup with it' : ''}.`, { ...evidence, level: reached });
  }
  const said = { ...evidence, level: reached };
  const warning = view.alarms.find(({ kind }) => kind !== 'never-proven' || wanted === 'L4');
  return warning === undefined ? pass(`The key ${view.key} is proven to ${reached}: ${current.quorum.words}.`, said) : warn(`${warning.words}.`, said);
}

/** The highest level that is in date: of the samples where there are any, else of the quorum and the shares. */
function levelOf(view: EscrowKeyView, { version, quorum, shares, words }: KeyVersionView): EscrowLevel | null {
  const cells = view.matrix.filter((cell) => cell.version === version && cell.state !== 'bad' && cell.state !== 'none').flatMap(({ level }) => level ?? []);
  const best = cells.sort((a, b) => LADDER.indexOf(b) - LADDER.indexOf(a))[0];
  if (best !== undefined && LADDER.indexOf(best) >= LADDER.indexOf('L4')) return best;
  const quorumDue = view.due.find((due) => due.version === version && due.level === 'L3');
  if (words !== null && quorumDue?.overdue !== true) return 'L3';
  if (quorum.verified.length > 0) return 'L1';
  return shares.some(({ seen }) => seen !== null) ? 'L0' : null;
}

function evidenceOf(view: EscrowKeyView, { version, generation, scheme, quorum, words }: KeyVersionView): Evidence {
  return {
    key: view.key, version, generation, scheme, threshold: quorum.threshold, total: quorum.total, verified: quorum.verified.length, reachable: quorum.reachable.length, quorums: quorum.quorums,
    ...(words === null ? {} : { words }), next_due: view.due[0]?.at ?? null, alarms: view.alarms.map(({ kind }) => kind),
  };
}
