import { describe, expect, test } from "vitest";
import { planDevcontainer } from "../../../src/devcontainer/plan.ts";
import type { DevcontainerPlan } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { memorySource } from "../../support/engine/memory-source.ts";

const image = '{"image":"debian:trixie"}';
type Files = Parameters<typeof memorySource>[0];

/** A config with an image or a Dockerfile does not need the context. */
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

  test("several: the error lists them and how to choose", async () => {
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

  test.each(["nothing", "../x", "/etc", "a/../../b", ""])("--config %j does not exist", async (configName) => {
    const { code, message } = await failure(several, { configName });
    expect(code).toBe(configName === "" ? "DEVCONTAINER_AMBIGUOUS" : "DEVCONTAINER_INVALID");
    expect(message).toContain(configName);
  });

  test.each([
    ["/etc/passwd", "is a link to /etc/passwd, which is outside the repository"],
    ["../../x/devcontainer.json", "is a link to ../../x/devcontainer.json, which leads out of the repository"],
    ["nothing", "is a link to nothing, which is not in commit 0123456789"],
    ["devcontainer.json", "and so on: a loop, or more than 40 links"],
  ])("a link to %s is refused with a reason and not ignored", async (link, why) => {
    const refused = await failure({ ".devcontainer/devcontainer.json": { link }, "x/devcontainer.json": image });
    expect(refused.code).toBe("DEVCONTAINER_INVALID");
    expect(refused.message).toContain(why);
    expect(refused.hint).toContain("committed in the repository");
    const folder = await failure({ ".devcontainer": { link: link.replace(/^\.\.\//, "") } });
    expect(folder.message).toContain("is a link to");
  });
});

describe("links inside the repository are followed", () => {
  const dc = { "tools/dc/devcontainer.json": image };

  test.each<[Files, string]>([
    [{ ".devcontainer": { link: "tools/dc" }, ...dc }, ".devcontainer/devcontainer.json"],
    [{ ".devcontainer": { link: "./tools/../tools/dc/" }, ...dc }, ".devcontainer/devcontainer.json"],
    [
      { ".devcontainer": { link: "a" }, a: { link: "b/dc" }, b: { link: "tools" }, ...dc },
      ".devcontainer/devcontainer.json",
    ],
    [
      { ".devcontainer/devcontainer.json": { link: "../tools/dc/devcontainer.json" }, ...dc },
      ".devcontainer/devcontainer.json",
    ],
    [{ ".devcontainer.json": { link: "tools/dc/devcontainer.json" }, ...dc }, ".devcontainer.json"],
    [{ ".devcontainer/py": { link: "../tools/dc" }, ...dc }, ".devcontainer/py/devcontainer.json"],
  ])("%j", async (files, path) => {
    expect(await plan(files)).toMatchObject({ kind: "image", path, config: { image: "debian:trixie" } });
  });

  test("Dockerfile, context, features and lock file, too; paths are relative to the requested path of the config", async () => {
    const config = { build: { dockerfile: "Dockerfile", context: "../ctx" }, features: { "./f": {} } };
    const files: Files = {
      ".devcontainer": { link: "tools/dc" },
      "tools/dc/devcontainer.json": JSON.stringify(config),
      "tools/dc/Dockerfile": { link: "../docker/Dev" },
      "tools/docker/Dev": "FROM x",
      "tools/dc/f": { link: "../f" },
      "tools/f/install.sh": "",
      "tools/dc/devcontainer-lock.json": { link: "lock" },
      "tools/dc/lock": "{}",
      ctx: { link: "real" },
      "real/a": "",
    };
    const found = await plan(files);
    expect(found).toMatchObject({
      hasLockfile: true,
      build: { dockerfile: ".devcontainer/Dockerfile", context: "ctx" },
      files: expect.arrayContaining([".devcontainer/f"]),
    });
    const changed = await plan({ ...files, "tools/docker/Dev": "FROM y" });
    expect(changed.trustHash).not.toBe(found.trustHash);
  });

  test("a Dockerfile that is a link out of the tree is refused with a hint", async () => {
    const files: Files = {
      ".devcontainer.json": '{"dockerFile":"Dockerfile"}',
      Dockerfile: { link: "/srv/Dockerfile" },
    };
    expect(await failure(files)).toMatchObject({
      message: expect.stringContaining("Dockerfile is a link to /srv/Dockerfile, which is outside the repository"),
      hint: expect.any(String),
    });
  });

  test("trust covers the target of the link, also if the folder that contains the link is hashed as a whole", async () => {
    const of = (dockerfile: string): Files => ({
      "dc/.keep": "",
      "dc/Dockerfile": { link: "../other/Dockerfile" },
      "other/Dockerfile": dockerfile,
      ".devcontainer.json": '{"build":{"dockerfile":"dc/Dockerfile"},"runArgs":["--privileged"]}',
    });
    expect((await plan(of("FROM a"))).trustHash).not.toBe((await plan(of("FROM b"))).trustHash);
  });
});

describe("a configuration is never replaced by the template in silence", () => {
  const backend: Files = { "backend/.devcontainer/devcontainer.json": image, "backend/src/x": "" };
  const within = (files: Files, options: { within?: string; configName?: string; uncommitted?: string[] }) =>
    planDevcontainer({} as Context, memorySource(files), { settings: { devcontainer: undefined }, ...options });

  test.each(["backend", "backend/src"])(
    "called in %s: the subfolder's own is used, and a note reports it",
    async (folder) => {
      const found = await within(backend, { within: folder });
      expect(found).toMatchObject({
        kind: "image",
        path: "backend/.devcontainer/devcontainer.json",
        subfolder: "backend",
      });
      expect(found.notes).toEqual([
        expect.stringMatching(/^backend\/\.devcontainer\/devcontainer\.json is used: cowork was called in/),
      ]);
    },
  );

  test.each([
    ["backend", "", "backend/.devcontainer/devcontainer.json"],
    ["./backend/", "", "backend/.devcontainer/devcontainer.json"],
    [".", "backend", "backend/.devcontainer/devcontainer.json"],
    ["api", "apps", "apps/api/.devcontainer.json"],
    ["apps/api", "", "apps/api/.devcontainer.json"],
    ["one", "", "one/.devcontainer/py/devcontainer.json"],
  ])("--config %s, called in %j", async (configName, folder, path) => {
    const more: Files = { "apps/api/.devcontainer.json": image, "one/.devcontainer/py/devcontainer.json": image };
    const found = await within({ ...backend, ...more }, { configName, within: folder });
    expect(found).toMatchObject({ path, subfolder: path.split("/.dev")[0], notes: [] });
  });

  test("called in the root: the template, and a note about the one that is not used", async () => {
    const { kind, notes } = await within({ ...backend, "web/.devcontainer.json": image }, {});
    expect([kind, notes]).toEqual([
      "template",
      [
        "cowork's template is used, because the repository's root has no dev container configuration. backend/.devcontainer/devcontainer.json is not used, nor web/.devcontainer.json. To use it: cowork init <session> --config backend",
      ],
    ]);
  });

  test("the root's own is used, and a note reports the nearer one", async () => {
    const { path, notes } = await within({ ...backend, ".devcontainer.json": image }, { within: "backend" });
    expect(path).toBe(".devcontainer.json");
    expect(notes).toEqual([
      "backend/.devcontainer/devcontainer.json is not used, because the repository's root has .devcontainer.json. To use it: cowork init <session> --config backend",
    ]);
  });

  test("one that is not committed, and one that is changed", async () => {
    const path = ".devcontainer/devcontainer.json";
    const none = await within({ x: "" }, { uncommitted: [path] });
    expect([none.kind, none.notes]).toEqual([
      "template",
      [`cowork's template is used: ${path} is not in commit 0123456789; commit it, then create the session again`],
    ]);
    const changed = await within({ [path]: image }, { uncommitted: [path] });
    expect(changed.notes).toEqual([
      `${path} is used as it is in commit 0123456789: your changes to it are not committed`,
    ]);
    const other = await within({ ".devcontainer.json": image }, { uncommitted: [path] });
    expect(other.notes?.[0]).toMatch(/^\.devcontainer\.json is used: .* is not in commit/);
  });

  test("a folder .devcontainer without a configuration is reported", async () => {
    expect((await plan({ ".devcontainer/README": "" })).notes).toEqual([
      "cowork's template is used: commit 0123456789 has .devcontainer, but no devcontainer.json in it",
    ]);
    expect((await plan({ README: "" })).notes).toEqual([]);
  });

  test("the subfolder is the workspace folder, as in an editor, and its mounts are judged accordingly", async () => {
    const config = {
      image: "x",
      mounts: [
        "source=${localWorkspaceFolder}/../..,target=/out,type=bind",
        "source=${localWorkspaceFolder}/d,target=/d,type=bind",
      ],
      initializeCommand: "./init.sh",
    };
    const files = { "a/b/.devcontainer.json": JSON.stringify(config), "a/b/init.sh": "echo 1" };
    const found = await within(files, { within: "a/b" });
    expect(found.config["mounts"]).toEqual([
      "source=${localWorkspaceFolder}/a/b/../..,target=/out,type=bind",
      "source=${localWorkspaceFolder}/a/b/d,target=/d,type=bind",
    ]);
    expect(found.cloneBinds.toSorted()).toEqual(["", "a/b/d"]);
    const changed = await within({ ...files, "a/b/init.sh": "echo 2" }, { within: "a/b" });
    expect(changed.trustHash).not.toBe(found.trustHash);
  });

  test("a subfolder whose name has a meaning in a mount is refused", async () => {
    const files = { "a,source=x/.devcontainer.json": image };
    await expect(within(files, { configName: "a,source=x" })).rejects.toMatchObject({ code: "DEVCONTAINER_INVALID" });
  });
});

describe("the content", () => {
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
    ['{"image":"x","mounts":[1]}', /mounts.*array/],
    ['{"image":"x","appPort":{}}', /appPort/],
    ["{}", /has none of "image"/],
    ['{"build":{}}', /has none of "image"/],
    ['{"build":{"dockerfile":"Dockerfile","args":{"A":["x"]}}}', /build\.args\.A: expected an object of strings/],
    ['{"image":"x","containerEnv":{"A":{}}}', /containerEnv\.A: expected an object of strings/],
    ['{"build":{"dockerfile":"nothing"}}', /nothing is not in commit/],
    ['{"build":{"dockerfile":"../Dockerfile"}}', /is outside the repository/],
    ['{"build":{"dockerfile":"Dockerfile","context":"../.."}}', /is outside the repository/],
    ['{"build":{"dockerfile":"Dockerfile","context":"/"}}', /is outside the repository/],
    ['{"build":{"dockerfile":"Dockerfile","context":"${localEnv:HOME}"}}', /is outside the repository/],
    ['{"image":"x","features":{"../x":{}}}', /is outside the repository/],
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

test("numbers and booleans in arguments and variables become texts, as in @devcontainers/cli", async () => {
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

describe("the findings", () => {
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

  test("have initializeCommand with the files that it and they name", async () => {
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
    // A newline at the end of the config has no meaning, but still changes the file.
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
