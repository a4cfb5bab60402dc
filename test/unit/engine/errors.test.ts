import { describe, expect, test } from "vitest";
import { engineError, EngineStatus } from "../../../src/engine/errors.ts";
import { registryOf } from "../../../src/engine/registry-auth.ts";
import { splitTag } from "../../../src/engine/images.ts";

const endpoint = { dockerHost: "unix:///run/x.sock", origin: "DOCKER_HOST", socketPath: "/run/x.sock" };

describe("engine errors", () => {
  test("keep its message, on one line and without control characters", () => {
    const dockerode = Object.assign(new Error("(HTTP code 500) server error - bad "), {
      statusCode: 500,
      json: { message: "bad\n\u001b[31mthing" },
    });
    expect(engineError(dockerode, "do it", endpoint)).toMatchObject({
      code: "ENGINE_FAILED",
      message: "The Docker Engine could not do it: bad\\nthing",
    });
    expect(engineError(new EngineStatus(404, "No such x"), "look", endpoint).message).toBe(
      "The Docker Engine could not look: No such x",
    );
  });

  test("name the docker group when this user may not use the socket", () => {
    const error = engineError(Object.assign(new Error("connect EACCES"), { code: "EACCES" }), "list", endpoint);
    expect(error).toMatchObject({
      code: "ENGINE_UNREACHABLE",
      exitCode: 4,
      hint: expect.stringContaining("docker group") as string,
    });
    expect(error.message).toContain("unix:///run/x.sock");
  });
});

describe("references", () => {
  test("are split at the tag, not at a port", () => {
    expect(splitTag("a/b:1")).toEqual(["a/b", "1"]);
    expect(splitTag("host:5000/a")).toEqual(["host:5000/a", "latest"]);
  });

  test("belong to a registry", () => {
    expect(registryOf("debian:trixie")).toBe("https://index.docker.io/v1/");
    expect(registryOf("me/app")).toBe("https://index.docker.io/v1/");
    expect(registryOf("ghcr.io/me/app:1")).toBe("ghcr.io");
    expect(registryOf("localhost:5000/app")).toBe("localhost:5000");
  });
});
