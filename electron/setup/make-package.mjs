// Runs electron-builder for one flavour. `make-package.mjs FLAVOUR OUT UNPACKED RUNTIME-AS-JSON TARGET…`; started by package.mjs under the toolchain's Node.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, Platform } from 'electron-builder';
import { parse } from 'yaml';
import { parseSigningKey } from '../engine/note/note.ts';
import { signRunbooks } from '../engine/runbook/manifest.ts';
import { signBundle } from './bundle-manifest.ts';
import { ROOT } from './places.mjs';

const [flavour, out, unpacked, runtimeText, ...targets] = process.argv.slice(2);
const runtime = JSON.parse(runtimeText);
const stage = join(out, 'stage');
const extras = join(out, 'extras');
const EXE = process.platform === 'win32' ? '.exe' : '';

/** The command line beside the executable: a window program without a display cannot serve as one. */
const LAUNCHER = `#!/bin/sh
exec "$(dirname -- "$(readlink -f -- "$0")")/resources/app.asar.unpacked/electron/cli/blackstart" "$@"
`;
const LAUNCHER_CMD = '@"%~dp0resources\\app.asar.unpacked\\electron\\cli\\blackstart.cmd" %*\r\n';

function layExtras() {
  rmSync(extras, { recursive: true, force: true });
  mkdirSync(join(extras, 'runtime'), { recursive: true });
  cpSync(process.execPath, join(extras, 'runtime', `node${EXE}`));
  if (process.platform === 'win32') writeFileSync(join(extras, 'blackstart-cli.cmd'), LAUNCHER_CMD);
  else writeFileSync(join(extras, 'blackstart-cli'), LAUNCHER, { mode: 0o755 });
}

/** The key that signs a release: a file in the format of Go's note package. Without one nothing is signed, and that is said. */
function releaseSigner() {
  const file = process.env.BLACKSTART_SIGNING_KEY;
  if (file !== undefined) return parseSigningKey(readFileSync(file, 'utf8'));
  process.stderr.write('this package is not signed: name a signing key file in BLACKSTART_SIGNING_KEY\n');
  return null;
}

/** An older runtime's own default application must not come along. */
function runtimeFolder() {
  if (!runtime.fallback) return runtime.dist;
  const clean = join(out, 'electron');
  rmSync(clean, { recursive: true, force: true });
  cpSync(runtime.dist, clean, { recursive: true, dereference: true });
  rmSync(join(clean, 'resources', 'default_app.asar'), { force: true });
  return clean;
}

function configuration() {
  const config = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8'));
  // Electron 25 has no such fuse, and refuses to be asked for it.
  if (runtime.fallback) delete config.electronFuses.grantFileProtocolExtraPrivileges;
  const launcher = process.platform === 'win32' ? 'blackstart-cli.cmd' : 'blackstart-cli';
  return {
    ...config,
    directories: { buildResources: join(ROOT, config.directories.buildResources), output: join(out, 'dist') },
    electronVersion: runtime.version,
    electronDist: runtimeFolder(),
    extraResources: [
      { from: join(extras, 'runtime'), to: 'runtime' },
      { from: join(stage, 'unpacked'), to: 'app.asar.unpacked' },
      // Left out of a folder that is copied, but copied when it is named itself.
      { from: join(stage, 'unpacked', 'node_modules'), to: join('app.asar.unpacked', 'node_modules') },
    ],
    extraFiles: [{ from: join(extras, launcher), to: launcher }],
  };
}

if (!existsSync(stage)) throw new Error(`nothing is staged in ${stage}`);
process.stderr.write(`packaging the ${flavour} flavour with Electron ${runtime.version} …\n`);
const signer = releaseSigner();
const { version } = JSON.parse(readFileSync(join(stage, 'asar', 'package.json'), 'utf8'));
/** Later builds count up: an older set of runbooks must not pass for a newer one. */
if (signer !== null) signRunbooks(join(stage, 'unpacked', 'runbooks'), [signer], Math.floor(Date.now() / 1000));
layExtras();
// The staged folder is the project: from the checkout electron-builder would collect every dependency again.
const common = { projectDir: join(stage, 'asar'), publish: 'never', config: configuration() };
await build({ ...common, targets: Platform.current().createTarget(['dir']) });
// Signed when nothing changes it any more, fuses included; installers are made of the signed folder.
if (signer !== null) process.stderr.write(`signed ${await signBundle(unpacked, [signer], version)} files as ${signer.name}\n`);
if (targets.length > 0) await build({ ...common, prepackaged: unpacked, targets: Platform.current().createTarget(targets) });
