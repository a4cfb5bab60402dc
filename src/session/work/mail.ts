import { readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../contract/common.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { openParent } from "../../system/files/open-folder.ts";
import { readSmallFile, readSmallFolder } from "../../system/files/small-file.ts";
import { plain } from "../../system/text.ts";
import type { SessionRecord } from "../record/record.ts";
import { answerMail, type MailAnswer } from "./mail-answers.ts";
import { mail, type Mail } from "./mail-request.ts";

// `events/mail` belongs to the session's container: what its small `cowork` asks the host (templates/container/cowork). Answers are in
// `container/mail`, which only the host writes. Who asks is known by the folder, whatever the request says.

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const maxBytes = 64 * 1024;
/** Requests of a session that are answered at one look; more are dropped without an answer. */
const atOnce = 5;
const maxNames = 500;
/** The program waits five seconds for an answer. In ms. */
const keptMs = 60_000;

/**
 * Answers what a session asks. The usual case, an empty mailbox, costs one look. Only an interrupt is thrown: what one session asks, or that it cannot be
 * answered, must not keep a person from the others.
 */
export async function takeInMail(ctx: Context, record: SessionRecord): Promise<void> {
  try {
    await answerAll(ctx, record);
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`${record.id}: its mail: ${toCoworkError(error).message}`);
  }
}

async function answerAll(ctx: Context, record: SessionRecord): Promise<void> {
  const root = ctx.paths.events(record.id);
  const names = listMail(root);
  for (const [n, name] of names.toSorted().entries()) {
    const path = join(root, "mail", name);
    const request = n < atOnce ? readMail(path, root) : undefined;
    // What stays, such as a folder, would be answered again at each look.
    if (!(await removeMail(path, root)) || n >= atOnce) continue;
    const answer = request === undefined ? unreadable : await answered(ctx, record, request);
    await putAnswer(ctx, record.id, name, answer);
  }
}

function listMail(root: string): string[] {
  try {
    return readSmallFolder(join(root, "mail"), { max: maxNames, root }).filter((name) => uuid.test(name));
  } catch {
    // The container closed it, or put something else in its place.
    return [];
  }
}

const unreadable: MailAnswer = { code: 1, lines: ["cowork: the host cannot read this request"] };

function readMail(path: string, root: string): Mail | undefined {
  try {
    const bytes = readSmallFile(path, { maxBytes, root });
    return bytes === undefined ? undefined : mail.safeParse(parseJson(bytes.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

/** @returns false if it is gone already, or is a folder */
async function removeMail(path: string, root: string): Promise<boolean> {
  const parent = await openParent(path, root).catch(() => undefined);
  if (parent === undefined) return false;
  try {
    unlinkSync(parent.folder.at(parent.name));
    return true;
  } catch {
    return false;
  } finally {
    await parent.folder.close();
  }
}

async function answered(ctx: Context, record: SessionRecord, request: Mail): Promise<MailAnswer> {
  try {
    return await answerMail(ctx, record, request);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return { code: 1, lines: [`cowork: ${toCoworkError(error).message}`] };
  }
}

/** The first line is the exit code, the rest is printed as it is. */
async function putAnswer(ctx: Context, id: string, name: string, { code, lines }: MailAnswer): Promise<void> {
  const folder = join(ctx.paths.container(id), "mail");
  await ensureFolder(folder, { mode: 0o755 });
  const now = ctx.clock.now().getTime();
  for (const old of readdirSync(folder)) {
    const modified = statSync(join(folder, old), { throwIfNoEntry: false })?.mtimeMs ?? now;
    if (now - modified > keptMs) unlinkSync(join(folder, old));
  }
  const text = [String(code), ...lines.map((line) => plain(line))].join("\n");
  await writeFileAtomic(join(folder, name), `${text}\n`, { mode: 0o644 });
}
