import { expect, test } from "vitest";
import { kindOfAddress } from "../../../../src/app/notify/channels/addresses.ts";
import { requestService } from "../../../../src/app/notify/channels/request.ts";
import { loopbackService } from "../../../support/services/loopback-service.ts";

test.each([
  ["8.8.8.8", "public"],
  ["2606:4700::1111", "public"],
  ["127.8.9.1", "loopback"],
  ["::1", "loopback"],
  ["10.1.2.3", "private"],
  ["100.100.100.200", "private"],
  ["169.254.169.254", "private"],
  ["172.31.0.1", "private"],
  ["192.168.1.1", "private"],
  ["0.0.0.0", "private"],
  ["255.255.255.255", "private"],
  ["::", "private"],
  ["fe80::1", "private"],
  ["fd12::1", "private"],
  ["::ffff:10.0.0.1", "private"],
  ["64:ff9b::a00:1", "private"],
  ["2002:a00:1::", "private"],
  ["localhost", "private"],
])("%s is %s", (address, kind) => {
  expect(kindOfAddress(address)).toBe(kind);
});

const signal = new AbortController().signal;
const ask = async (url: string, privateMachines: string[] = []): Promise<number> =>
  (await requestService({ service: "It", url: new URL(url), body: "{}", privateMachines, signal, timeoutMs: 2_000 }))
    .status;

test("this machine is reached by its own name only, and http nowhere else", async () => {
  const { url, received } = await loopbackService();
  const { port } = new URL(url);
  expect(await ask(`http://localhost:${port}/`)).toBe(200);
  await expect(ask(`http://example.org:${port}/`)).rejects.toMatchObject({
    message: expect.stringContaining("https") as unknown,
  });
  expect(received).toHaveLength(1);
});

test("a service that does not answer, or answers without end, is given up", async () => {
  const slow = await loopbackService(async () => await new Promise(() => undefined));
  await expect(ask(slow.url)).rejects.toMatchObject({ code: "TIMEOUT" });
  const large = await loopbackService(() => ({ body: "x".repeat(2_000_000) }));
  await expect(ask(large.url)).rejects.toMatchObject({ message: expect.stringContaining("too large") as unknown });
});
