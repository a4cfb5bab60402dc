import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import { keyTypeOf } from "./known-hosts.ts";
import { readOwnFile } from "./own-file.ts";

const maxBytes = 32 * 1024 * 1024;

/**
 * Is the key in the list that `RevokedHostKeys` names: one key a line, or OpenSSH's compact form, which its own tool reads? As
 * with OpenSSH a list that cannot be read revokes everything.
 */
export async function isRevokedBy(ctx: Pick<RemoteContext, "run">, file: string, key: Uint8Array): Promise<boolean> {
  const bytes = await readOwnFile(file, maxBytes);
  if (bytes === undefined) return true;
  const shown = Buffer.from(key).toString("base64");
  const text = new TextDecoder("latin1").decode(bytes);
  if (!text.startsWith("SSHKRL\n\0")) return text.split(/\s+/).some((word) => word !== "" && word === shown);
  const input = `${keyTypeOf(key)} ${shown}\n`;
  try {
    // The tool opens its input by name, which only works with a pipe: what a child gets from us is a socket.
    const script = 'command -v ssh-keygen >/dev/null || exit 127; cat | ssh-keygen -Q -f "$1" /dev/stdin';
    const { code } = await ctx.run("sh", ["-c", script, "sh", file], { input, timeoutMs: 10_000 });
    if (code === 127) throw new CoworkError("PROGRAM_MISSING", "ssh-keygen is not installed on this machine.");
    return code !== 0;
  } catch (error) {
    if (!(error instanceof CoworkError)) throw error;
    throw new CoworkError("HOST_KEY_REVOKED", `Nobody can tell whether the host's key is revoked by ${plain(file)}.`, {
      hint: "install OpenSSH's ssh-keygen, which reads this file",
      cause: error,
    });
  }
}
