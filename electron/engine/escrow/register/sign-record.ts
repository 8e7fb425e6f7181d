/** Signatures under the record of a verification: a signed note that names the record by its digest. */
import { EngineError } from '../../../contract/errors.ts';
import type { Signer } from '../../note/note.ts';
import { openNote, parseVerifier, signNote } from '../../note/note.ts';

export interface RecordStatement {
  /** Of the verification. */
  id: string;
  person: string;
  role: 'operator' | 'witness';
  /** SHA-256 of the record's bytes, hex. */
  record: string;
}

export function signRecord(statement: RecordStatement, signer: Signer): string {
  return signNote(textOf(statement), [signer]);
}

export function recordSignatureHolds(note: string, statement: RecordStatement, vkey: string): boolean {
  try {
    return openNote(note, [parseVerifier(vkey)]).text === textOf(statement);
  } catch (thrown) {
    if (thrown instanceof EngineError) return false;
    throw thrown;
  }
}

function textOf({ id, person, role, record }: RecordStatement): string {
  return `blackstart/escrow-verification/v1\nverification ${id}\nperson ${person}\nrole ${role}\nrecord ${record}\n`;
}
