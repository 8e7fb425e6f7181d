/**
 * The runs' door, for the page's engine and the command line alike.
 *
 * ```
 * const runs = createRuns({ deps, journal, dataDir, nodePath, findRunbook, people, … });   // RunsDeps
 * await runs.prepare({ id, mode, params, ... })      → questions, signature, readiness, what is needed; never writes
 * const live = await runs.start({ id, mode, params, operator, pace, … })                   → LiveRun
 * const live = await runs.resume(run, { operator, pace, … })                               → LiveRun; no-op when it is live here
 * runs.list() → RunSummary[] newest first      runs.view(run) → RunView (live or from the journal)      runs.resolveId('last' | prefix)
 * await runs.command(run, command, actor?) → RunView; EngineError `refused` with the reason when it cannot be
 * runs.output(run, step, offset, length) → { bytes, size }
 * runs.subscribe(listener) → unsubscribe; listener gets { kind: 'changed', run } | { kind: 'output', run, step, offset, bytes } | { kind: 'event', run, event }
 * await runs.close()                                 stops what runs, parks every live run
 *
 * LiveRun: { id, state(): RunState, view(): RunView, command(…), settled(): Promise<void> (nothing in effect any more), park(why), … }
 * await driveRun(live, answers, host) → { state, why, exit: 0 | 1 | 5 }      (drive.ts)       parseAnswers(text, runbook…) (answers.ts)
 * ```
 * `pace: 'step'` (the page) lets programs wait for a person's start; `'auto'` (unattended) starts them as soon as they may.
 * Reading needs no lock: `readRuns(reader)` in read-runs.ts gives list, view and documents over a JournalReader.
 */
export {};
