/** A word as a shell takes it: single quotes mean the same to all of them, also to those that run a `ProxyCommand`. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
