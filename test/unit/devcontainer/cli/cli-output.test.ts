import { describe, expect, test } from "vitest";
import { detailOf, parseEvent, parseResult, renderEvent } from "../../../../src/devcontainer/cli/cli-output.ts";

describe("the result", () => {
  test("is the last line that is one, whatever is around it", () => {
    const stdout =
      'stack\n{"outcome":"error","message":"first"}\n{"outcome":"success","containerId":"1"}\n{"type":"text"}\n{broken\n';
    expect(parseResult(stdout)).toEqual({ outcome: "success", containerId: "1" });
  });

  test("is undefined if the program printed nothing", () => {
    expect(parseResult("")).toBeUndefined();
    expect(parseResult('["outcome"]\nnull\n{"outcome":1}')).toBeUndefined();
  });
});

describe("the log", () => {
  test("keeps lines that are not JSON, and removes control characters", () => {
    const event = parseEvent(JSON.stringify({ type: "raw", text: "\u001b[31mred\u001b[0m\r\nnext\u0007\n" }));
    expect(event && renderEvent(event)).toEqual(["red", "next"]);
    const other = parseEvent("Error: \u001b]0;title\u0007oh");
    expect(other && renderEvent(other)).toEqual(["Error: oh"]);
    expect(parseEvent(" ")).toBeUndefined();
  });

  test("shows what starts, but not that it ended", () => {
    expect(renderEvent({ type: "start", text: "Run: docker ps" })).toEqual(["> Run: docker ps"]);
    expect(renderEvent({ type: "stop", text: "Run: docker ps" })).toEqual([]);
  });

  test.each([
    ["start", "Run: docker build -t x .", "building image"],
    ["start", "Run: docker buildx build --load -t x .", "building image"],
    ["start", "Run: docker run --sig-proxy=false -a STDOUT image", "starting the container"],
    ["raw", "Step 3/9 : RUN npm ci\n ---> 0123\n", "building image: step 3/9 RUN npm ci"],
    ["raw", "#7 [dev 2/5] RUN make\n", "building image: step 2/5 RUN make"],
    ["raw", "#12 [5/12] RUN  npm ci\n", "building image: step 5/12 RUN npm ci"],
    ["raw", `Step 9/9 : RUN ${"x".repeat(100)}\n`, `building image: step 9/9 RUN ${"x".repeat(42)}…`],
    ["text", "Running the postCreateCommand from devcontainer.json...", "running postCreateCommand"],
    [
      "text",
      "* Fetching feature: ghcr.io/devcontainers/features/node:1",
      "fetching feature ghcr.io/devcontainers/features/node:1",
    ],
  ] as const)("describes the current step: %s %s", (type, text, said) => {
    expect(detailOf({ type, text })).toBe(said);
  });

  test("ignores other events", () => {
    expect(detailOf({ type: "text", text: "No user features to update" })).toBeUndefined();
    expect(detailOf({ type: "stop", text: "Run: docker build" })).toBeUndefined();
    expect(detailOf({ type: "raw", text: "#1 [internal] load build definition from Dockerfile" })).toBeUndefined();
  });
});
