/** What differs between the Electrons that the shell runs on (25.1 and 45), and what Chromium must be told on its command line. */
import { app } from 'electron';

/** Before `ready`, once. */
export function settleChromium(): void {
  // As root Chromium runs with --no-sandbox, and enabling the sandbox on top of that kills every child process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  // A dying GPU process on a machine without one has hung starts; nothing here needs it.
  app.disableHardwareAcceleration();
  // Nor a stand-in for it: nothing is drawn in three dimensions, and setting it up costs every start.
  app.commandLine.appendSwitch('disable-software-rasterizer');
  // Chromium's own errands. Nothing in the console needs a network.
  app.commandLine.appendSwitch('disable-background-networking');
  app.commandLine.appendSwitch('disable-component-update');
  app.commandLine.appendSwitch('disable-domain-reliability');
  app.commandLine.appendSwitch('no-pings');
  // Room for what a start allocates (MiB), in the window and in the page: the collector need not run before Home stands.
  addTo('js-flags', '--min-semi-space-size=16', ' ');
  // No process of its own for a network that nothing here uses: one less to wait for at the start. Tried on Linux.
  if (process.platform === 'linux') addTo('enable-features', 'NetworkServiceInProcess2', ',');
}

/** Beside what the command line names itself: such a switch counts once. */
function addTo(list: string, item: string, between: string): void {
  const named = app.commandLine.getSwitchValue(list);
  app.commandLine.appendSwitch(list, named === '' ? item : `${named}${between}${item}`);
}

/** Electron 25 carries a Node without the Node-API that SQLite's binding needs: there the engine can only run outside. */
export function canHostEngine(): boolean {
  return Number(process.versions.napi) >= 10;
}
