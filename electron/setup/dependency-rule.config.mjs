// Who may import whom (ARCHITECTURE.md), as dependency-cruiser reads it. Paths count from the checkout's root.
const SHELL = '^electron/[^/]+\\.ts$';
const ENGINE = '^electron/engine/';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
/** A package, as resolved below node_modules or as left unresolved (a type-only or native one). */
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/|^(${names.join('|')})$`;
const onlyFrom = (name, comment, allowed, ...names) => rule(name, comment, { path: '^(electron|renderer)/', pathNot: allowed }, { path: packages(...names) });

/** Every module of ours that the rule covers. */
export const SCOPE = ['electron', 'renderer', 'test'];

export const config = {
  forbidden: [
    rule('contract-is-pure', 'The contract crosses every boundary: it imports nothing of ours, and no Node.', { path: '^electron/contract/' }, { path: '^(electron|renderer|test)/', pathNot: '^electron/contract/' }),
    rule('contract-needs-no-node', 'The page uses the contract too.', { path: '^electron/contract/' }, { dependencyTypes: ['core'] }),
    rule('engine-knows-contract-only', 'The engine is free of shell, command line and page.', { path: ENGINE }, { path: '^(electron|renderer|test)/', pathNot: '^electron/(contract|engine)/' }),
    rule('cli-knows-engine-and-contract', 'The command line is a host of the engine.', { path: '^electron/cli/' }, { path: '^(electron|renderer|test)/', pathNot: '^electron/(contract|engine|cli)/' }),
    rule('renderer-knows-contract-only', 'The page sees only the contract.', { path: '^renderer/' }, { path: '^(electron|test)/', pathNot: '^electron/contract/' }),
    rule('renderer-needs-no-node', 'The page runs in a sandbox.', { path: '^renderer/src/' }, { dependencyTypes: ['core'] }),
    rule('shell-knows-contract-only', 'The shell passes frames; only its composition root knows the engine.', { path: SHELL, pathNot: '^electron/engine-process\\.ts$' }, { path: '^(electron/(engine|cli)|renderer|test)/' }),
    rule('composition-root', 'The composition root knows engine and contract.', { path: '^electron/engine-process\\.ts$' }, { path: '^(electron/cli|renderer|test)/' }),
    rule('nobody-imports-the-page', 'Nothing imports renderer.', { path: '^electron/' }, { path: '^renderer/' }),
    rule('nobody-imports-tests', 'Nothing imports test.', { path: '^(electron|renderer)/' }, { path: '^test/' }),
    onlyFrom('electron-in-the-shell', 'Only the shell knows Electron.', `${SHELL}|^electron/setup/default-app\\.cjs$`, 'electron'),
    onlyFrom('processes-in-tool', 'Only engine/tool starts programs with these.', '^electron/engine/tool/', 'execa', '@lydell/node-pty'),
    onlyFrom('sqlite-in-few-places', 'Only the journal, the probe of SQLite backups and the verifier open databases.', '^electron/engine/(journal/|verify/|readiness/[^.]*sqlite[^.]*\\.ts$|readiness/.*/[^.]*sqlite[^.]*\\.ts$|drill/lanterns-database\\.ts$)', 'better-sqlite3', '@types/better-sqlite3'),
    onlyFrom('object-store-in-few-places', 'Only replication and the S3 probe\'s client speak to an object store.', '^electron/engine/(replicate/|readiness/[^.]*s3[^.]*\\.ts$|readiness/.*/[^.]*s3[^.]*\\.ts$)', '@aws-sdk/[^/]+', '@smithy/[^/]+'),
    rule('verifier-is-independent', 'The verifier shares no code with the journal\'s writer.', { path: '^electron/engine/verify/' }, { path: '^electron/engine/', pathNot: '^electron/engine/(verify|note)/' }),
    rule('no-cycles', 'A cycle of imports has no order in which it can be understood.', { path: '^(electron|renderer)/' }, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
  ],
};
