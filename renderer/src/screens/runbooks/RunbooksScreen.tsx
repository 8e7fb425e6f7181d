/** All runbooks that this laptop carries, broken ones with their reason. */
import type { RunbookRow } from '../../../../electron/contract/methods.ts';
import { counted } from '../../../../electron/contract/wording.ts';
import { useNavigation } from '../../app/navigation.ts';
import { Page, PageHead } from '../../app/Page.tsx';
import { Button, Primary } from '../../components/Buttons.tsx';
import { Fault } from '../../components/Fault.tsx';
import { signatureState, StateWord } from '../../components/States.tsx';
import { useQuery } from '../../engine-context.ts';
import { visible } from '../../visible.ts';

function Row({ row }: { row: RunbookRow }) {
  const { go, start } = useNavigation();
  return (
    <tr>
      <td>
        {row.error === null ? <button type="button" className="plain semi" onClick={() => { go({ screen: 'runbook', id: row.id }); }}>{visible(row.title)}</button> : <b className="semi">{visible(row.title)}</b>}
        {row.error !== null && <div className="tx c-red s12">{visible(row.error)}</div>}
        <div className="t3 s12 mono cut path" title={visible(row.path)}>{visible(row.path.split('/').slice(-2).join('/'))}</div>
      </td>
      <td>{visible(row.system)}</td><td>{row.severity}</td><td className="num">{row.steps}</td>
      <td><StateWord state={signatureState(row.signature.state)} />{row.signature.signers.length > 0 && <div className="s12 t3">{row.signature.signers.map(visible).join(', ')}</div>}{row.signature.reason !== undefined && <div className="s12 t3">{visible(row.signature.reason)}</div>}</td>
      <td className="num nw">{row.error === null && <span className="row end"><Button onPress={() => { go({ screen: 'readiness', id: row.id }); }} label={`Readiness of ${row.title}`}>Readiness</Button><Button onPress={() => { start({ runbook: row.id, mode: 'rehearsal' }); }} label={`Run ${row.title}`}>Run…</Button></span>}</td>
    </tr>
  );
}

export function RunbooksScreen() {
  const { result, error } = useQuery('runbook.list', {});
  const { start } = useNavigation();
  const rows = result?.runbooks ?? [];
  const broken = rows.filter((row) => row.error !== null).length;
  const unsigned = rows.filter((row) => row.signature.state !== 'signed').length;
  const detail = [broken > 0 ? `${broken} cannot be read` : null, unsigned > 0 ? `${unsigned} without a trusted signature` : null].filter((part) => part !== null).join(', ');
  return (
    <Page head={<PageHead title={result === null ? 'Runbooks' : counted(rows.length, 'runbook', 'runbooks')} detail={detail === '' ? 'Plain Markdown files; any editor shows them, and so does paper.' : `${detail}.`}><Primary id="run" label="Run a runbook…" onPress={() => { start({ runbook: null, mode: 'rehearsal' }); }} /></PageHead>}>
      {error !== null && <Fault error={error} />}
      {rows.length > 0 && (
        <section className="card scroll-x">
          <table className="table"><thead><tr><th>Runbook</th><th>System</th><th>Severity</th><th className="num">Steps</th><th>Signature</th><th><span className="sr">Actions</span></th></tr></thead>
            <tbody>{rows.map((row) => <Row key={`${row.id} ${row.path}`} row={row} />)}</tbody></table>
        </section>
      )}
    </Page>
  );
}
