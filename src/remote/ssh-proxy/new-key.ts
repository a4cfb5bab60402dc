import type ssh2Module from "ssh2";

/**
 * Creates an ed25519 key in OpenSSH's format. ssh2 1.17 cannot read about one of 500 keys that it generates ("Malformed OpenSSH
 * private key"); then another one is generated.
 */
export function newKey({ utils }: typeof ssh2Module): string {
  for (;;) {
    const key = utils.generateKeyPairSync("ed25519").private;
    if (!(utils.parseKey(key) instanceof Error)) return key;
  }
}
