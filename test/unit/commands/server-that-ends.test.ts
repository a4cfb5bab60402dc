import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { coworkPaths } from "../../../src/system/paths.ts";
import { runCommandLine, type CommandResult } from "../../support/home/run-command-line.ts";

/** Runs a command with a server that ends after the first request, which it answers or not. */
async function withShortServer(line: string, answers: boolean): Promise<CommandResult> {
  const server = createServer((request, response) => {
    server.close();
    if (answers) response.setHeader("connection", "close").end("{}");
    else request.socket.destroy();
  });
  onTestFinished(() => void server.close());
  return await runCommandLine(line, {
    prepare: async ({ home }) => {
      const { serveSocket } = coworkPaths(`${home}/.cowork`);
      await mkdir(dirname(serveSocket), { recursive: true });
      await new Promise<void>((done) => void server.listen(serveSocket, done));
    },
  });
}

test.each(["ui devices", "ui devices revoke 3f2a51c09b7e"])(
  "%s claims nothing if the server ends before it was asked",
  async (line) => {
    const { code, stderr } = await withShortServer(line, true);
    expect(code).toBe(130);
    expect(stderr).toContain("The server ended meanwhile.");
    expect(stderr).toContain(`cowork ${line}`);
  },
);

test("serve --stop is done when the server ends without an answer", async () => {
  const { code, stderr } = await withShortServer("serve --stop", false);
  expect([code, stderr]).toEqual([0, "The server has ended.\n"]);
});
