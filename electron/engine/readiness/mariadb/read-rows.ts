/** What `mariadb --xml` prints, as rows LF, columns TAB, NULL `\N`. */

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
const FIELD = /<field name="[^"]*"(?: xsi:nil="true" \/>|>([^<]*)<\/field>)/gu;

/** Of several answers only the last counts, as with a script whose last statement asks. */
export function readRows(xml: string): string {
  const last = xml.slice(Math.max(0, xml.lastIndexOf('<resultset ')));
  return last.split('<row>').slice(1).map((row) => [...row.matchAll(FIELD)].map(([, value]) => (value === undefined ? '\\N' : plain(value))).join('\t')).join('\n');
}

function plain(value: string): string {
  return value.replace(/&(?:lt|gt|quot|amp);/gu, (entity) => ENTITIES[entity] ?? entity);
}
