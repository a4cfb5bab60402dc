import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { transcriptAnswer, type TranscriptAnswer } from "../../../../src/contract/work/transcript.ts";
import { readTranscript } from "../../../../src/session/work/transcript.ts";
import { writeRun } from "../../../../src/work/runs/run-files.ts";
import { runView } from "../../../support/fakes/run-view.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
  onTestFinished(async () => await host.end());
  await host.init("a");
});

async function read(query: { run?: number; after?: string } = {}): Promise<TranscriptAnswer> {
  const answer = await readTranscript(host.ctx, { names: ["app-a"] }, query);
  expect(transcriptAnswer.safeParse(answer).success).toBe(true);
  return answer;
}

const short = ({ entries }: TranscriptAnswer): string[] =>
  entries.map((entry) =>
    "text" in entry ? `${entry.kind} ${entry.text}` : "summary" in entry ? `tool ${entry.summary}` : entry.kind,
  );

/** A line of what a run prints. */
const line = (type: string, content: unknown): string =>
  `${JSON.stringify({ type, message: { role: type, content } })}\n`;

async function run(n: number, change: Parameters<typeof runView>[0]): Promise<string> {
  const folder = host.ctx.paths.run("app-a", n);
  await mkdir(folder, { recursive: true });
  await writeRun(host.ctx, runView({ n, id: `a:${n}`, ...change }));
  return join(folder, "output.jsonl");
}

test("a run is read from its start, and goes on where the last answer ended", async () => {
  expect(await read()).toMatchObject({ entries: [], more: false, reset: false });
  const output = await run(1, { state: "completed", endedAt: "2026-03-01T12:10:00.000Z" });
  await writeFile(
    output,
    line("assistant", [
      { type: "text", text: "I look." },
      { type: "tool_use", id: "t1", name: "Bash", input: { command: "ls\u001b[31m" } },
    ]),
  );
  const first = await read();
  expect(short(first)).toEqual(["run", "prompt add a file", "text I look.", "tool ls␛[31m"]);
  await appendFile(output, line("user", [{ type: "tool_result", tool_use_id: "t1", content: "x".repeat(9000) }]));
  const second = await read({ after: first.cursor });
  expect(second.entries).toMatchObject([{ kind: "tool-result", id: "t1", failed: false, more: 5000 }]);
  expect(await read({ after: second.cursor })).toMatchObject({ entries: [], reset: false });

  await run(2, { state: "completed", title: "again" });
  const other = await read({ after: second.cursor });
  expect(other.reset).toBe(true);
  expect(short(other)).toEqual(["run", "prompt again"]);
  expect(short(await read({ run: 1 }))[1]).toBe("prompt add a file");
  await expect(read({ run: 7 })).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  for (const after of ["x", "1..", "../..0", "1.zz.3"])
    await expect(read({ after })).rejects.toMatchObject({ code: "USAGE" });
});

test("what was done in a terminal since comes after the run, each conversation from its start", async () => {
  await run(1, { state: "completed", endedAt: "2026-03-01T12:10:00.000Z" });
  const folder = join(host.ctx.paths.agentState("app-a", "claude"), "projects", "-workspaces-app");
  await mkdir(folder, { recursive: true });
  const at = (minute: number, type: string, content: unknown): string =>
    `${JSON.stringify({ type, message: { role: type, content }, timestamp: `2026-03-01T12:${minute}:00.000Z` })}\n`;
  const file = join(folder, "11111111-1111-4111-8111-111111111111.jsonl");
  await writeFile(file, at(5, "user", "before") + at(20, "user", "and the docs"));
  const first = await read();
  expect(short(first)).toEqual(["run", "prompt add a file", "prompt and the docs"]);
  expect(first.entries[2]).toMatchObject({ at: "2026-03-01T12:20:00.000Z" });
  await appendFile(file, at(21, "assistant", [{ type: "text", text: "Done." }]));
  const second = await read({ after: first.cursor });
  expect([short(second), second.reset]).toEqual([["text Done."], false]);
  expect((await read({ after: second.cursor })).entries).toEqual([]);
});

test("what a container wrote is bounded, whatever it is", async () => {
  const output = await run(1, { state: "running" });
  let deep: unknown = "x";
  for (let n = 0; n < 50; n += 1) deep = { deep };
  const huge = { text: "y".repeat(500_000), list: Array.from({ length: 1000 }, (_, n) => n), deep };
  await writeFile(
    output,
    line("assistant", [{ type: "tool_use", id: "t", name: "n".repeat(5000), input: huge }]).repeat(3),
  );
  const { entries } = await read();
  expect(entries.filter(({ kind }) => kind === "tool")).toHaveLength(3);
  expect(JSON.stringify(entries).length).toBeLessThan(50_000);
});
