import type { ConnectRequest, LoginRequest } from "../../session/host-part.ts";

/** A command of a user elsewhere that wants a terminal: it gets one on the host, of sshd's making, with `__host tty <word>`. */
export type TtyRequest = { connect: ConnectRequest } | { login: LoginRequest };

/** As one word that any shell leaves as it is. */
export function encodeTtyRequest(request: TtyRequest): string {
  return Buffer.from(JSON.stringify(request)).toString("base64");
}

/** What cowork itself has encoded, on this machine or the user's. Throws for anything that is no JSON. */
export function decodeTtyRequest(word: string): TtyRequest {
  return JSON.parse(Buffer.from(word, "base64").toString("utf8")) as TtyRequest;
}
