/** The shell calls of `ShellBridge`: those that need a window. What the page sends is parsed like any stranger's input. */
import { basename } from 'node:path';
import { BrowserWindow, dialog, ipcMain, type IpcMainInvokeEvent, type Session } from 'electron';
import { ChooseOpen, ChooseSave, PrintPdf, type ChosenPath } from './contract/bridge.ts';
import { printToFile } from './windows.ts';

type Kinds = ChooseSave['kinds'];

async function askWhereTo(window: BrowserWindow, question: ChooseSave): Promise<ChosenPath> {
  const answer = await dialog.showSaveDialog(window, { title: question.title, defaultPath: basename(question.name), filters: question.kinds });
  return answer.canceled || !answer.filePath ? null : answer.filePath;
}

async function askWhich(window: BrowserWindow, question: ChooseOpen): Promise<ChosenPath> {
  const answer = await dialog.showOpenDialog(window, { title: question.title, filters: question.kinds, properties: [question.folder === true ? 'openDirectory' : 'openFile'] });
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}

async function print(window: BrowserWindow, document: PrintPdf, session: Session): Promise<ChosenPath> {
  const kinds: Kinds = [{ name: 'PDF', extensions: ['pdf'] }];
  const path = await askWhereTo(window, { title: 'Print to', name: document.name, kinds });
  if (path !== null) await printToFile(document.html, path, session);
  return path;
}

/** @param isOurs whether a call comes from the console's own page; anything else is refused */
export function servePageCalls(isOurs: (event: IpcMainInvokeEvent) => boolean, session: Session): void {
  const serve = <Q>(channel: string, parse: (given: unknown) => Q, work: (window: BrowserWindow, question: Q) => Promise<ChosenPath>): void => {
    ipcMain.handle(channel, async (event, given: unknown) => {
      const window = BrowserWindow.fromWebContents(event.sender);
      if (window === null || !isOurs(event)) throw new Error('This page may not ask for that.');
      return work(window, parse(given));
    });
  };
  serve('choose-open', (given) => ChooseOpen.parse(given), askWhich);
  serve('choose-save', (given) => ChooseSave.parse(given), askWhereTo);
  serve('print-pdf', (given) => PrintPdf.parse(given), (window, document) => print(window, document, session));
}
