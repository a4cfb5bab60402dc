import fc from "fast-check";
import { expect, test } from "vitest";
import { SseParser, type SseMessage } from "../../../src/web/api/parse-sse.ts";

const stream =
  ": hello\r\n\r\nevent: ready\ndata: {}\n\nid: f:3\nevent: event\ndata: a\ndata:b\n\nretry: 5\r\rdata: last\r\n\r\n";

const expected: SseMessage[] = [
  { event: "ready", data: "{}" },
  { event: "event", data: "a\nb", id: "f:3" },
  { event: "message", data: "last", id: "f:3" },
];

test("reads a stream, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 })), (lengths) => {
      const parser = new SseParser();
      const messages: SseMessage[] = [];
      let at = 0;
      for (const length of [...lengths, stream.length]) {
        messages.push(...parser.push(stream.slice(at, at + length)));
        at += length;
      }
      expect(messages).toEqual(expected);
    }),
  );
});

test("a line without an end does not fill the memory", () => {
  const parser = new SseParser();
  const push = (): void => {
    for (let n = 0; n < 10; n += 1) parser.push("x".repeat(1024 * 1024));
  };
  expect(push).toThrow("too long");
});
