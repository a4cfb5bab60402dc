import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { symlink } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { relayCommand } from "../../../../src/remote/ssh-proxy/relay.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

/** Answers with the number of bytes when `expected` bytes have arrived. It counts, because bash cannot signal the end of input. */
async function countingServer(expected: number): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let got = 0;
    socket.on("data", (chunk) => {
      got += chunk.length;
      if (got === expected) socket.end(Buffer.concat([Buffer.from(`${got}\n`), Buffer.alloc(300_000, "x")]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

/** Runs the relay as in a container that has only this program. */
async function relay(
  program: string,
  port: number,
  input: Buffer,
): Promise<{ out: Buffer; err: string; code: number }> {
  const bin = await temporaryFolder();
  for (const name of new Set([program, "cat"])) {
    const path = name === "node" ? process.execPath : execFileSync("/bin/sh", ["-c", `command -v ${name}`]);
    await symlink(String(path).trim(), join(bin, name));
  }
  const [file = "", ...args] = relayCommand("localhost", port);
  const child = spawn(file, args, { env: { PATH: bin } });
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, "exit")]);
  return { out, err, code: code as number };
}

test.each(["perl", "node", "bash"])("%s relays in both directions unchanged", async (program) => {
  const input = Buffer.alloc(1_000_000, "y");
  const { port } = await countingServer(input.length);
  const { out, err, code } = await relay(program, port, input);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out.equals(Buffer.from(`+\n${input.length}\n${"x".repeat(300_000)}`))).toBe(true);
});

test.each(["perl", "node", "bash"])("%s reports that nothing listens on the port", async (program) => {
  const { server, port } = await countingServer(1);
  server.close();
  const { out, err, code } = await relay(program, port, Buffer.alloc(0));
  expect([out.toString(), code]).toEqual(["", 1]);
  expect(err).toMatch(new RegExp(`^connect to (127\\.0\\.0\\.1|::1) port ${port}: `));
});

test("without any of them there is an error", async () => {
  const { err, code } = await relay("cat", 1, Buffer.alloc(0));
  expect([err, code]).toEqual([expect.stringMatching(/^port forwarding needs one of python3, perl/), 127]);
});
