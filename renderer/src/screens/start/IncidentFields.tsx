/** The open incident that a run would be a part of, and what speaks against beginning it now. */
import { CheckField, TextField } from '../../components/Fields.tsx';
import { Notice } from '../../components/States.tsx';
import { useQuery } from '../../engine-context.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { dayTime, systemName } from '../../wording.ts';
import type { Draft } from './draft.ts';
import type { IncidentMember, IncidentView } from '../../../../electron/contract/incident-view.ts';

export interface IncidentPart { incident: IncidentView; member: IncidentMember }

/** Null when no open incident of that mode has the runbook. */
export function useIncidentPart(runbook: string | null, mode: string): IncidentPart | null {
  const incidents = useQuery('incident.list', {});
  for (const incident of incidents.result?.incidents ?? []) {
    const member = incident.members.find((one) => one.runbook === runbook);
    if (member !== undefined && incident.state === 'open' && incident.mode === mode) return { incident, member };
  }
  return null;
}

export function lackingNames({ incident: { members }, member: { lacking } }: IncidentPart): string {
  return lacking.map((id) => systemName(members.find(({ runbook }) => runbook === id)?.system ?? id)).join(' and ');
}

export function IncidentFields({ part, draft, needsName, onChange }: { part: IncidentPart; draft: Draft; needsName: boolean; onChange(part: Partial<Draft>): void }) {
  const now = useNow();
  const { incident, member } = part;
  return (
    <div className="acks">
      <CheckField checked={draft.joins} onChange={(joins) => { onChange({ joins }); }} label={<>A part of the open incident <b className="med">{visible(incident.title)}</b>: its clock counts from the outage at {dayTime(incident.outage_at, now)} UTC.</>} />
      {draft.joins && member.lacking.length > 0 && (
        <>
          <Notice tone="amber" shape="needs">{visible(systemName(member.system))} depends on {visible(lackingNames(part))}, which {member.lacking.length === 1 ? 'is' : 'are'} not back.</Notice>
          <TextField label="Why begin it all the same?" value={draft.despite} onChange={(despite) => { onChange({ despite }); }} />
          {needsName && <TextField label="Who accepts that" value={draft.by} onChange={(by) => { onChange({ by }); }} />}
        </>
      )}
    </div>
  );
}
