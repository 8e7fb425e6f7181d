/**
 * A stand-in for Vault's client, which is not to be had here: `vault kv get -field=NAME PATH`, from a JSON file that VAULT_ADDR names as a
 * file:// address. The file holds {PATH: {NAME: value}}.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Store = z.record(z.string(), z.record(z.string(), z.string()));

function main(): void {
  process.stderr.write("vault: a stand-in of the Blackstart lab, not Vault's client\n");
  const [noun, verb, field = '', path = ''] = process.argv.slice(2);
  if (noun !== 'kv' || verb !== 'get' || !field.startsWith('-field=')) throw new Error(`the stand-in does not know: vault ${process.argv.slice(2, 4).join(' ')}`);
  const value = Store.parse(JSON.parse(readFileSync(fileURLToPath(process.env['VAULT_ADDR'] ?? ''), 'utf8')))[path]?.[field.slice('-field='.length)];
  if (value === undefined) throw new Error(`no value found at ${path}`);
  process.stdout.write(value);
}

try {
  main();
} catch (error) {
  process.stderr.write(`vault: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
