import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createEngine } from "../../../src/engine/engine.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

/** An engine that always sends the same text. */
async function engineThat(answer: (asked: string, socket: Socket) => void) {
  const home = await temporaryFolder();
  const path = join(home, "engine.sock");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (bytes) => answer(bytes.toString(), socket));
  }).listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return createEngine({ env: { DOCKER_HOST: `unix://${path}` }, home });
}

const gone = { Id: "c", Names: ["/n"], Image: "i", ImageID: "i", State: "running", Labels: { l: "ü" }, Created: 0 };
const list = JSON.stringify([gone]);

test("an answer that ends with the connection is read completely, however it is split", async () => {
  const engine = await engineThat((asked, socket) => {
    expect(asked).toMatch(/^GET \/containers\/json\?\S+ HTTP\/1\.1\r\n/);
    const bytes = Buffer.from(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${list}`);
    const cut = bytes.indexOf("ü") + 1;
    socket.write(bytes.subarray(0, cut));
    setTimeout(() => socket.end(bytes.subarray(cut)), 20);
  });
  expect((await engine.listContainers({}))[0]?.labels).toEqual({ l: "ü" });
});

test("a chunked answer is joined", async () => {
  const engine = await engineThat((_asked, socket) => {
    const [head, tail] = [list.slice(0, 9), list.slice(9)];
    const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(head)}${chunk(tail)}0\r\n\r\n`);
  });
  expect(await engine.listContainers({})).toHaveLength(1);
});

test.each([
  ["nothing", ""],
  ["something other than HTTP", "hello\r\n\r\nworld"],
  ["half a header", "HTTP/1.1 200 OK\r\nContent-"],
  ["less than the announced length", `HTTP/1.1 200 OK\r\nContent-Length: ${list.length + 9}\r\n\r\n${list}`],
])("an engine that sends %s does not answer", async (_name, text) => {
  const engine = await engineThat((_asked, socket) => socket.end(text));
  await expect(engine.listContainers({})).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
});

test("a refusal has the engine's own message", async () => {
  const body = JSON.stringify({ message: "client is too old" });
  const engine = await engineThat((_asked, socket) => socket.end(`HTTP/1.1 400 Bad Request\r\n\r\n${body}`));
  await expect(engine.listContainers({})).rejects.toMatchObject({
    code: "ENGINE_FAILED",
    message: expect.stringContaining("client is too old"),
  });
});
