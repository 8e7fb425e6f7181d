
import { spokenDuration } from '../../../../electron/contract/wording.ts';
import type { IncidentView } from '../../../../electron/contract/incident-view.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Button } from '../../components/Buttons.tsx';
import { Meter } from '../../components/Measures.tsx';
import { StateWord } from '../../components/States.tsx';
import { MODE_WORD } from '../../mode-word.ts';
import { useNow } from '../../use-now.ts';
import { visible } from '../../visible.ts';
import { systemName } from '../../wording.ts';
import { memberState } from '../incident/incident-words.ts';

/** Before everything else on Home: what is lost, and how much of it is back. */
export function OpenIncidents({ incidents }: { incidents: readonly IncidentView[] }) {
  const { go } = useNavigation();
  const now = useNow();
  return incidents.map((incident) => {
    const since = Math.max(0, (now - Date.parse(incident.outage_at)) / 1000);
    const { total } = incident;
    return (
      <section key={incident.id} className="card open-runs lost" aria-label={`Open incident: ${incident.title}`}>
        <header>
          <h2>{visible(incident.title)}</h2><span className="t3 s12">{incident.mode === 'live' ? 'incident' : MODE_WORD[incident.mode]}</span>
          <span className="end row"><span className="t2 s13 tn">{spokenDuration(since - (since % 60))} since the outage{total.forecast_s === null ? '' : `, the last expected after ${spokenDuration(total.forecast_s)}`}</span><Button label={`Open the incident ${incident.title}`} onPress={() => { go({ screen: 'incident', id: incident.id }); }}>Open</Button></span>
        </header>
        <ul className="body">
          {incident.members.map((member) => (
            <li key={member.runbook}>
              <StateWord state={memberState(member)} /><b className="med">{visible(systemName(member.system))}</b>
              <span className="grow" />
              <Meter value={member.achieved_s ?? since} target={member.target_s} />
              <span className="t2 tn of">{member.achieved_s === null ? (member.target_s === null ? 'no target' : `target ${spokenDuration(member.target_s)}`) : `${spokenDuration(member.achieved_s)}${member.target_s === null ? '' : ` of ${spokenDuration(member.target_s)}`}`}</span>
            </li>
          ))}
          {incident.members.length === 0 && <li className="t3">No system is in it yet.</li>}
        </ul>
      </section>
    );
  });
}
