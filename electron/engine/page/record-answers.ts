/** The page's calls about the record and its reports, over the data folders that it can see and the runs that came from elsewhere. */
import { readFileSync } from 'node:fs';
import { EngineError } from '../../contract/errors.ts';
import { METHODS } from '../../contract/methods.ts';
import type { RecordMatch } from '../../contract/record.ts';
import type { ReplicationProgress } from '../../contract/replication.ts';
import type { Report } from '../../contract/report.ts';
import { readPaperFile } from '../anchor/read-paper.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Clock } from '../deps.ts';
import { renderReport } from '../report/report.ts';
import { writeReport } from '../report/write-report.ts';
import { answer } from './serve-page.ts';

export interface RecordHost {
  real: DataFolder;
  clock: Clock;
  /** Null for a run of none of them: it may have come from another laptop. */
  folderOfRun(run: string): DataFolder | null;
  /** The laptop's own first, then the First drill's. */
  folders(): readonly DataFolder[];
  /** While the record is copied elsewhere. */
  onReplication(progress: ReplicationProgress): void;
  /** Aborts when the console closes, which then waits for what is under way. */
  closing: AbortSignal;
  underWay(work: Promise<unknown>): void;
}

/** One replication at a time; it is the laptop's own record that is copied, never the First drill's. */
function replicationAnswers({ real, onReplication, closing, underWay }: RecordHost) {
  let stop: AbortController | null = null;
  return {
    'record.replications': answer(METHODS['record.replications'], () => ({ replications: real.replications(), running: stop !== null })),
    'record.replicate': answer(METHODS['record.replicate'], async (request) => {
      if (stop !== null) throw new EngineError('refused', 'The record is being copied already.', { hint: 'Wait for it, or stop it first.' });
      stop = new AbortController();
      try {
        const work = real.replicate(request, { signal: AbortSignal.any([stop.signal, closing]), onProgress: onReplication });
        underWay(work);
        return await work;
      } finally {
        stop = null;
      }
    }),
    'record.replicate.stop': answer(METHODS['record.replicate.stop'], () => {
      stop?.abort();
      return {};
    }),
  };
}

export function recordAnswers(host: RecordHost) {
  const { real, clock, folderOfRun } = host;
  const own = (run: string): DataFolder => {
    const folder = folderOfRun(run);
    if (folder === null) throw new EngineError('not-found', `There is no run ${run} of this laptop.`, { hint: 'The report of an imported run is completed and signed where the run was held.' });
    return folder;
  };
  const report = async (run: string): Promise<Report> => folderOfRun(run)?.report(run) ?? real.importedReport(run);
  return {
    'record.verify': answer(METHODS['record.verify'], async ({ anchors, run }) => {
      const folder = run === undefined ? real : folderOfRun(run);
      return folder === null ? real.importedVerification(run ?? '') : folder.verifyRecord(anchors ?? []);
    }),
    'record.checkpoint': answer(METHODS['record.checkpoint'], () => ({ ...real.journal.checkpoint('asked for in the window'), at: new Date(clock.now()).toISOString() })),
    'record.export': answer(METHODS['record.export'], async ({ run, path }) => own(run).exportRun(run, path)),
    'record.match': answer(METHODS['record.match'], async ({ text, path }) => matchAny(host, paperText(text, path))),
    ...replicationAnswers(host),
    'record.import': answer(METHODS['record.import'], async ({ path }) => real.importBundle(path)),
    'record.imported': answer(METHODS['record.imported'], async () => ({ runs: (await real.imported()).map(({ imported }) => imported) })),
    'report.status': answer(METHODS['report.status'], ({ run }) => own(run).reports.status(own(run).runs.view(run))),
    'report.complete': answer(METHODS['report.complete'], ({ run, ...completion }) => own(run).reports.complete(own(run).runs.view(run), completion)),
    'report.sign': answer(METHODS['report.sign'], async ({ run, ...request }) => own(run).reports.sign(own(run).runs.view(run), request)),
    'report.verify': answer(METHODS['report.verify'], ({ path }) => real.verifyReport(readInput(path))),
    'report.html': answer(METHODS['report.html'], async ({ run }) => ({ html: renderReport(await report(run), 'html') })),
    'report.write': answer(METHODS['report.write'], async ({ run, format, path }) => {
      writeReport(path, renderReport(await report(run), format));
      return { path };
    }),
  };
}

/** The First drill keeps a record of its own: a paper may be from either. */
async function matchAny({ folders }: RecordHost, text: string): Promise<RecordMatch> {
  const matches: RecordMatch[] = [];
  for (const folder of folders()) {
    const match = await folder.matchRecord(text);
    if (match.answer === 'matches') return match;
    matches.push(match);
  }
  const [best] = [...matches.filter(({ answer }) => answer !== 'other-record'), ...matches];
  if (best === undefined) throw new EngineError('not-found', 'There is no record here.');
  return best;
}

function paperText(text: string | undefined, path: string | undefined): string {
  if (text !== undefined && path === undefined) return text;
  if (path !== undefined && text === undefined) return readPaperFile(readInput(path));
  throw new EngineError('usage', 'Give either the words or a file.');
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new EngineError('not-found', `The file ${path} cannot be read.`, { cause });
  }
}
