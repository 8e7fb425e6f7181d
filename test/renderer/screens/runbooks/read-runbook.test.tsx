import { join } from 'node:path';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { loadRunbook } from '../../../../electron/engine/runbook/parse.ts';
import { RunbookFacts } from '../../../../renderer/src/screens/runbooks/RunbookFacts.tsx';
import { Document } from '../../../../renderer/src/screens/runbooks/RunbookScreen.tsx';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** What a person reads of a runbook, on screen and on paper, as one line. */
function readAloud(file: string): string {
  const runbook = loadRunbook(join(ROOT, 'runbooks', 'ampora', file));
  const numbers = new Map(runbook.steps.map((step, index) => [step.id, index + 1]));
  const facts = <RunbookFacts read={{ runbook, text: '', signature: { state: 'unsigned', signers: [] } }} lint={null} numbers={numbers} onLint={() => undefined} />;
  const markup = renderToStaticMarkup(<>{runbook.front.scenario}<Document runbook={runbook} numbers={numbers} />{facts}</>);
  const text = markup.replace(/<[^>]+>/gu, ' ').replace(/&#x27;/gu, "'").replace(/&quot;/gu, '"').replace(/&gt;/gu, '>').replace(/&lt;/gu, '<').replace(/&amp;/gu, '&');
  return text.replace(/\s+/gu, ' ');
}

/** The facts of Ampora's source document, in the words in which the page gives them. */
const FACTS: readonly (readonly [string, RegExp])[] = [
  ['AM1', /The data centre is gone and the cluster with it.*backups, the secret manager/su],
  ['AM2', /Read this once before you ever need it.*Read it once before it is needed/su],
  ['AM3', /bound by the restore of PostgreSQL and by bringing up Kubernetes or the virtual machines.*RTO 4 h/su],
  ['AM4', /how often PostgreSQL archives its WAL.*RPO 15 min/su],
  ['AM5', /put in what your business needs.*as recommended/su],
  ['AM6', /RTO 1 h, RPO 5 min Many tenants as a service, with continuous WAL archiving and a hot DR site/su],
  ['AM7', /newest PostgreSQL backup, in object storage away from the cluster/su],
  ['AM8', /master encryption key, from the secret manager or from escrow/su],
  ['AM9', /TLS material, or the means to issue it again \(cert-manager with ACME, or the corporate CA/su],
  ['AM10', /deployment manifests. They are in Git/su],
  ['AM11', /container registry, or a copy of the image/su],
  ['AM12', /getting it back comes before everything else/su],
  ['AM13', /fresh Kubernetes cluster.*cert-manager is installed.*Ingress controller/su],
  ['AM14', /fresh virtual machine.*prerequisites of the binary installation/su],
  ['AM15', /\(Terraform, Pulumi, Crossplane\) should do this on demand/su],
  ['AM16', /first thing to repair.*No proof yet that the infrastructure code/su],
  ['AM17', /pgBackRest, from our own repository \/ Point-in-time recovery of the managed/su],
  ['AM18', /2026-04-25 14:30:00\+00.*--type=time.*--target-action=promote/su],
  ['AM19', /username=ampora.*FROM tenants.*newdb.acme.io/su],
  ['AM20', /None at all means that the moment was too early/su],
  ['AM21', /get-secret-value --secret-id ampora-prod\/master-key.*--query SecretString --output text/su],
  ['AM22', /another secret manager, fetch the key with its own tool/su],
  ['AM23', /very key that sealed the data.*garbage of every encrypted column/su],
  ['AM24', /create secret generic ampora-secrets/su],
  ['AM25', /Never put it into Git/su],
  ['AM26', /A or AAAA record with the public address of the new cluster/su],
  ['AM27', /issues by itself as soon as the HTTP-01 challenge/su],
  ['AM28', /same host name, with the chain.*create secret tls ampora-tls/su],
  ['AM29', /kubectl apply -k.*deploy\/kustomize\/overlays.*acme-prod/su],
  ['AM30', /rollout status deploy\/ampora-web.*Kubernetes namespace ampora/su],
  ['AM31', /6. Validate.*In this order/su],
  ['AM32', /\/health\/live answers 200/su],
  ['AM33', /\/health\/ready answers 200.*Healthy as a whole/su],
  ['AM34', /logged in through OIDC.*identity-provider/su],
  ['AM35', /Agents, configurations and audit events look as they did.*photo/su],
  ['AM36', /At least one agent is connected again/su],
  ['AM37', /Publish an existing configuration again, to one test agent only/su],
  ['AM38', /certificates are signed by a CA that is kept in the database itself/su],
  ['AM39', /suspect the master key first/su],
  ['AM40', /reads as gibberish.*Wrong master key.*KeyProtection.MasterKey rotation/su],
  ['AM41', /private key of the persisted CA was not in the backup.*Bootstrap a new CA and push fresh client certificates to all agents.*Certificate rotation/su],
  ['AM42', /older than the audit retention sweep.*newer backup; the loss is the time since the last good snapshot/su],
  ['AM43', /federation client certificate is missing.*primary tenant's UI.*pinned thumbprint/su],
  ['AM44', /served by the federation peers, with nothing restored/su],
  ['AM45', /shows as .Unreachable./su],
  ['AM46', /cross-cluster handover \(ADR-051\) its agents move to a healthy peer/su],
  ['AM47', /keep their identity, and their configurations follow/su],
  ['AM48', /Every quarter/su],
  ['AM49', /restore a recent backup into a sandbox/su],
  ['AM50', /go through steps 2 to 6/su],
  ['AM51', /time each step and note the total/su],
  ['AM52', /tear the sandbox down/su],
  ['AM53', /rotated silently, and the old version can no longer be had/su],
  ['AM54', /technically valid, but corrupt for the application.*disk ran full in the middle of archiving/su],
  ['AM55', /Did the dump land.*Only a restore shows that/su],
  ['AM56', /Written from.*Certificate rotation.*ADR-051/su],
];

describe('the runbook of Ampora, as it is read on screen and on paper', () => {
  const text = readAloud('ampora-total-loss.runbook.md');

  it.each(FACTS)('says %s', (_id, fact) => { expect(text).toMatch(fact); });

  it('counts 56 facts', () => { expect(FACTS.map(([id]) => id)).toEqual(Array.from({ length: 56 }, (_, at) => `AM${at + 1}`)); });

  it('says what to do while something is dead, and when a check does not hold', () => {
    expect(text).toContain("iac: Build the cluster by hand at the provider's console");
    expect(text).toContain('Pull the deployment repository into the kit again.');
  });
});

it('the federated runbook is read with the certificate that peers ask for, and with what the handover keeps', () => {
  const text = readAloud('ampora-federated.runbook.md');
  for (const fact of [/shows as Unreachable/u, /Identity is preserved and configurations follow/u, /client certificate and pin its thumbprint/u, /ADR-051/u]) expect(text).toMatch(fact);
});
