import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { newKey } from "../../../../src/remote/ssh-proxy/new-key.ts";

test("a key that cannot be read is generated again", () => {
  const good = newKey(ssh2);
  const made = ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", good];
  const utils = { ...ssh2.utils, generateKeyPairSync: () => ({ private: made.shift() ?? "", public: "" }) };
  expect(newKey({ ...ssh2, utils })).toBe(good);
  expect(ssh2.utils.parseKey(good)).not.toBeInstanceOf(Error);
});
