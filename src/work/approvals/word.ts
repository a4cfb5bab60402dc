import { createHash } from "node:crypto";

const letters = "abcdefghjkmnpqrstuvwxyz";
const characters = `${letters}23456789`;

/**
 * A short word for a digest: a letter, then two letters or digits, more if that word is taken. Without 0, 1, i, l and o, which
 * look alike. Requests with the same content have the same digest: the next ones get a word of another hash.
 */
export function shortWord(digest: string, isTaken: (word: string) => boolean): string {
  for (let round = 0; ; round += 1) {
    const hash = round === 0 ? Buffer.from(digest, "hex") : createHash("sha256").update(`${digest} ${round}`).digest();
    const word = [...hash].map((byte, n) => pick(n === 0 ? letters : characters, byte)).join("");
    for (let length = 3; length <= 8; length += 1) if (!isTaken(word.slice(0, length))) return word.slice(0, length);
  }
}

function pick(from: string, byte: number): string {
  return from[byte % from.length] ?? "";
}
