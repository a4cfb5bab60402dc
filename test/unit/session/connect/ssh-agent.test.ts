import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openAgentRelay } from "../../../../src/session/connect/ssh-agent.ts";
import { realContext } from "../../../support/home/real-context.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

test("a container cannot keep the user's agent busy with any number of connections", async () => {
  const folder = await temporaryFolder();
  const agent = join(folder, "agent.sock");
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
  });
  server.listen(agent);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const ctx = realContext(join(folder, "home"), { env: { ...process.env, SSH_AUTH_SOCK: agent } }, folder);
  await mkdir(ctx.paths.container("app-a"), { recursive: true });
  const relay = await openAgentRelay(ctx, "app-a");
  const path = join(ctx.paths.container("app-a"), "ssh-agent", basename(relay?.env["SSH_AUTH_SOCK"] ?? ""));
  const clients = Array.from({ length: 200 }, () => connect(path).on("error", () => undefined));
  // Those that are refused have been closed.
  await expect.poll(() => clients.filter((one) => one.closed).length).toBe(200 - 64);
  await expect.poll(() => open.size).toBe(64);
  await relay?.close();
  await expect.poll(() => clients.every((one) => one.closed) && open.size === 0).toBe(true);
});
