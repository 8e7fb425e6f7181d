/** What a lab that was taken down must not leave behind: processes, mounts, files. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { LabPlace } from './unit.ts';

/** One line for a person for each thing that still has to do with this lab's state folder. */
export function tracesOf({ state }: LabPlace): string[] {
  return [...processesIn(state), ...mountsBelow(state), ...(existsSync(state) ? [`the folder ${state}: ${readdirSync(state).join(', ')}`] : [])];
}

/** Living processes that name the folder on their command line, work in it or were started from it. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid).flatMap((pid) => {
    const words = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    const places = [words, read(() => readlinkSync(`/proc/${pid}/cwd`)), read(() => readlinkSync(`/proc/${pid}/exe`))];
    return words !== '' && places.some((text) => text.includes(`${folder}/`) || text.endsWith(folder)) ? [`process ${pid}: ${words.slice(0, 160)}`] : [];
  });
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${folder}/`)).map((path) => `mount ${path}`);
}

/** A process may end while it is looked at. */
function read(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
