import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { createContext } from "../../../src/app/create-context.ts";
import { getAgent } from "../../../src/agent/catalog.ts";
import type { ApprovalAnswer, ApprovalView } from "../../../src/contract/work/approval.ts";
import type { JsonObject } from "../../../src/contract/common.ts";
import type { HistoryEvent } from "../../../src/contract/work/history.ts";
import type { Context } from "../../../src/system/context.ts";
import { takeInRequests } from "../../../src/work/approvals/take-in.ts";
import type { WorkPlace } from "../../../src/work/types.ts";
import { tree } from "../git/tree.ts";
import { temporaryFolder } from "../home/temporary-folder.ts";

/** The hook of an agent that asks: the real script, with this machine's folders in place of the container's. */
export interface Hook {
  uuid: string;
  /** path of its request */
  file: string;
  /** what it printed, once it has ended */
  printed: Promise<string>;
  signal(name: NodeJS.Signals): void;
}

/** A session's folders without a container; what the container would write, the test writes. */
export interface AskingSession {
  ctx: Context;
  place: WorkPlace;
  asks: string;
  answers: string;
  ask(request?: JsonObject, options?: { env?: Record<string, string>; script?: string }): Promise<Hook>;
  /** the only open request */
  open(): Promise<ApprovalView>;
  list(): Promise<ApprovalView[]>;
  /** lines of the session's history of one type, or all */
  history(type?: string): Promise<HistoryEvent[]>;
}

export const conversation = "3f1c0a52-0000-4000-8000-000000000001";

/** What the hook `PermissionRequest` gets for a command. */
export function bash(command: string, more: JsonObject = {}): JsonObject {
  return {
    session_id: conversation,
    cwd: "/workspaces/shop",
    hook_event_name: "PermissionRequest",
    tool_name: "Bash",
    tool_input: { command, description: "d" },
    ...more,
  };
}

export function allow({ id, digest }: ApprovalView, more: Partial<ApprovalAnswer> = {}): ApprovalAnswer {
  return { id, digest, decision: "allow", by: "ada", through: "command", ...more };
}

export async function askingSession(): Promise<AskingSession> {
  const folder = await temporaryFolder();
  const ctx = createContext({
    home: join(folder, "home"),
    env: {},
    identity: { uid: 1000, gid: 1000, username: "ada", homedir: folder },
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    signal: new AbortController().signal,
    report: () => undefined,
    makeQuestions: () => ({ ask: async () => null, askSecret: async () => undefined }),
  });
  const id = "shop-api";
  const [events, answers] = [ctx.paths.events(id), ctx.paths.answers(id)];
  const asks = join(events, "asks");
  await mkdir(asks, { recursive: true });
  await mkdir(answers, { recursive: true });
  const startedAt = new Date(Date.now() - 60_000).toISOString();
  const container = { id: "c", running: true, startedAt, user: "dev", workspaceFolder: "/workspaces/shop" };
  const createdAt = startedAt;
  const place = { id, name: "api", project: "shop", agent: getAgent("claude"), createdAt, container };
  const list = async (): Promise<ApprovalView[]> => await takeInRequests(ctx, place);
  const ask: AskingSession["ask"] = async (request = bash("npm publish"), { env = {}, script } = {}) => {
    const before = new Set(await readdir(asks));
    const child = spawn("/bin/sh", [script ?? join(tree, "templates/agent/bin/agent-approve"), events, answers], {
      env: { PATH: "/nowhere", ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const printed = new Promise<string>((resolve) => void child.on("close", () => resolve(text)));
    child.stdin.end(`${JSON.stringify(request)}\n`);
    let uuid: string | undefined;
    while (uuid === undefined && child.exitCode === null) {
      await delay(5);
      uuid = (await readdir(asks)).find((name) => !before.has(name) && !name.startsWith("."));
    }
    const file = join(asks, uuid ?? "");
    return { uuid: uuid ?? "", file, printed, signal: (name) => void child.kill(name) };
  };
  const open = async (): Promise<ApprovalView> => {
    const [one, ...others] = await list();
    if (one === undefined || others.length > 0)
      throw new Error(`${others.length + Number(one !== undefined)} are open`);
    return one;
  };
  const history: AskingSession["history"] = async (type) => {
    const texts = [ctx.paths.journal(id), ctx.paths.eventLog(id)].filter((path) => existsSync(path));
    const lines = (await Promise.all(texts.map(async (path) => await readFile(path, "utf8")))).join("").split("\n");
    const all = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as HistoryEvent);
    return all.filter((event) => type === undefined || event.type === type);
  };
  return { ctx, place, asks, answers, ask, open, list, history };
}

/** Puts a file in the place of another one, as a program in the container can. */
export async function swap(path: string, content: string): Promise<void> {
  await writeFile(`${path}.swap`, content);
  await rename(`${path}.swap`, path);
}
