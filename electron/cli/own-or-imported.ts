/** A run of this laptop before one of the same name that came from another. */
import { EngineError } from '../contract/errors.ts';

/** @param imported asked when `own` knows no such run; when it knows none either, the answer is `own`'s */
export async function ownOrImported<T>(own: () => T, imported: () => Promise<T>): Promise<T> {
  try {
    return own();
  } catch (thrown) {
    if (!(thrown instanceof EngineError) || thrown.code !== 'not-found') throw thrown;
    try {
      return await imported();
    } catch (other) {
      throw other instanceof EngineError && other.code === 'not-found' ? thrown : other;
    }
  }
}
