import { describe, expect, test } from "vitest";
import { ownEntry } from "../../../../src/devcontainer/image/image-build.ts";
import {
  layerMetadata,
  buildLayer,
  planLayer,
  quiesceEntry,
  readMetadata,
  resolveUser,
  wantedUser,
  type LayerWork,
} from "../../../../src/devcontainer/image/image-layer.ts";
import { createFakeEngine } from "../../../support/fakes/fake-engine.ts";
import { userPlace } from "../../../../src/devcontainer/image/image-user.ts";
import type { DevcontainerPlan } from "../../../../src/devcontainer/types.ts";
import { CoworkError } from "../../../../src/errors.ts";
import type { Context } from "../../../../src/system/context.ts";

describe("the metadata label", () => {
  const read = (label: string) => readMetadata({ labels: { "devcontainer.metadata": label } });

  test("can be a list or one entry; anything else counts as none", () => {
    expect(read('[{"id":"a"},1,null]')).toEqual([{ id: "a" }]);
    expect(read('{"remoteUser":"a"}')).toEqual([{ remoteUser: "a" }]);
    expect([read("{"), read('"x"'), readMetadata({ labels: {} })]).toEqual([[], [], []]);
  });

  test("loses only the configuration's own entry, and ends with ours", () => {
    const vscode = { customizations: { vscode: {} } };
    const own = { customizations: ownEntry, remoteUser: "joe" };
    expect(layerMetadata([vscode, own])).toEqual([vscode, quiesceEntry]);
  });
});

describe("the user in the container", () => {
  test.each<[string, Parameters<typeof wantedUser>, string]>([
    ["the configuration's", [{ remoteUser: "a", containerUser: "b" }, [{ remoteUser: "c" }], "d"], "a"],
    [
      "the last one of the image and the features",
      [{ containerUser: "b" }, [{ remoteUser: "x" }, { remoteUser: "c" }, {}], "d"],
      "c",
    ],
    ["the container's", [{ containerUser: "b" }, [{ containerUser: "c" }], "d"], "b"],
    ["the container's, from the metadata", [{}, [{ containerUser: "c" }], "d"], "c"],
    ["the image's", [{}, [], "d:e"], "d:e"],
    ["root", [{ remoteUser: "" }, [], ""], "root"],
  ])("%s", (_, call, user) => {
    expect(wantedUser(...call)).toBe(user);
  });

  const passwd = async () => "root:x:0:0::/root:/bin/sh\nnode:x:1001:1001::/home/node:/bin/sh\n";
  const never = async (): Promise<string> => Promise.reject(new Error("not needed"));

  test("gets the uid U by name", async () => {
    expect(await resolveUser("dev:staff", 1234, never)).toEqual({ name: "dev", uid: 1234, moved: "dev" });
  });
  test("stays root", async () => {
    expect(await resolveUser("root", 1234, never)).toEqual({ name: "root", uid: 0, moved: undefined });
    expect(await resolveUser("0:0", 1234, never)).toEqual({ name: "root", uid: 0, moved: undefined });
  });
  test("is the user with its number, else U itself", async () => {
    expect(await resolveUser("1001", 1234, passwd)).toEqual({ name: "node", uid: 1234, moved: "node" });
    expect(await resolveUser("4321:5", 1234, passwd)).toEqual({ name: "1234", uid: 1234, moved: undefined });
  });
});

describe("the place where the user is named", () => {
  const compose = { service: "web", user: "x" } as NonNullable<DevcontainerPlan["compose"]>;
  const both = { remoteUser: "a", containerUser: "b", runArgs: ["-u", "c"] };
  test.each<[string, Parameters<typeof userPlace>]>([
    ["remoteUser in devcontainer.json", [{ config: both }, [{ remoteUser: "x" }]]],
    ["remoteUser of the feature ./f", [{ config: { containerUser: "b" } }, [{ id: "./f", remoteUser: "x" }]]],
    ["remoteUser in the metadata of the image", [{ config: {} }, [{ remoteUser: "x" }]]],
    ["-u in runArgs of devcontainer.json", [{ config: { ...both, remoteUser: "" } }, []]],
    ["containerUser in devcontainer.json", [{ config: { containerUser: "b" } }, [{ containerUser: "x" }]]],
    ["containerUser in devcontainer.json", [{ config: { containerUser: "b" }, compose }, []]],
    ["user of the service web", [{ config: { runArgs: ["-u", "c"] }, compose }, []]],
    ["containerUser in the metadata of the image", [{ config: {} }, [{ containerUser: "x" }]]],
    ["USER in the Dockerfile", [{ config: {} }, []]],
  ])("%s", (place, call) => expect(userPlace(...call)).toBe(place));

  test("is reported if the image does not have the user", async () => {
    const engine = createFakeEngine();
    engine.buildImage = async () => {
      throw new CoworkError("ENGINE_FAILED", "The Docker Engine could not build x: code 1", {
        detail: "cowork: the image has no user missing-user",
      });
    };
    const ctx = { engine, user: { sessionUid: 1, sessionGid: 1 } } as unknown as Context;
    const user = { name: "missing-user", uid: 1, moved: "missing-user" };
    const image = engine.addImage({});
    const place = "containerUser in devcontainer.json";
    const work = { from: "x:1", image, user, userPlace: place, link: undefined, authorityImage: undefined };
    await expect(buildLayer(ctx, work, { tag: "t", labels: {}, metadata: [], project: "p" })).rejects.toMatchObject({
      code: "DEVCONTAINER_INVALID",
      hint: "change containerUser in devcontainer.json, or add the user to the image",
    });
  });
});

describe("the Dockerfile of cowork's step", () => {
  const image = createFakeEngine().addImage({ user: "node" });
  const work: LayerWork = {
    from: "build:1",
    image,
    user: { name: "node", uid: 1234, moved: "node" },
    userPlace: "remoteUser in devcontainer.json",
    link: "/workspaces/a b",
    authorityImage: undefined,
  };
  const ids = { uid: 1234, gid: 5 };

  const labels = { "cowork.project": "p", "cowork.user": "$x" };

  test("passes values as data, sets labels in one line, and restores the image's user", () => {
    const link = '/workspaces/a b"\nRUN evil $HOME';
    const lines = planLayer({ ...work, link }, ids, labels)
      .trimEnd()
      .split("\n");
    expect(lines).toEqual([
      "FROM build:1",
      "USER root",
      "COPY image.sh /tmp/.cowork-image.sh",
      `RUN ["/bin/sh","/tmp/.cowork-image.sh","node","1234","5","/workspaces/a b\\"\\nRUN evil $HOME"]`,
      "ENV PATH=/opt/cowork/bin:$PATH",
      "USER node",
      'LABEL cowork.project="p" cowork.user="\\$x"',
    ]);
  });

  test("does not change the user if the image runs as root", () => {
    const lines = planLayer({ ...work, image: { ...image, user: "" } }, ids, labels);
    expect(lines).not.toContain("USER");
  });

  test("installs authorities if the build did not", () => {
    const authorityImage = "cowork-authorities:1";
    const there = { ...image, env: { DENO_CERT: "/usr/local/share/cowork/authorities.pem" } };
    expect(planLayer({ ...work, authorityImage }, ids, labels)).toContain("COPY --from=cowork-authorities:1");
    expect(planLayer({ ...work, authorityImage, image: there }, ids, labels)).not.toContain("COPY --from");
  });

  test("refuses an image whose user is not a valid name", () => {
    expect(() => planLayer({ ...work, image: { ...image, user: "a\nRUN evil" } }, ids, labels)).toThrow(
      "not a valid user name",
    );
  });
});
