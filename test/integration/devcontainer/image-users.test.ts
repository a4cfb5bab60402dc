import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import type { JsonObject, SharedImage } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { dockerfileRequest, imageRequest } from "../../support/engine/image-request.ts";
import { homeId } from "../../../src/system/home-id.ts";

// Sessions have the uid 1234 here, independent of the tests' user.
const uid = 1234;
let fixture: ImageContext;
let ctx: Context;
beforeEach(async () => {
  fixture = await imageContext();
  ctx = { ...fixture.ctx, user: { ...fixture.ctx.user, sessionUid: uid, sessionGid: uid } };
});
afterEach(() => fixture.end());

const build = (lines: readonly string[], config: JsonObject = {}): Promise<SharedImage> =>
  ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`, ...lines], { config }));

/** Output of a command, run as the image's user or as `user`. */
async function inside(image: SharedImage, script: string, user?: string): Promise<string> {
  const labels = { "cowork.home": homeId(ctx.paths) };
  const helper = {
    image: image.ref,
    command: ["sh", "-c", script] as const,
    labels,
    ...(user === undefined ? {} : { user }),
  };
  const { stdout, stderr } = await ctx.engine.runHelper(helper);
  return `${stdout}${stderr}`.trim();
}

describe("the remote user", () => {
  test("gets the session's uid, with its group, home and other files; links are changed, not followed", async () => {
    const image = await build([
      "RUN useradd -m -u 1000 joe && mkdir /opt/tools && touch /opt/tools/joe && chown -R joe:joe /opt/tools",
      "RUN touch /opt/other && chown 4321:4321 /opt/other",
      "RUN ln -s /etc/shadow /home/joe/shadow && ln -s /opt/other /home/joe/other && chown -h joe:joe /home/joe/shadow /home/joe/other",
      "USER joe",
    ]);
    expect(image).toMatchObject({ remoteUser: "joe", remoteUid: uid });
    expect(await inside(image, "id")).toBe("uid=1234(joe) gid=1234(joe) groups=1234(joe)");
    const owners = "stat -c '%u:%g' /home/joe /home/joe/shadow /home/joe/other /opt/tools/joe /opt/other /etc/shadow";
    expect((await inside(image, owners)).split("\n")).toEqual([
      "1234:1234",
      "1234:1234",
      "1234:1234",
      "1234:1234",
      "4321:4321",
      "0:42",
    ]);
    expect(await inside(image, "touch ~/x && echo written")).toBe("written");
  });

  test("takes a uid that is in use, and its previous owner gets a new one with group and files", async () => {
    const image = await build(
      [
        "RUN useradd -m -u 1234 ann && useradd -m -u 1235 joe && usermod -aG ann joe && useradd -m -u 2000 bob",
        "RUN touch /opt/of-ann && chown ann:ann /opt/of-ann",
      ],
      { remoteUser: "joe" },
    );
    expect(await inside(image, "id joe")).toBe("uid=1234(joe) gid=1234(joe) groups=1234(joe),2001(ann)");
    expect(await inside(image, "id ann; id bob; stat -c '%u:%g' /opt/of-ann /home/ann /home/joe")).toBe(
      "uid=2001(ann) gid=2001(ann) groups=2001(ann)\nuid=2000(bob) gid=2000(bob) groups=2000(bob)\n2001:2001\n2001:2001\n1234:1234",
    );
  });

  test("keeps its primary group if others use it, too", async () => {
    const image = await build(["RUN groupadd -g 1234 staffers && useradd -m -u 1000 -g users joe"], {
      remoteUser: "joe",
    });
    expect(await inside(image, "id joe; getent group staffers users")).toBe(
      "uid=1234(joe) gid=100(users) groups=100(users)\nstaffers:x:1234:\nusers:x:100:",
    );
  });

  test("is not confused with users of similar names", async () => {
    const image = await build(["RUN useradd -m -u 1000 joe && useradd -m -u 1001 joey && useradd -m -u 1002 a.joe"], {
      remoteUser: "joe",
    });
    expect(await inside(image, "id -u joe joey; id -u joey; id -u a.joe; id -u joe")).toMatch(/1001\n1002\n1234$/);
  });

  test("stays root, and other users keep their uids", async () => {
    const image = await build(["RUN useradd -m -u 1234 ann"], { remoteUser: "root" });
    expect(image).toMatchObject({ remoteUser: "root", remoteUid: 0 });
    expect(await inside(image, "id -u; id -u ann")).toBe("0\n1234");
    expect(await ensureImage(ctx, imageRequest({ config: { image: testBaseImage } }))).toMatchObject({
      remoteUser: "root",
      remoteUid: 0,
    });
  });

  test("is the one in the metadata of the image or its features", async () => {
    const entries = JSON.stringify([{ remoteUser: "vscode" }, { id: "x", containerEnv: {} }]);
    const base = `cowork-test-image:${homeId(ctx.paths)}`;
    const files = { Dockerfile: `FROM ${testBaseImage}\nRUN useradd -m vscode\n` };
    const labels = { "cowork.home": homeId(ctx.paths), "devcontainer.metadata": entries };
    await ctx.engine.buildImage({ files, tag: base, labels });
    const image = await ensureImage(ctx, imageRequest({ config: { image: base } }));
    expect(image).toMatchObject({ remoteUser: "vscode", remoteUid: uid });
    expect(image.metadata).toEqual([
      ...(JSON.parse(entries) as JsonObject[]),
      expect.objectContaining({ entrypoint: expect.anything() }),
    ]);
    expect(await inside(image, "id -u; id -u vscode")).toBe("0\n1234");
  });

  test("is reported by name when the image gives a uid", async () => {
    const named = await build(["RUN useradd -m -u 1000 joe", "USER 1000"]);
    expect(named).toMatchObject({ remoteUser: "joe", remoteUid: uid });
    expect(await inside(named, "id -u", "joe")).toBe("1234");
    expect(await build(["USER 4321:4321"])).toMatchObject({ remoteUser: "1234", remoteUid: uid });
  });

  test("is reported by name when the image does not have it", async () => {
    await expect(build([], { remoteUser: "no-such-user" })).rejects.toMatchObject({
      code: "DEVCONTAINER_INVALID",
      message: expect.stringContaining("no-such-user"),
    });
  });

  test("does not add the project's lifecycle commands or settings to the image's metadata", async () => {
    const config = {
      remoteUser: "root",
      postCreateCommand: "x",
      customizations: { vscode: {} },
      containerEnv: { A: "1" },
    };
    expect((await build([], config)).metadata).toEqual([{ entrypoint: "trap '/opt/cowork/bin/quiesce; exit 0' 15" }]);
  });
});
