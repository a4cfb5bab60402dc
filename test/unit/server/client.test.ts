import { createServer } from "node:net";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { askServer } from "../../../src/server/client.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

test.each(["", 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"half'])(
  "a server that ends in the middle of its answer is an error, and is not waited for (%j)",
  async (sent) => {
    const paths = coworkPaths(await temporaryFolder());
    await mkdir(dirname(paths.serveSocket), { recursive: true });
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.write(sent, () => socket.destroy());
      });
    });
    await new Promise<void>((done) => void server.listen(paths.serveSocket, done));
    onTestFinished(() => void server.close());
    await expect(askServer({ paths }, { key: "GET /me" })).rejects.toMatchObject({ code: "INTERRUPTED" });
  },
);
