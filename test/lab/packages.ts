/** Debian packages of the lab's units, handled as the tests' own: installed for root, otherwise the line to type. */
import { installPackages, isDebian, missingPackages } from '../../electron/setup/system-packages.mjs';

const mayInstall = (): boolean => process.getuid?.() === 0;

/** For `missing()`: null when all are there or `up` may install them. */
export function packagesMissing(names: readonly string[]): string | null {
  if (!isDebian()) return `it needs Debian's packages ${names.join(', ')}`;
  const missing = missingPackages(names);
  if (missing.length === 0 || mayInstall()) return null;
  return `Debian packages are not installed: sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
}

/** For `up()`: installs what is missing. Throws when that fails. */
export function ensurePackages(names: readonly string[]): void {
  const missing = missingPackages(names);
  if (missing.length > 0 && !installPackages(missing)) throw new Error(`could not install the Debian packages ${missing.join(', ')}`);
}
