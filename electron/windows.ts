/** The console's window, the hidden one that prints, and what all windows have in common. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BrowserWindow, Menu, screen, type Session } from 'electron';
import type { Preferences } from './contract/preferences.ts';
import { ORIGIN } from './security.ts';

/** What a window shows before its page is drawn. */
export const WINDOW_COLOUR = { dark: '#0f1216', light: '#f6f7f9' } as const;

/** What every page of ours is held in. A countdown must stay right while its window is behind another one. */
export const PAGE_PREFERENCES = { contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, navigateOnDragDrop: false, spellcheck: false, backgroundThrottling: false } as const;

export function openConsoleWindow(session: Session, { theme, zoom, width = 1280, height = 800 }: Preferences): BrowserWindow {
  const { workAreaSize } = screen.getPrimaryDisplay(); // the display may be another one than last time
  const window = new BrowserWindow({
    width: Math.min(width, Math.max(workAreaSize.width, 1280)),
    height: Math.min(height, Math.max(workAreaSize.height, 800)),
    minWidth: 800,
    minHeight: 600,
    useContentSize: true,
    show: false,
    title: 'Blackstart',
    autoHideMenuBar: true,
    backgroundColor: WINDOW_COLOUR[theme ?? 'dark'],
    webPreferences: { ...PAGE_PREFERENCES, preload: join(__dirname, 'preload.cjs'), session },
  });
  window.once('ready-to-show', () => window.show());
  if (zoom !== undefined) window.webContents.on('did-finish-load', () => window.webContents.setZoomLevel(zoom));
  return window;
}

/** What of a window is worth keeping; a maximized one comes back at the size that it had before. */
export function windowPreferences(window: BrowserWindow): Preferences {
  const zoom = window.webContents.getZoomLevel();
  if (window.isMaximized() || window.isFullScreen() || window.isMinimized()) return { zoom };
  const [width = 0, height = 0] = window.getContentSize();
  return width < 800 || height < 600 ? { zoom } : { zoom, width, height };
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Editing and zoom keys only: no reload, no developer tools, outside of development. */
export function setMenu(development: boolean): void {
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
      { role: 'editMenu' },
      {
        label: 'View',
        submenu: [
          { role: 'zoomIn' },
          { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false },
          { role: 'zoomOut' },
          { role: 'resetZoom' },
          { role: 'togglefullscreen' },
          ...(development ? [{ role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
        ],
      },
      { role: 'windowMenu' },
    ]),
  );
}

/** Documents waiting for the hidden window, by path. */
const toPrint = new Map<string, string>();

export function printable(path: string): string | null {
  return toPrint.get(path) ?? null;
}

/** Prints a self-contained document to a file. Scripts are off in the hidden window, and it reaches nothing. */
export async function printToFile(html: string, file: string, session: Session): Promise<void> {
  const path = `/print/${randomUUID()}`;
  const window = new BrowserWindow({ show: false, webPreferences: { session, sandbox: true, contextIsolation: true, javascript: false } });
  toPrint.set(path, html);
  try {
    await window.loadURL(`${ORIGIN}${path}`);
    await writeFile(file, await window.webContents.printToPDF({ pageSize: 'A4', printBackground: true, preferCSSPageSize: true }));
  } finally {
    toPrint.delete(path);
    window.destroy();
  }
}
