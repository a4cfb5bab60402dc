import { type Hint, ownCommand } from "../hint.ts";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { Endpoint } from "./endpoint.ts";

/** An HTTP status of the engine with its own message. */
export class EngineStatus extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An answer with an unexpected status. */
export function refusal(status: number, text: string): EngineStatus {
  return new EngineStatus(status, messageOf(text) ?? `HTTP ${status}`);
}

function messageOf(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return body.trim() || undefined;
  }
}

const connectionCodes: Readonly<Record<string, string>> = {
  ENOENT: "there is no such socket, so no Docker Engine runs there",
  ECONNREFUSED: "nothing listens there; the Docker Engine may not be running",
  EACCES: "this user is not allowed to use its socket",
  EPERM: "this user is not allowed to use its socket",
  ENOTFOUND: "its name cannot be resolved",
  EAI_AGAIN: "its name cannot be resolved",
  EHOSTUNREACH: "its machine cannot be reached",
  ENETUNREACH: "its machine cannot be reached",
  ETIMEDOUT: "it did not answer in time",
  ECONNRESET: "it closed the connection",
  EPIPE: "it closed the connection",
};

const hints: Readonly<Record<string, Hint>> = {
  EACCES: [
    "add yourself to the docker group (`sudo usermod -aG docker $USER`, then log in again); `",
    ownCommand("doctor"),
    "` shows more",
  ],
};

/**
 * Turns the error of one request into a CoworkError.
 * @param doing what was tried, as the end of a sentence: `start container abc`
 */
export function engineError(error: unknown, doing: string, endpoint: Endpoint): CoworkError {
  if (error instanceof CoworkError) return error;
  const status = statusOf(error);
  if (status !== undefined) {
    return new CoworkError("ENGINE_FAILED", `The Docker Engine could not ${plain(doing)}: ${wordsOf(error)}`, {
      cause: error,
    });
  }
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) {
    return new CoworkError("INTERRUPTED", `Interrupted (${plain(doing)}).`, { cause: error });
  }
  const code = codeOf(error);
  const why = (code && connectionCodes[code]) ?? wordsOf(error);
  return new CoworkError(
    "ENGINE_UNREACHABLE",
    `The Docker Engine at ${plain(endpoint.dockerHost)} (${endpoint.origin}) does not answer: ${why}.`,
    {
      hint: (code && hints[code === "EPERM" ? "EACCES" : code]) || [ownCommand("doctor")],
      cause: error,
    },
  );
}

/** HTTP status of an engine's refusal, our own or dockerode's; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof EngineStatus) return error.status;
  const code = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof code === "number" ? code : undefined;
}

/** The engine's own message, one line, without dockerode's prefix. */
export function wordsOf(error: unknown): string {
  const json = (error as { json?: { message?: unknown } } | null)?.json;
  if (typeof json?.message === "string") return plain(json.message);
  const text = error instanceof Error ? error.message : String(error);
  return plain(text.replace(/^\(HTTP code \d+\) [^-]*- /, ""));
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
