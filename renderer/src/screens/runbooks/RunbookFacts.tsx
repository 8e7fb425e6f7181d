import { Fragment } from 'react';
import type { Result } from '../../../../electron/contract/methods.ts';
import { expectationsOf } from '../../../../electron/contract/runbook.ts';
import { durationSeconds } from '../../../../electron/contract/scalars.ts';
import { counted, spokenDuration } from '../../../../electron/contract/wording.ts';
import { Glyph } from '../../components/Glyph.tsx';
import { signatureState, StateWord } from '../../components/States.tsx';
import { visible } from '../../visible.ts';

function Targets({ targets }: { targets: Result<'runbook.get'>['runbook']['front']['targets'] }) {
  const parts = [targets?.rto === undefined ? null : `RTO ${spokenDuration(durationSeconds(targets.rto))}`, targets?.rpo === undefined ? null : `RPO ${spokenDuration(durationSeconds(targets.rpo))}`].filter((part) => part !== null);
  return <>{parts.length === 0 ? 'none set' : parts.join(', ')}{targets?.recommended === true && parts.length > 0 ? ', as recommended' : ''}</>;
}

/** Every number here is somebody else's until the site sets its own, so the other bands stand beside it. */
function Classes({ targets }: { targets: Result<'runbook.get'>['runbook']['front']['targets'] }) {
  return (targets?.classes ?? []).map((row) => <Fragment key={row.id}><dt>{visible(row.id)}</dt><dd><Targets targets={{ rto: row.rto, rpo: row.rpo }} /><span className="block t3 s12">{visible(row.title)}</span></dd></Fragment>);
}

/** What is asked at the start, with what stands there until somebody says otherwise. */
function Values({ params }: { params: Result<'runbook.get'>['runbook']['front']['params'] }) {
  const rows = Object.entries(params ?? {});
  if (rows.length === 0) return null;
  return <section><h2>Values asked for</h2><ul>{rows.map(([name, param]) => <li key={name} className="symptom"><span>{visible(param.prompt ?? name)}<span className="block t2 mono s12">{param.default === undefined ? `${param.type}, no default` : visible(String(param.default))}</span></span></li>)}</ul></section>;
}

/** What is known to be missing, what a drill throws in, and what the runbook was written from. */
function Background({ runbook }: { runbook: Result<'runbook.get'>['runbook'] }) {
  const { source } = runbook.front;
  return (
    <>
      {runbook.injects.length > 0 && <section><h2>A drill throws in</h2><ul>{runbook.injects.map((inject) => <li key={inject.id} className="symptom"><span><b className="med">{visible(inject.title)}</b><span className="block t2">{visible([inject.text, ...expectationsOf(inject).map(({ action }) => `Expected: ${action}`)].filter((part) => part !== undefined).join(' '))}</span></span></li>)}</ul></section>}
      {runbook.findings.length > 0 && <section><h2>Known gaps</h2><ul>{runbook.findings.map((finding) => <li key={finding.id} className="symptom"><span><b className="med">{visible(finding.title)}</b>{finding.text !== undefined && <span className="block t2">{visible(finding.text)}</span>}</span></li>)}</ul></section>}
      {source !== undefined && <section><h2>Written from</h2><ul>{[source.document, ...(source.references ?? [])].flatMap((name) => (name === undefined ? [] : [<li key={name}>{visible(name)}</li>]))}</ul></section>}
    </>
  );
}

function Linter({ lint, onLint }: { lint: Result<'runbook.lint'> | null; onLint(): void }) {
  if (lint === null) return <p className="t3">being judged</p>;
  return (
    <ul>
      <li><Glyph shape={lint.errors === 0 ? 'sensed' : 'failed'} tone={lint.errors === 0 ? 'green' : 'red'} />{lint.errors === 0 ? 'No errors' : counted(lint.errors, 'error', 'errors')}</li>
      <li><Glyph shape={lint.warnings === 0 ? 'sensed' : 'needs'} tone={lint.warnings === 0 ? 'green' : 'amber'} />{lint.warnings === 0 ? 'No warnings' : <button type="button" className="plain link" onClick={onLint}>{counted(lint.warnings, 'warning', 'warnings')}</button>}</li>
    </ul>
  );
}

export function RunbookFacts({ read, lint, numbers, onLint }: { read: Result<'runbook.get'>; lint: Result<'runbook.lint'> | null; numbers: ReadonlyMap<string, number>; onLint(): void }) {
  const { runbook, signature } = read;
  const { front } = runbook;
  const gates = runbook.steps.filter((step) => step.block.point_of_no_return === true);
  const budget = runbook.steps.reduce((sum, step) => sum + (step.block.budget === undefined ? 0 : durationSeconds(step.block.budget)), 0);
  return (
    <aside className="meta" aria-label="About this runbook">
      <section><dl className="kv">
        <dt>Targets</dt><dd><Targets targets={front.targets} /></dd><Classes targets={front.targets} /><dt>Severity</dt><dd>{front.severity}</dd><dt>Owner</dt><dd>{visible(front.owner)}</dd>
        <dt>Reviewed</dt><dd>{front.reviewed}{front.review_every === undefined ? '' : `, every ${front.review_every}`}</dd>
        <dt>Version</dt><dd className="mono s12">{`sha256:${runbook.sha256.replace(/^sha256:/u, '').slice(0, 12)}`}</dd><dt>Signature</dt><dd><StateWord state={signatureState(signature.state)} /></dd>
        <dt>Steps</dt><dd>{runbook.steps.length}, budgets {spokenDuration(budget)}</dd>
      </dl></section>
      <section><h2>Linter</h2><Linter lint={lint} onLint={onLint} /></section>
      {gates.length > 0 && <section><h2>Points of no return</h2><ul>{gates.map((step) => <li key={step.id}><Glyph shape="ponr" tone="amber" />{numbers.get(step.id)} {visible(step.title)}</li>)}</ul></section>}
      {front.drills !== undefined && <section><h2>Drills</h2><ul>{front.drills.map((drill) => <li key={drill.title} className="symptom"><span>{visible(drill.title)}{drill.scope !== undefined && <span className="block t2">{visible(drill.scope)}</span>}</span><span className="end">{drill.every === undefined ? drill.kind : `every ${drill.every}`}</span></li>)}</ul></section>}
      {runbook.checks.length > 0 && <section><h2>Checks</h2><ul>{runbook.checks.map((check) => <li key={check.id} className="symptom"><span>{visible(check.block.title)}{check.block.remedy !== undefined && <span className="block t2">{visible(check.block.remedy)}</span>}</span><span className="end">{check.block.severity}</span></li>)}</ul></section>}
      {runbook.symptoms.length > 0 && <section><h2>When something looks wrong</h2><ul>{runbook.symptoms.map((symptom) => <li key={symptom.id} className="symptom"><span><b className="med">{visible(symptom.see)}</b><span className="block t2">{visible(symptom.cause)}. {visible(symptom.fix)}</span></span></li>)}</ul></section>}
      <Values params={front.params} />
      <Background runbook={runbook} />
    </aside>
  );
}
