/** Orders texts by their characters' numbers: the same on every laptop, whatever its language. For times, ids and paths; what people read is better in lower case first. */
export function inOrder(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
