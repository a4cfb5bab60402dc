import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import type { Context } from "../../../src/system/context.ts";
import { authorities, bundle, type Authorities } from "../../support/engine/authorities.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { dockerfileRequest, imageRequest } from "../../support/engine/image-request.ts";

let host: Authorities;
let ctx: Context;
beforeAll(async () => {
  host = await authorities();
  ctx = host.ctx;
});
afterAll(() => host.end());

describe("the host's CA certificates", () => {
  test("are trusted in every step of every stage that runs one; the image keeps its user and its own variables", async () => {
    const lines = [
      `FROM ${testBaseImage} AS build`,
      `RUN ${host.count(bundle)} >/built`,
      // Nothing can be added to a stage without a shell.
      "FROM scratch AS empty",
      "COPY --from=build /built /built",
      `FROM ${testBaseImage}`,
      "COPY --from=empty /built /built",
      "ENV PIP_CERT=/own.pem",
      `RUN ${host.count(bundle)} >/during && test -s "$NODE_EXTRA_CA_CERTS" && useradd -m joe`,
      "USER joe",
      "RUN id -un >/tmp/who",
    ];
    const image = await ensureImage(ctx, dockerfileRequest(lines, {}, { caCerts: host.pem }));
    expect(await host.inside(image, `cat /built /during /tmp/who; ${host.count(bundle)}; id -un`)).toBe(
      "1\n1\njoe\n1\njoe",
    );
    expect(image.env).toMatchObject({
      PIP_CERT: "/own.pem",
      REQUESTS_CA_BUNDLE: "/usr/local/share/cowork/ca-bundle.crt",
    });
  });

  test("are added to an image that is used without a build", async () => {
    const image = await ensureImage(ctx, imageRequest({ config: { image: testBaseImage } }, { caCerts: host.pem }));
    expect(
      await host.inside(
        image,
        `${host.count(bundle)}; ${host.count("$REQUESTS_CA_BUNDLE")}; ${host.count("$NODE_EXTRA_CA_CERTS")}`,
      ),
    ).toBe("1\n1\n1");
  });

  test("are trusted while features are installed", async () => {
    const feature = {
      ".devcontainer/f/devcontainer-feature.json": JSON.stringify({ id: "f", version: "1.0.0", name: "f" }),
      ".devcontainer/f/install.sh": `#!/bin/sh\n${host.count(bundle)} >/by-feature; echo "$NODE_EXTRA_CA_CERTS" >>/by-feature\n`,
    };
    const image = await host.build([], { features: { "./f": {} } }, feature);
    expect(await host.inside(image, "cat /by-feature")).toBe("1\n/usr/local/share/cowork/authorities.pem");
  });

  test("are not added with CA_CERTS=none", async () => {
    const image = await ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`], {}, { caCerts: "none" }));
    expect(await host.inside(image, "ls /usr/local/share/cowork; echo ${NODE_EXTRA_CA_CERTS-unset}")).toContain(
      "unset",
    );
    expect(image.env["NODE_EXTRA_CA_CERTS"]).toBeUndefined();
  });
});

test("the host's proxies are passed to a build, and written to no file, label or log of cowork", async () => {
  const proxy = "http://user:secret-word@proxy.invalid:3128";
  const env = { ...ctx.env, HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: "x" };
  const image = await ensureImage(
    { ...ctx, env },
    dockerfileRequest(
      [`FROM ${testBaseImage}`, 'RUN echo "$HTTPS_PROXY $https_proxy $NO_PROXY" | sha256sum >/seen'],
      {},
      {},
    ),
  );
  const { stdout } = await execa("sha256sum", { input: `${proxy} ${proxy} x\n` });
  expect(await host.inside(image, "cat /seen")).toBe(stdout.trim());
  expect(JSON.stringify([image, host.fixture.log, host.fixture.events])).not.toContain("secret-word");
  const { stdout: logs } = await execa("grep", ["-r", "secret-word", ctx.paths.home], { reject: false });
  expect(logs).toBe("");
});
