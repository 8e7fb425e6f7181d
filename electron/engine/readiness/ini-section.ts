/** Sections of the files in which the AWS tools keep profiles. */

/** Keys in lower case; null without the section. `[profile x]` and `[x]` are the same, as in the tools' two files. */
export function iniSection(text: string, name: string): Map<string, string> | null {
  let current: Map<string, string> | null = null;
  const sections = new Map<string, Map<string, string>>();
  for (const line of text.split(/\r?\n/u)) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/u.exec(line)?.[1];
    if (section !== undefined) sections.set(section, (current = new Map<string, string>()));
    const pair = /^\s*([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/u.exec(line);
    if (pair?.[1] !== undefined && pair[2] !== undefined) current?.set(pair[1].toLowerCase(), pair[2]);
  }
  return sections.get(name) ?? null;
}
