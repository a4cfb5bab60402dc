import { describe, expect, test } from "vitest";
import { knownCause } from "../../../src/devcontainer/cli-causes.ts";
import {
  detailOf,
  meaningfulLines,
  parseEvent,
  parseResult,
  renderEvent,
} from "../../../src/devcontainer/cli-output.ts";
import { cliError } from "../../../src/devcontainer/cli.ts";

const failed = (output: string[], description = "An error occurred setting up the container.") =>
  cliError(
    "UP_FAILED",
    "The dev container of a did not come up",
    { ok: false, result: { outcome: "error", description }, output },
    "cowork logs a",
  );

describe("the result", () => {
  test("is the last line that is one, whatever stands around it", () => {
    const stdout =
      'stack\n{"outcome":"error","message":"first"}\n{"outcome":"success","containerId":"1"}\n{"type":"text"}\n{broken\n';
    expect(parseResult(stdout)).toEqual({ outcome: "success", containerId: "1" });
  });

  test("is absent where the program said nothing", () => {
    expect(parseResult("")).toBeUndefined();
    expect(parseResult('["outcome"]\nnull\n{"outcome":1}')).toBeUndefined();
  });
});

describe("the log", () => {
  test("holds lines that are no JSON, and no control characters", () => {
    const event = parseEvent(JSON.stringify({ type: "raw", text: "\u001b[31mred\u001b[0m\r\nnext\u0007\n" }));
    expect(event && renderEvent(event)).toEqual(["red", "next"]);
    const other = parseEvent("Error: \u001b]0;title\u0007oh");
    expect(other && renderEvent(other)).toEqual(["Error: oh"]);
    expect(parseEvent(" ")).toBeUndefined();
  });

  test("shows what is begun, not that it ended", () => {
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
  ] as const)("says what goes on: %s %s", (type, text, said) => {
    expect(detailOf({ type, text })).toBe(said);
  });

  test("says nothing about the rest", () => {
    expect(detailOf({ type: "text", text: "No user features to update" })).toBeUndefined();
    expect(detailOf({ type: "stop", text: "Run: docker build" })).toBeUndefined();
    expect(detailOf({ type: "raw", text: "#1 [internal] load build definition from Dockerfile" })).toBeUndefined();
  });
});

describe("why it failed", () => {
  test("is the last that means something", () => {
    const lines = [
      "Step 2/2 : RUN make",
      " ---> Running in 1234",
      "make: *** No rule to make target 'all'.  Stop.",
      "    at Q (/x.js:1)",
      "Exit code 1",
    ];
    expect(meaningfulLines(lines, 2)).toEqual([
      "Step 2/2 : RUN make",
      "make: *** No rule to make target 'all'.  Stop.",
    ]);
    expect(failed(lines).message).toMatch(/^The dev container of a did not come up: make: \*\*\* No rule/);
  });

  test("is the command of the project that failed, whatever it printed", () => {
    const error = failed(
      ["no space left on device", "postCreateCommand from devcontainer.json failed with exit code 3. Skipping."],
      "postCreateCommand from devcontainer.json failed.",
    );
    expect(error).toMatchObject({
      code: "UP_FAILED",
      message: "The dev container of a did not come up: postCreateCommand from devcontainer.json failed.",
      hint: "cowork logs a",
    });
  });

  test.each([
    ["write /var/lib/docker/x: no space left on device", "DISK_FULL"],
    ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "ENGINE_UNREACHABLE"],
    ["docker: unknown command: docker compose", "COMPOSE_MISSING"],
    ["Error: spawn docker-compose ENOENT", "COMPOSE_MISSING"],
    ["unable to find user joe: no matching entries in passwd file", "DEVCONTAINER_INVALID"],
    ["Bind for 0.0.0.0:80 failed: port is already allocated", "UP_FAILED"],
  ])("is recognised: %s", (line, code) => {
    const error = failed([line]);
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe("cowork logs a");
  });

  test.each([
    [
      'Get "https://registry.example/v2/": dial tcp: lookup registry.example on 10.0.0.1:53: no such host',
      /registry cannot be reached/,
    ],
    [
      "npm error code SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain",
      /authority that is not known/,
    ],
    ["curl: (6) Could not resolve host: example.org", /name could not be resolved/],
    ["manifest for app:1 not found: manifest unknown", /does not have this image/],
  ])("tells the causes of the network apart: %s", (line, why) => {
    expect(knownCause(line)?.why).toMatch(why);
  });

  test("is not something that was got over long before", () => {
    expect(
      failed(["curl: (6) Could not resolve host: x", ...Array.from({ length: 60 }, (_, n) => `line ${n}`)]).message,
    ).toContain("line 59");
  });

  test("has no control characters and one line", () => {
    expect(failed(["a\u001b[2Jb"], "x\ny").message).toBe("The dev container of a did not come up: x.");
    expect(failed(["a\u001b[2Jb"]).message).toBe("The dev container of a did not come up: ab.");
  });
});
