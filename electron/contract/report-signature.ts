/** Signatures under a report: who, as what, over which revision; and what a check of them found. */
import { z } from 'zod';

/** One signature. Every field but `vkey` stands in the note that was signed. */
export const Approved = z.object({
  person: z.string(), // id
  name: z.string(),
  role: z.string(), // operator, witness, compliance-officer, or another that the runbook lets sign
  at: z.string(),
  enrolled_at: z.string(), // after the outage: the person was not known here when it began
  note: z.string(), // C2SP signed note: the person's signature and this device's
  vkey: z.string(), // of the person
});
export type Approved = z.infer<typeof Approved>;

/** A revision is frozen when it is signed first. `sha256` is the digest that its signatures name. */
export const RevisionSignatures = z.object({ number: z.int(), sha256: z.string(), issued_at: z.string(), signatures: z.array(Approved) });
export type RevisionSignatures = z.infer<typeof RevisionSignatures>;

/** Where the report of a run stands. */
export const ReportStatus = z.object({
  run: z.string(),
  over: z.boolean(), // only then it can be signed
  /** The newest issued revision; `current` when nothing was recorded since. */
  issued: RevisionSignatures.extend({ current: z.boolean() }).nullable(),
  earlier: z.array(RevisionSignatures),
  /** Roles that this runbook's report is signed in, each with who may: enrolled, not revoked, not signed yet. */
  roles: z.array(z.object({ role: z.string(), title: z.string(), signed: z.string().nullable(), may: z.array(z.object({ id: z.string(), name: z.string() })) })),
  /** Fields that nobody has said and nothing has measured. */
  open: z.array(z.string()),
});
export type ReportStatus = z.infer<typeof ReportStatus>;

export const ReportVerification = z.object({
  ok: z.boolean(),
  run: z.string(),
  revision: z.int(),
  sha256: z.string(), // of the canonical bytes, recomputed
  /** `known`: the key is that of a person enrolled here, or one that was trusted by name. */
  signatures: z.array(z.object({ name: z.string(), role: z.string(), at: z.string(), holds: z.boolean(), known: z.boolean() })),
  device: z.object({ name: z.string(), known: z.boolean() }).nullable(),
  problems: z.array(z.object({ kind: z.string(), message: z.string() })),
});
export type ReportVerification = z.infer<typeof ReportVerification>;
