import { type PassThrough, Writable } from "node:stream";
import { CoworkError } from "../../../errors.ts";
import { ownCommand, steps } from "../../../hint.ts";
import type { ConnectRequest, SessionHost } from "../../../session/session-host.ts";
import { plain, plainLines } from "../../../system/text.ts";
import { refusal } from "./scripts.ts";

/** A session that files are copied to or from. */
export interface CopySession {
  host: Pick<SessionHost, "connect">;
  request: Pick<ConnectRequest, "selector" | "settings">;
  /** as the user wrote it */
  path: string;
}

const meanwhile = /changed as we read it|removed before we read it/;
/** Enough for the messages of tar. */
const maxErrors = 4096;

/**
 * Runs one of the scripts with `connect`: as the session's user, on its host, in a session that is started if it is stopped.
 * @param io.work what happens with its output or input meanwhile. If it fails, the script is ended, and its error is thrown
 * @returns what `work` gave, and what the script complained about
 * @throws FILE_NOT_FOUND, FILES_IN_THE_WAY, PERMISSION_DENIED, PROGRAM_MISSING, COPY_FAILED, what `connect` throws
 */
export async function runInside<T>(
  session: CopySession,
  [script, ...args]: readonly [string, ...string[]],
  io: { stdin: PassThrough; stdout: PassThrough; signal: AbortSignal; work: Promise<T> },
): Promise<{ result: T; complaints: string[] }> {
  const stop = new AbortController();
  const errors = collector();
  const request = { ...session.request, tmux: false, command: ["/bin/sh", "-c", script, "sh", ...args] };
  const ended = session.host
    .connect(request, {
      stdin: io.stdin,
      stdout: io.stdout,
      stderr: errors.stream,
      signal: AbortSignal.any([io.signal, stop.signal]),
    })
    .finally(() => io.stdout.end());
  // Its own error comes first below; afterwards no one waits for it.
  ended.catch(() => undefined);
  const failed = Promise.withResolvers<never>();
  io.work.catch((error: unknown) => failed.reject(error));
  failed.promise.catch(() => undefined);
  let code: number;
  try {
    code = await Promise.race([ended, failed.promise]);
  } catch (error) {
    stop.abort();
    await ended.catch(() => undefined);
    throw error;
  }
  const complaints = plainLines(errors.text());
  // GNU tar returns 1 when files changed while it read them: they are copied as it read them.
  const isDone =
    code === 0 || (code === 1 && complaints.length > 0 && complaints.every((line) => meanwhile.test(line)));
  if (!isDone) {
    for (const stream of [io.stdin, io.stdout]) stream.destroy();
    const failure = await io.work.then(
      () => undefined,
      (error: unknown) => error,
    );
    // The script may have ended because of it; the others follow from the script's end.
    if (failure instanceof CoworkError && !["COPY_FAILED", "INTERNAL", "INTERRUPTED"].includes(failure.code))
      throw failure;
    throw explain(session, code, complaints);
  }
  // The end of a stream that the script did not need.
  io.stdin.resume();
  return { result: await io.work, complaints };
}

function explain({ path, request }: CopySession, code: number, complaints: readonly string[]): CoworkError {
  const [where, name] = [`${plain(path)} in session ${plain(request.selector.names[0])}`, request.selector.names[0]];
  const taken = namesOf(complaints, request) ?? where;
  const look = steps`look inside: ${ownCommand("connect", name, "--", "ls", "-la")}`;
  switch (code) {
    case refusal.missing:
      return new CoworkError("FILE_NOT_FOUND", `There is no ${where}.`, { hint: look });
    case refusal.noFolder:
      return new CoworkError("FILE_NOT_FOUND", `There is no folder for ${where}.`, { hint: look });
    case refusal.unreadable:
      return new CoworkError("PERMISSION_DENIED", `The session's user may not read ${where}.`, { hint: look });
    case refusal.readOnly:
      return new CoworkError("PERMISSION_DENIED", `The session's user may not write ${where}.`, { hint: look });
    case refusal.notCopied:
      return new CoworkError("COPY_FAILED", `${where} is neither a file nor a folder.`, { hint: look });
    case refusal.otherKind:
      return new CoworkError("FILES_IN_THE_WAY", `A folder would replace a file, or a file a folder: ${taken}.`, {
        hint: "choose another destination",
      });
    case refusal.inTheWay:
      return new CoworkError("FILES_IN_THE_WAY", `There are files already, and nothing was overwritten: ${taken}.`, {
        hint: "add --force to replace them, or choose another destination",
      });
    case refusal.unsized:
      return new CoworkError("COPY_FAILED", `${where} has no size: its content is made when it is read.`, {
        hint: [ownCommand("connect", name, "--", "cat", plain(path)), " >file"],
      });
    case refusal.noTar:
      return new CoworkError("PROGRAM_MISSING", "The session's image has no tar.", {
        hint: "add the package tar to it",
      });
    default: {
      const why = complaints.findLast((line) => line !== "") ?? `code ${code}`;
      return new CoworkError("COPY_FAILED", `Copying failed in the session: ${why.slice(0, 300)}`, { hint: look });
    }
  }
}

/** What is in the way: the script prints its paths. */
function namesOf(complaints: readonly string[], { selector }: CopySession["request"]): string | undefined {
  const paths = complaints.filter((line) => line.startsWith("/"));
  if (paths.length === 0) return undefined;
  const shown = paths.slice(0, 5).map((path) => path.slice(0, 300));
  const more = paths.length > 5 ? " and more" : "";
  return `${shown.join(", ")}${more} in session ${plain(selector.names[0])}`;
}

function collector(): { stream: Writable; text: () => string } {
  let kept = Buffer.alloc(0);
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      kept = Buffer.concat([kept, chunk]).subarray(-maxErrors);
      done();
    },
  });
  return { stream, text: () => kept.toString("utf8") };
}
