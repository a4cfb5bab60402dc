import type ssh2Module from "ssh2";

/**
 * A new ed25519 key in OpenSSH's form. Of five hundred that ssh2 makes one cannot be read by itself ("Malformed OpenSSH private
 * key", ssh2 1.17): such a one is made anew.
 */
export function newKey({ utils }: typeof ssh2Module): string {
  for (;;) {
    const key = utils.generateKeyPairSync("ed25519").private;
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}
