import type { IncomingMessage } from "node:http";
import type { HttpErrorCode } from "../../contract/http/problem.ts";
import { doorOf, originOf, type Door, type Names } from "./names.ts";

/** What the guard reads of a request, before anything else does. */
export type RawRequest = Pick<IncomingMessage, "method" | "url" | "rawHeaders" | "httpVersion">;

export type Verdict = { door: Door; refused?: undefined } | { refused: HttpErrorCode | "TARGET_INVALID"; why: string };

/** Headers of which a second one could tell two readers two things. */
const single = ["host", "origin", "authorization", "content-type", "content-length", "sec-fetch-site", "last-event-id"];

const maxTarget = 8 * 1024;

/**
 * Decides on Node's own request, in front of the framework, whether it may come in at all; requests and upgrades alike. What a
 * framework makes of an absolute target, of two Host headers or of encoded dots must never matter.
 * @param names undefined: the unix socket, which no browser reaches
 * @param isPage the bare page or one of its files, which hold no data: other sites may link to them
 */
export function guard(
  request: RawRequest,
  names: Names | undefined,
  isPage: (path: string, method: string) => boolean,
): Verdict {
  const { url = "", method = "", httpVersion } = request;
  const headers = headersOf(request.rawHeaders);
  if (headers === undefined) return { refused: "TARGET_INVALID", why: "A header is there twice." };
  if (!isTarget(url)) return { refused: "TARGET_INVALID", why: "The target is not a plain path." };
  const [host, origin, site] = ["host", "origin", "sec-fetch-site"].map((name) => headers.get(name));
  if (names === undefined) {
    if (origin === undefined && site === undefined) return { door: "socket" };
    return { refused: "ORIGIN_REFUSED", why: "The socket is not for pages." };
  }
  const door = host === undefined || httpVersion !== "1.1" ? undefined : doorOf(names, host);
  if (host === undefined || door === undefined)
    return { refused: "HOST_REFUSED", why: "This server does not answer to that name." };
  if (origin !== undefined && origin !== originOf(names, door, host))
    return { refused: "ORIGIN_REFUSED", why: "The request comes from a page of another origin." };
  const isOwn = site === undefined || site === "same-origin" || site === "none";
  if (!isOwn && !isPage(pathOf(url), method))
    return { refused: "ORIGIN_REFUSED", why: "The request comes from a page of another site." };
  return { door };
}

/** The headers by lower-case name; undefined if one that counts is there twice. */
function headersOf(raw: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    if (headers.has(name) && single.includes(name)) return undefined;
    headers.set(name, raw[index + 1] ?? "");
  }
  return headers;
}

/** A path that means the same to every reader: from one `/`, without dot segments, encoded separators or controls. */
function isTarget(url: string): boolean {
  if (!url.startsWith("/") || url.startsWith("//") || url.length > maxTarget) return false;
  if (!/^[\u0021-\u007e]+$/.test(url) || url.includes("\\") || url.includes("#")) return false;
  const path = pathOf(url);
  if (/%(?:2e|2f|5c|00|25)/i.test(path)) return false;
  return !path.split("/").some((part, index) => part === "." || part === ".." || (part === "" && index > 1));
}

export function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
