import { ttyRequest, type TtyRequest } from "../../contract/remote/terminal-requests.ts";
import { requestInvalid } from "./offer.ts";

export type { TtyRequest };

/** Encodes a request as one word without characters that a shell interprets. */
export function encodeTtyRequest(request: TtyRequest): string {
  return Buffer.from(JSON.stringify(request)).toString("base64");
}

/**
 * Decodes a request that cowork encoded on this machine or on the user's.
 * @throws REQUEST_INVALID
 */
export function decodeTtyRequest(word: string): TtyRequest {
  const found = ttyRequest.safeParse(parse(Buffer.from(word, "base64").toString("utf8")));
  if (found.success) return found.data;
  throw requestInvalid("a command on a terminal", found.error);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
