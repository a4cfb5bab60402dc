import { createHash } from "node:crypto";

const letters = "abcdefghjkmnpqrstuvwxyz";
const digits = "23456789";

/**
 * A short word for a digest, such as `q7f`: a letter, a digit, then letters and digits, more if that word is taken. Without 0, 1, i,
 * l and o, which look alike. Requests with the same content have the same digest: the next ones get a word of another hash.
 */
export function shortWord(digest: string, isTaken: (word: string) => boolean): string {
  for (let round = 0; ; round += 1) {
    const hash = round === 0 ? Buffer.from(digest, "hex") : createHash("sha256").update(`${digest} ${round}`).digest();
    const from = [letters, digits, ...Array<string>(6).fill(letters + digits)];
    const word = from.map((set, n) => set[(hash[n] ?? 0) % set.length]).join("");
    for (let length = 3; length <= word.length; length += 1)
      if (!isTaken(word.slice(0, length))) return word.slice(0, length);
  }
}
