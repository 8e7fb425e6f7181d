import { writeFileSync } from 'node:fs';

/** One pixel stands for whatever a person would photograph. */
export function writePhoto(path: string): void {
  writeFileSync(path, Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64'));
}
