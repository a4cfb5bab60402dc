import { appendFile, mkdir, open, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getAgent } from "../../../../src/agent/catalog.ts";
import { systemClock } from "../../../../src/system/clock.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { createOwnTranscript } from "../../../../src/work/transcript/own-transcript.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const one = "11111111-1111-4111-8111-111111111111";
const two = "22222222-2222-4222-8222-222222222222";
const start = Date.parse("2026-03-01T12:00:00Z");

interface Place {
  folder: string;
  file: string;
  home: string;
  read: (since?: number) => Promise<string[]>;
  later: (ms: number) => void;
}

async function place(): Promise<Place> {
  const home = await temporaryFolder();
  const paths = coworkPaths(home);
  const folder = join(paths.agentState("a", "claude"), "projects", "-workspaces-app");
  await mkdir(folder, { recursive: true });
  let now = start;
  const ctx = { paths, clock: { ...systemClock, now: () => new Date(now) } };
  const read = createOwnTranscript(ctx, { id: "a", agent: getAgent("claude") });
  return { folder, file: join(folder, `${one}.jsonl`), home, read, later: (ms) => void (now += ms) };
}

const entry = (type: string, content: unknown, seconds = 0, more: object = {}): string =>
  `${JSON.stringify({ type, message: { role: type, content }, timestamp: new Date(start + seconds * 1000), ...more })}\n`;
const said = (text: string, seconds = 0): string => entry("assistant", [{ type: "text", text }], seconds);

test("prompts, texts, tools and their results are shown; what the program notes for itself is not", async () => {
  const { file, read } = await place();
  const lines = [
    entry("user", "add a file"),
    `${JSON.stringify({ type: "system", subtype: "init", session_id: one })}\n`,
    entry("assistant", [{ type: "thinking", thinking: "hm" }]),
    entry("assistant", [{ type: "tool_use", id: "t", name: "Bash", input: { command: "touch x" } }]),
    entry("user", [{ type: "tool_result", tool_use_id: "t", is_error: true, content: "denied" }]),
    entry("user", "<task-notification>done</task-notification>"),
    entry("user", "internal", 0, { isMeta: true }),
    entry("assistant", [{ type: "text", text: "of a subagent" }], 0, { isSidechain: true }),
    entry("user", [{ type: "text", text: "and the docs" }]),
    said("Done."),
  ];
  await writeFile(file, lines.join(""));
  expect(await read()).toEqual([
    "> add a file",
    "● Bash  touch x",
    "  ✗ denied",
    "  │ of a subagent",
    "> and the docs",
    "Done.",
  ]);
  await appendFile(file, said("More.").slice(0, -5));
  expect(await read()).toEqual([]);
  await appendFile(file, said("More.").slice(-5));
  expect(await read()).toEqual(["More."]);
});

test("only what is later than the last run is shown", async () => {
  const { file, read } = await place();
  await writeFile(
    file,
    said("in the run", 1) +
      said("after it", 3) +
      entry("assistant", [{ type: "text", text: "?" }], 9).replace(/"timestamp":"[^"]*"/, '"timestamp":7'),
  );
  expect(await read(start + 2000)).toEqual(["after it"]);
});

test("the newest conversation is followed", async () => {
  const { file, folder, read, later } = await place();
  await writeFile(file, said("one"));
  await utimes(file, 1, 1);
  expect(await read()).toEqual(["one"]);
  await writeFile(join(folder, `${two}.jsonl`), said("two"));
  later(5000);
  expect(await read()).toEqual(["two"]);
});

test("links, folders and other things in the place of transcripts are not read", async () => {
  const { file, folder, home, read, later } = await place();
  await writeFile(join(home, "secret.jsonl"), said("secret"));
  await symlink(join(home, "secret.jsonl"), file);
  await mkdir(join(folder, `${two}.jsonl`));
  expect(await read()).toEqual([]);
  await rm(folder, { recursive: true });
  await mkdir(join(home, "elsewhere"));
  await writeFile(join(home, "elsewhere", `${one}.jsonl`), said("secret"));
  await symlink(join(home, "elsewhere"), folder);
  later(5000);
  expect(await read()).toEqual([]);
});

test("of a huge file only the end is read, and a line without end is not kept", async () => {
  const { file, read } = await place();
  await writeFile(file, said("first"));
  const handle = await open(file, "r+");
  await handle.truncate(1024 ** 3);
  await handle.close();
  await appendFile(file, `\n${"x".repeat(1_500_000)}\n`);
  await appendFile(
    file,
    Buffer.concat([Buffer.from([0xff, 0xc3, 10]), Buffer.from(`{"type":"user"}\n${"[".repeat(100_000)}\n`)]),
  );
  await appendFile(file, said("last \u001b[31m"));
  expect(await read()).toEqual(["… (what was before is left out)", "last ␛[31m"]);
  const before = process.memoryUsage().rss;
  await appendFile(file, "y".repeat(5_000_000));
  expect(await read()).toEqual([]);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 ** 2);
});

test("a file that is cut or replaced is read from its start", async () => {
  const { file, read } = await place();
  await writeFile(file, said("a long first text") + said("more"));
  await read();
  await writeFile(file, said("new"));
  expect(await read()).toEqual(["new"]);
  await writeFile(`${file}.new`, said("one") + said("two"));
  await rename(`${file}.new`, file);
  expect(await read()).toEqual(["one", "two"]);
});
