import { describe, expect, test } from "vitest";
import { planDevcontainer } from "../../../src/devcontainer/plan.ts";
import type { DevcontainerPlan } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { memorySource } from "../../support/memory-source.ts";

const image = '{"image":"debian:trixie"}';
type Files = Parameters<typeof memorySource>[0];

/** Nothing of an image or Dockerfile config needs the context. */
const plan = (files: Files, options: { configName?: string; setting?: string } = {}): Promise<DevcontainerPlan> =>
  planDevcontainer({} as Context, memorySource(files), {
    settings: { devcontainer: options.setting },
    ...(options.configName === undefined ? {} : { configName: options.configName }),
  });
const failure = async (files: Files, options = {}): Promise<{ code: string; message: string; hint: string }> => {
  try {
    await plan(files, options);
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  throw new Error("no error");
};

describe("which config", () => {
  test("none: the template", async () => {
    expect(await plan({ "a.txt": "" })).toMatchObject({ kind: "template", path: null, findings: [], changes: [] });
  });

  test.each([
    [{ ".devcontainer/devcontainer.json": image, ".devcontainer.json": "{" }, ".devcontainer/devcontainer.json"],
    [{ ".devcontainer.json": image, ".devcontainer/a/devcontainer.json": image }, ".devcontainer.json"],
    [
      { ".devcontainer/only/devcontainer.json": image, ".devcontainer/x/y.json": "" },
      ".devcontainer/only/devcontainer.json",
    ],
  ] as [Files, string][])("%j → %s", async (files, path) => {
    expect(await plan(files)).toMatchObject({ kind: "image", path });
  });

  const several = {
    ".devcontainer/a/devcontainer.json": image,
    ".devcontainer/b c/devcontainer.json": image,
    "x/devcontainer.json": image,
  };

  test("several: says which there are and how to choose", async () => {
    const { code, message, hint } = await failure(several);
    expect(code).toBe("DEVCONTAINER_AMBIGUOUS");
    expect(message).toContain("a, b c");
    expect(hint).toContain("--config a");
  });

  test.each([
    ["b c", ".devcontainer/b c/devcontainer.json"],
    [".devcontainer/a", ".devcontainer/a/devcontainer.json"],
    ["./.devcontainer/a/devcontainer.json", ".devcontainer/a/devcontainer.json"],
    ["x", "x/devcontainer.json"],
  ])("--config %s", async (configName, path) => {
    expect(await plan(several, { configName, setting: "nothing" })).toMatchObject({ path });
    expect(await plan(several, { setting: configName })).toMatchObject({ path });
  });

  test.each(["nothing", "../x", "/etc", "a/../../b", ""])("--config %j is not there", async (configName) => {
    const { code, message } = await failure(several, { configName });
    expect(code).toBe(configName === "" ? "DEVCONTAINER_AMBIGUOUS" : "DEVCONTAINER_INVALID");
    expect(message).toContain(configName);
  });

  test("a link is refused, not passed over", async () => {
    expect(await failure({ ".devcontainer/devcontainer.json": { link: "/etc/passwd" } })).toMatchObject({
      code: "DEVCONTAINER_INVALID",
    });
  });
});

describe("what it says", () => {
  const of = (text: string): Promise<DevcontainerPlan> =>
    plan({ ".devcontainer.json": text, Dockerfile: "FROM x", "sub/Dockerfile": "" });

  test("comments, trailing commas, a byte order mark and unknown properties", async () => {
    const { config } = await of('\uFEFF// c\n{ "image": "x", /* c */ "unheard": {"a": [1,]}, }');
    expect(config).toEqual({ image: "x", unheard: { a: [1] } });
  });

  test.each([
    ['{\n  "image": "x"\n  "a": 1 }', /:3:3 .*comma expected/],
    ["", /object|value expected/],
    ["[]", /JSON object/],
    ['{"image": 1}', /image/],
    ['{"image":"x","runArgs":"--init"}', /runArgs/],
    ['{"image":"x","mounts":[1]}', /mounts.*list/],
    ['{"image":"x","appPort":{}}', /appPort/],
    ["{}", /names no image/],
    ['{"build":{}}', /names no image/],
    ['{"build":{"dockerfile":"Dockerfile","args":{"A":["x"]}}}', /build\.args\.A: an object of texts is expected/],
    ['{"image":"x","containerEnv":{"A":{}}}', /containerEnv\.A: an object of texts is expected/],
    ['{"build":{"dockerfile":"nothing"}}', /nothing is not in commit/],
    ['{"build":{"dockerfile":"../Dockerfile"}}', /does not lie in the repository/],
    ['{"build":{"dockerfile":"Dockerfile","context":"../.."}}', /does not lie in the repository/],
    ['{"build":{"dockerfile":"Dockerfile","context":"/"}}', /does not lie in the repository/],
    ['{"build":{"dockerfile":"Dockerfile","context":"${localEnv:HOME}"}}', /does not lie in the repository/],
    ['{"image":"x","features":{"../x":{}}}', /does not lie in the repository/],
  ])("%s is refused", async (text, message) => {
    const error = await failure({ ".devcontainer.json": text, Dockerfile: "FROM x" });
    expect(error.code).toBe("DEVCONTAINER_INVALID");
    expect(error.message).toMatch(message);
  });

  test.each([
    ['{"dockerFile":"Dockerfile"}', { dockerfile: "Dockerfile", context: "" }],
    ['{"dockerFile":"sub/Dockerfile","context":"."}', { dockerfile: "sub/Dockerfile", context: "" }],
    [
      '{"build":{"dockerfile":"sub/Dockerfile","target":"t"},"image":"x"}',
      { dockerfile: "sub/Dockerfile", context: "sub", target: "t" },
    ],
    [
      '{"build":{"dockerfile":"sub/Dockerfile","context":"${localWorkspaceFolder}/sub"}}',
      { dockerfile: "sub/Dockerfile", context: "sub" },
    ],
  ])("%s builds", async (text, build) => expect((await of(text)).build).toEqual(build));

  test("a lock file and local features belong to it", async () => {
    const files = {
      ".devcontainer/devcontainer.json": '{"image":"x","features":{"./f":{},"ghcr.io/a/b:1":{}}}',
      ".devcontainer/f/install.sh": "",
    };
    expect(await plan(files)).toMatchObject({
      hasLockfile: false,
      files: [".devcontainer/devcontainer.json", ".devcontainer/f"],
    });
    expect(await plan({ ...files, ".devcontainer/devcontainer-lock.json": "{}" })).toMatchObject({ hasLockfile: true });
    expect(await plan({ ".devcontainer.json": image, ".devcontainer-lock.json": "{}" })).toMatchObject({
      hasLockfile: true,
    });
  });
});

test("numbers and the like in arguments and variables are taken as @devcontainers/cli takes them: as text", async () => {
  const text = JSON.stringify({
    build: { dockerfile: "Dockerfile", args: { VERSION: 3.9, DEBUG: true, NONE: null, T: "x" } },
    containerEnv: { PORT: 8080, ON: false, NONE: null, T: "x" },
    remoteEnv: { LEVEL: 1, GONE: null, T: "x" },
  });
  const { config } = await plan({ ".devcontainer/devcontainer.json": text, ".devcontainer/Dockerfile": "FROM x\n" });
  expect(config).toMatchObject({
    build: { args: { VERSION: "3.9", DEBUG: "true", NONE: "null", T: "x" } },
    containerEnv: { PORT: "8080", ON: "false", NONE: "null", T: "x" },
    remoteEnv: { LEVEL: "1", GONE: null, T: "x" },
  });
});

describe("what is asked", () => {
  const files = {
    ".devcontainer/devcontainer.json":
      '{"build":{"dockerfile":"Dockerfile","context":"../ctx"},"initializeCommand":"bash ./tools/init.sh && make up"}',
    ".devcontainer/Dockerfile": "FROM x",
    "ctx/a": "1",
    "tools/init.sh": 'set -e\n"$(dirname "$0")"/x; . lib.sh\n',
    "tools/lib.sh": "true",
    Makefile: "up:\n\t./other.py",
    "other.py": "pass",
    "README.md": "tools/secret.sh",
    "unrelated.sh": "",
  };

  test("initializeCommand with the files that it and they name", async () => {
    const { findings } = await plan(files);
    expect(findings.map(({ what }) => what)).toEqual([
      "bash ./tools/init.sh && make up",
      "Makefile",
      "other.py",
      "tools/init.sh",
      "tools/lib.sh",
    ]);
  });

  test("the hash changes with everything that the host evaluates, and with nothing else", async () => {
    const { trustHash } = await plan(files);
    expect((await plan({ ...files, "unrelated.sh": "changed" })).trustHash).toBe(trustHash);
    const hashes = [trustHash];
    for (const name of [
      ".devcontainer/devcontainer.json",
      ".devcontainer/Dockerfile",
      "ctx/a",
      "tools/init.sh",
      "tools/lib.sh",
      "Makefile",
      "other.py",
    ] as const) {
      hashes.push((await plan({ ...files, [name]: `${files[name]}\n` })).trustHash);
    }
    hashes.push((await plan({ ...files, "ctx/new": "" })).trustHash);
    // A new line at the end of the config means nothing and is the file's own change all the same.
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
