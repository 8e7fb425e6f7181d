/** How times and amounts are said to people, the same on the page, in reports and in the terminal. */

/** `1 h 24 min`, `12 min 30 s`, `45 s`, `3 d 4 h`: at most two units, for sentences. */
export function spokenDuration(seconds: number): string {
  const total = Math.round(Math.abs(seconds));
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  const rest = total % 60;
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes > 0) return rest > 0 && minutes < 60 ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${rest} s`;
}

/** `1:24:07`, for clocks that run; a negative time has a leading minus. */
export function runningClock(seconds: number): string {
  const total = Math.floor(Math.abs(seconds));
  const pad = (n: number): string => String(n).padStart(2, '0');
  const text = `${Math.floor(total / 3_600)}:${pad(Math.floor((total % 3_600) / 60))}:${pad(total % 60)}`;
  return seconds < 0 ? `−${text}` : text;
}

/** `14:32:07` of an RFC 3339 time, in UTC. */
export function utcTime(instant: string): string {
  return new Date(instant).toISOString().slice(11, 19);
}

/** `2026-04-25 14:32:07 UTC`. */
export function utcInstant(instant: string): string {
  const iso = new Date(instant).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** `305 GB`, `1.4 MB`, `812 bytes`: decimal units, as disks are sold. */
export function spokenBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/u, '')} ${units[unit] ?? 'bytes'}`;
}

/** `1 check holds`, `3 checks hold`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
