import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { CoworkError } from "../../../errors.ts";
import { isLoopbackName } from "../../../config/notify-values.ts";
import { kindOfAddress } from "./addresses.ts";

export interface ServiceRequest {
  /** for messages: the channel's name. The URL may be a secret */
  service: string;
  url: URL;
  method?: "POST" | "PUT" | "PATCH";
  headers?: Readonly<Record<string, string>>;
  body: string;
  /** names or addresses in private networks that may be reached */
  privateMachines: readonly string[];
  signal: AbortSignal;
  timeoutMs?: number;
}

export interface ServiceAnswer {
  status: number;
  text: string;
  /** seconds after which the service wants to be asked again */
  retryAfter: number | undefined;
}

const defaultTimeoutMs = 10_000;
const maxAnswer = 1024 * 1024;

/**
 * Sends a request to a service. It follows no redirect. Every address that the name has is checked when the connection is made, so
 * that a name cannot lead elsewhere after a check: only this machine by its own name, public addresses, and machines that the user
 * listed are reached.
 * @throws NOTIFY_FAILED, TIMEOUT, INTERRUPTED; the URL is never in the text
 */
export async function requestService(wanted: ServiceRequest): Promise<ServiceAnswer> {
  const { service, url, signal, timeoutMs = defaultTimeoutMs } = wanted;
  const isHere = isLoopbackName(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isHere)) throw failed(service, "its URL is not https");
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const limit = AbortSignal.timeout(timeoutMs);
  const both = AbortSignal.any([signal, limit]);
  try {
    return await new Promise<ServiceAnswer>((resolve, reject) => {
      const hostname = url.hostname.replace(/^\[|\]$/g, "");
      const mayUse = mayReach(url.hostname, wanted.privateMachines);
      // An address in the URL is not looked up.
      if (/^[\d.]+$|:/.test(hostname) && !mayUse(hostname)) return reject(failed(service, privateAddress));
      const sent = request(
        url,
        {
          method: wanted.method ?? "POST",
          headers: { "content-type": "application/json", ...wanted.headers, "user-agent": "cowork" },
          lookup: checkedLookup(service, mayUse),
          agent: false,
          signal: both,
        },
        (answer) => {
          const parts: Buffer[] = [];
          let bytes = 0;
          answer.on("data", (part: Buffer) => {
            bytes += part.length;
            if (bytes > maxAnswer) answer.destroy(failed(service, "its answer is too large"));
            else parts.push(part);
          });
          answer.on("error", reject);
          answer.on("end", () => {
            const retryAfter = Number(answer.headers["retry-after"]);
            resolve({
              status: answer.statusCode ?? 0,
              text: Buffer.concat(parts).toString("utf8"),
              retryAfter: Number.isInteger(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
            });
          });
        },
      );
      sent.on("error", reject);
      sent.end(wanted.body);
    });
  } catch (error) {
    if (signal.aborted) throw new CoworkError("INTERRUPTED", `${service} was interrupted.`);
    if (limit.aborted) throw new CoworkError("TIMEOUT", `${service} did not answer within ${timeoutMs / 1000} s.`);
    if (error instanceof CoworkError) throw error;
    // The message of Node may contain the address, which may be a secret; its code does not.
    throw failed(service, `no connection (${codeOf(error)})`);
  }
}

/** As `requestService`. @throws NOTIFY_FAILED also for every answer but success */
export async function callService(wanted: ServiceRequest): Promise<ServiceAnswer> {
  const answer = await requestService(wanted);
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw failed(wanted.service, answerOf(answer.status));
}

function answerOf(status: number): string {
  if (status >= 300 && status < 400) return `it answered with a redirect (${status}), which is not followed`;
  return `it answered with ${status}`;
}

const privateAddress = "its address is in a private network; list its name in NOTIFY_PRIVATE if messages may go there";

function mayReach(hostname: string, privateMachines: readonly string[]): (address: string) => boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const isListed = privateMachines.includes(name);
  const isHere = isLoopbackName(hostname);
  return (address) => {
    const kind = kindOfAddress(address);
    return isHere ? kind === "loopback" : kind === "public" || isListed;
  };
}

/** Resolves a name to the addresses that may be used; with one that may not, to none. */
function checkedLookup(service: string, mayUse: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) callback(error, "", 0);
      else if (addresses.length === 0 || !addresses.every(({ address }) => mayUse(address)))
        callback(failed(service, privateAddress), "", 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, addresses[0]?.address ?? "", addresses[0]?.family ?? 0);
    });
  };
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : "unknown";
}

export function failed(service: string, why: string): CoworkError {
  return new CoworkError("NOTIFY_FAILED", `${service} did not take the message: ${why}.`);
}
