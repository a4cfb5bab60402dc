import { createServer } from "node:http";
import { expect, test } from "vitest";
import { listenHere } from "../../../src/server/listen.ts";
import { ownFolder } from "../../../src/server/socket.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { runCommandLine as run } from "../../support/home/run-command-line.ts";

test.each([
  ["ui --role view", "cowork ui pair --role approve"],
  ["ui devices --name phone", "cowork ui pair --role approve"],
  [`ui pair --name ${"x".repeat(81)}`, "cowork ui pair --name phone"],
  ["serve --status --stop", "cowork serve --stop"],
  ["conflicts --history --watch", "cowork conflicts --history"],
  ["conflicts --history --type textual", "cowork conflicts --history"],
  ["conflicts --watch --diff", "cowork conflicts --watch"],
  ["merge a --resolve person", "cowork help merge"],
])("an option that would be ignored is refused: cowork %s", async (line, next) => {
  const { code, stderr, calls } = await run(line, { conf: "SESSIONS=a\n" });
  expect({ code, calls }).toEqual({ code: 2, calls: [] });
  expect(stderr).toContain(`Next: ${next}\n`);
});

test("a file in the place of a project's folder is named, and not to be moved away", async () => {
  const { code, stderr } = await run("projects add /etc/passwd");
  expect([code, stderr]).toEqual([1, expect.stringContaining("/etc/passwd is a file, not a folder.")]);
  expect(stderr).not.toContain("move");
});

test("a server whose home is a file says so", () => {
  const user = { uid: 1000 } as Parameters<typeof ownFolder>[0]["user"];
  const serving = (): void => ownFolder({ paths: coworkPaths("/etc/passwd"), user });
  expect(serving).toThrow("The server cannot use /etc/passwd: it is not a folder.");
});

test("a port that needs root is named, with one that does not", async () => {
  const door = createServer();
  const refuse = (): typeof door => {
    queueMicrotask(() => door.emit("error", Object.assign(new Error("listen EACCES"), { code: "EACCES" })));
    return door;
  };
  door.listen = refuse as typeof door.listen;
  const listening = listenHere(door, { port: 80, only: true });
  await expect(listening).rejects.toMatchObject({
    code: "PERMISSION_DENIED",
    message: expect.stringContaining("Port 80") as string,
    hint: "cowork serve --port 7400",
  });
});
