import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, test } from "vitest";
import { temporaryHome } from "../support/home/home.ts";
import { userEnvironment } from "../support/home/run-cowork.ts";

test("the built file serves an agent over stdio, and ends when the agent does", async () => {
  await using home = await temporaryHome();
  const command = join(home.bin, "cowork");
  const transport = new StdioClientTransport({
    command,
    args: ["mcp", "--role", "operate"],
    env: userEnvironment(home),
    cwd: home.home,
    stderr: "pipe",
  });
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  let said = "";
  transport.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await client.connect(transport);
  const { pid } = transport;
  expect(client.getServerVersion()).toMatchObject({ name: "cowork" });
  expect((await client.listTools()).tools).toHaveLength(15);
  const list = await client.callTool({ name: "list_sessions", arguments: { all: true } });
  expect(list.structuredContent).toMatchObject({ sessions: [] });
  const failed = await client.callTool({ name: "start_run", arguments: { session: "a", task: "x" } });
  expect(failed).toMatchObject({ isError: true, structuredContent: { error: { code: "NOT_A_PROJECT" } } });
  await client.close();
  await expect.poll(() => isAlive(pid)).toBe(false);
  expect(said).toBe("");
});

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}
