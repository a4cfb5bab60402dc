import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import { keyTypeOf } from "./known-hosts.ts";
import { readOwnFile } from "./own-file.ts";

const maxBytes = 32 * 1024 * 1024;

/**
 * Whether the key is in the file of `RevokedHostKeys`: one key per line, or a KRL, which ssh-keygen reads. As in OpenSSH, a file that
 * cannot be read revokes all keys.
 */
export async function isRevokedBy(ctx: Pick<RemoteContext, "run">, file: string, key: Uint8Array): Promise<boolean> {
  const bytes = await readOwnFile(file, maxBytes);
  if (bytes === undefined) return true;
  const shown = Buffer.from(key).toString("base64");
  const text = new TextDecoder("latin1").decode(bytes);
  if (!text.startsWith("SSHKRL\n\0")) return text.split(/\s+/).some((word) => word !== "" && word === shown);
  const input = `${keyTypeOf(key)} ${shown}\n`;
  try {
    // ssh-keygen opens its input by name, which works with a pipe but not with the socket that Node gives to a child.
    const script = 'command -v ssh-keygen >/dev/null || exit 127; cat | ssh-keygen -Q -f "$1" /dev/stdin';
    const { code } = await ctx.run("sh", ["-c", script, "sh", file], { input, timeoutMs: 10_000 });
    if (code === 127) throw new CoworkError("PROGRAM_MISSING", "ssh-keygen is not installed on this machine.");
    return code !== 0;
  } catch (error) {
    if (!(error instanceof CoworkError)) throw error;
    throw new CoworkError("HOST_KEY_REVOKED", `Cannot check whether ${plain(file)} revokes the host's key.`, {
      hint: "install OpenSSH, whose ssh-keygen reads this file",
      cause: error,
    });
  }
}
