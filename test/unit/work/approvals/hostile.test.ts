import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { countOpen } from "../../../../src/work/approvals/count-open.ts";
import { emptyAnswers } from "../../../../src/work/approvals/answers.ts";
import { maxOpen } from "../../../../src/work/approvals/limits.ts";
import { parseRequest } from "../../../../src/work/approvals/parse-request.ts";
import { shownText } from "../../../../src/work/approvals/shown-text.ts";
import { shortWord } from "../../../../src/work/approvals/word.ts";
import { askingSession, bash } from "../../../support/fakes/asking-session.ts";

const line = (request: unknown): string => `${JSON.stringify(request)}\n`;

describe("anything but a request is dropped and counted, and ends its hook without a decision:", () => {
  const deep = `{"tool_name":"Bash","tool_input":{"command":"ls"},"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const plants: [name: string, plant: (path: string) => Promise<unknown>][] = [
    ["a link to a file of the host", async (path) => await symlink("/etc/passwd", path)],
    [
      "a link to a request elsewhere",
      async (path) => {
        await writeFile(`${path}.x`, line(bash("ls")));
        await symlink(`${path}.x`, path);
      },
    ],
    ["a pipe", async (path) => execFileSync("sh", ["-c", 'mkfifo "$0"', path])],
    ["a folder", async (path) => await mkdir(path)],
    ["a socket", async (path) => await once(createServer().listen(path).unref(), "listening")],
    [
      "4 GB",
      async (path) => {
        await writeFile(path, "");
        await truncate(path, 4 * 1024 ** 3);
      },
    ],
    ["one line without an end", async (path) => await writeFile(path, "x".repeat(600_000))],
    ["deeply nested JSON", async (path) => await writeFile(path, deep)],
    ["text that cannot be parsed", async (path) => await writeFile(path, "}{")],
    ["a list", async (path) => await writeFile(path, "[]")],
    ["an empty file", async (path) => await writeFile(path, "")],
    ["no tool", async (path) => await writeFile(path, line({ tool_input: {} }))],
    ["no input", async (path) => await writeFile(path, line({ tool_name: "Bash", tool_input: "ls" }))],
    [
      "a question without questions",
      async (path) => await writeFile(path, line({ tool_name: "AskUserQuestion", tool_input: { questions: [] } })),
    ],
  ];
  test.each(plants)("%s", async (_name, plant) => {
    const session = await askingSession();
    const uuid = randomUUID();
    await plant(join(session.asks, uuid));
    expect(await session.list()).toEqual([]);
    expect(await readdir(session.answers)).toEqual([uuid]);
    const dropped = await session.history("event.dropped");
    expect(dropped.map(({ data }) => data["count"])).toEqual([1]);
    expect(await session.list()).toEqual([]);
    expect(await session.history("event.dropped")).toHaveLength(1);
    // An honest request is still shown.
    await session.ask();
    expect(await session.list()).toHaveLength(1);
  });
});

test("invalid UTF-8, NUL and lone surrogates are shown visibly, and what is shown is what runs", () => {
  const bytes = Buffer.concat([
    Buffer.from('{"tool_name":"Bash","tool_input":{"command":"a'),
    Buffer.from([0xff]),
    Buffer.from('\\u0000\\ud800"}}'),
  ]);
  const request = parseRequest(bytes) as { tool_input: { command: string } };
  expect(shownText(request.tool_input.command)).toEqual({ text: "a\ufffd␀\ufffd", hidden: true });
});

test.each([
  ["\u001b[2K\r", "␛[2K␍"],
  ["a\u202eb", "a<U+202E>b"],
  ["a\u200bb\u2060\ufeff", "a<U+200B>b<U+2060><U+FEFF>"],
  ["a\u00a0b\u3164", "a<U+00A0>b<U+3164>"],
  ["\u{e0041}", "<U+E0041>"],
  ["a\u2028b\u0085", "a<U+2028>b<U+0085>"],
  ["x\ufe0f\u2800", "x<U+FE0F><U+2800>"],
  ["\u007f", "␡"],
])("the text %j has hidden characters and is shown as %s", (text, shown) => {
  expect(shownText(text)).toEqual({ text: shown, hidden: true });
});

test("ordinary text has none", () => {
  const text = "ls -l\n\tgrün 日本語 שלום é 🙂";
  expect(shownText(text)).toEqual({ text, hidden: false });
});

test("names that are not ours are left alone, and the folder itself is not followed", async () => {
  const session = await askingSession();
  await writeFile(join(session.asks, "../asks/evil"), line(bash("ls")));
  await writeFile(join(session.asks, `${randomUUID()}.json`), line(bash("ls")));
  expect(await session.list()).toEqual([]);
  const elsewhere = await mkdtemp(join(session.ctx.paths.home, "x-"));
  await writeFile(join(elsewhere, randomUUID()), line(bash("ls")));
  await rm(session.asks, { recursive: true });
  await symlink(elsewhere, session.asks);
  expect(await session.list()).toEqual([]);
  expect(countOpen(session.ctx, "shop-api")).toBe(0);
  await emptyAnswers(session.ctx, "shop-api");
  expect(await readdir(elsewhere)).toHaveLength(1);
  await rename(elsewhere, `${elsewhere}y`);
  expect(await session.list()).toEqual([]);
});

test("requests beyond the limit wait in the container until others are decided", async () => {
  const session = await askingSession();
  for (let n = 0; n < maxOpen + 5; n += 1)
    await writeFile(join(session.asks, randomUUID()), line(bash(`command ${n}`)));
  expect(await session.list()).toHaveLength(maxOpen);
  expect(countOpen(session.ctx, "shop-api")).toBe(maxOpen + 5);
  const ids = (await session.list()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(maxOpen);
}, 60_000);

test("a folder with a hundred thousand names is read only in part", async () => {
  const session = await askingSession();
  execFileSync("sh", ["-c", "seq -f x%.0f 100000 | xargs touch"], { cwd: session.asks });
  expect(countOpen(session.ctx, "shop-api")).toBe(0);
  expect(await session.list()).toEqual([]);
}, 60_000);

test("requests with the same content have different words", () => {
  const taken = new Set<string>();
  for (let n = 0; n < 200; n += 1) {
    const word = shortWord("ab".repeat(32), (one) => taken.has(one));
    expect(taken.has(word)).toBe(false);
    expect(word).toMatch(/^[a-z][2-9][a-z2-9]{1,6}$/);
    taken.add(word);
  }
});
