import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import type { JsonObject, SharedImage } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { dockerfileRequest, imageRequest } from "../../support/engine/image-request.ts";
import { homeId } from "../../../src/system/home-id.ts";

let fixture: ImageContext;
let ctx: Context;
let pem: string;
/** a line that only the test's certificate contains */
let mark: string;
let before: Set<string>;
// One home for all tests: the image of the certificates is built once, and each test has a configuration of its own.
beforeAll(async () => {
  before = new Set(await authorityImages());
  fixture = await imageContext();
  ctx = fixture.ctx;
  const { cert } = await generate([{ name: "commonName", value: "cowork-test" }]);
  pem = join(fixture.folder, "company.pem");
  await writeFile(pem, cert);
  mark = cert.trim().split(/\r?\n/).at(-3) ?? "";
});
afterAll(async () => {
  await fixture.end();
  // Remove only the image for the test's certificate: other tests use the one for the host's own certificates.
  const made = (await authorityImages()).filter((tag) => !before.has(tag));
  for (const tag of made) await execa("docker", ["rmi", tag], { reject: false });
});

async function authorityImages(): Promise<string[]> {
  const format = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=cowork-authorities"];
  return (await execa("docker", ["images", ...format])).stdout.split("\n").filter((line) => line !== "");
}

const build = (
  lines: readonly string[],
  config: JsonObject = {},
  files: Record<string, string> = {},
): Promise<SharedImage> =>
  ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`, ...lines], { config }, { caCerts: pem, files }));

async function inside(image: SharedImage, script: string): Promise<string> {
  const labels = { "cowork.home": homeId(ctx.paths) };
  const { stdout, stderr } = await ctx.engine.runHelper({ image: image.ref, command: ["sh", "-c", script], labels });
  return `${stdout}${stderr}`.trim();
}

const count = (file: string): string => `grep -cF -e '${mark}' ${file}`;
const bundle = "/etc/ssl/certs/ca-certificates.crt";

describe("the host's CA certificates", () => {
  test("are trusted in every step of a project's Dockerfile, and the image keeps its user", async () => {
    const image = await build([
      `RUN ${count(bundle)} >/during && test -s "$NODE_EXTRA_CA_CERTS" && useradd -m joe`,
      "USER joe",
      "RUN id -un >/tmp/who",
    ]);
    expect(await inside(image, `cat /during /tmp/who; ${count(bundle)}; id -un`)).toBe("1\njoe\n1\njoe");
  });

  test("are added to an image that is used without a build", async () => {
    const image = await ensureImage(ctx, imageRequest({ config: { image: testBaseImage } }, { caCerts: pem }));
    expect(
      await inside(image, `${count(bundle)}; ${count("$REQUESTS_CA_BUNDLE")}; ${count("$NODE_EXTRA_CA_CERTS")}`),
    ).toBe("1\n1\n1");
  });

  test("are trusted before ca-certificates is installed, and still after it", async () => {
    const base = `cowork-test-image:${homeId(ctx.paths)}`;
    const purge =
      "dpkg --purge --force-depends ca-certificates 2>/dev/null && rm -rf /etc/ssl/certs /usr/share/ca-certificates";
    const files = { Dockerfile: `FROM ${testBaseImage}\nRUN ${purge}\nUSER 1000\n` };
    await ctx.engine.buildImage({ files, tag: base, labels: { "cowork.home": homeId(ctx.paths) } });
    const steps = [
      `RUN ${count(bundle)} >/tmp/before; grep -c BEGIN ${bundle} >>/tmp/before; id -u >>/tmp/before`,
      "USER root",
      "RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates",
    ];
    const image = await ensureImage(ctx, dockerfileRequest([`FROM ${base}`, ...steps], {}, { caCerts: pem }));
    const after = `${count(bundle)}; echo $(($(grep -c BEGIN ${bundle}) > 50)); ${count("$SSL_CERT_FILE")}`;
    expect(await inside(image, `cat /tmp/before; ${after}`)).toBe("1\n1\n1000\n1\n1\n1");
  });

  test("are trusted while features are installed", async () => {
    const feature = {
      ".devcontainer/f/devcontainer-feature.json": JSON.stringify({ id: "f", version: "1.0.0", name: "f" }),
      ".devcontainer/f/install.sh": `#!/bin/sh\n${count(bundle)} >/by-feature; echo "$NODE_EXTRA_CA_CERTS" >>/by-feature\n`,
    };
    const image = await build([], { features: { "./f": {} } }, feature);
    expect(await inside(image, "cat /by-feature")).toBe("1\n/usr/local/share/cowork/authorities.pem");
  });

  test("do not override variables that the image sets", async () => {
    const image = await build(["ENV PIP_CERT=/own.pem"]);
    expect(image.env).toMatchObject({
      PIP_CERT: "/own.pem",
      REQUESTS_CA_BUNDLE: "/usr/local/share/cowork/ca-bundle.crt",
    });
  });

  test("are added to every stage that runs a command, and not to a stage without a shell", async () => {
    const lines = [
      `FROM ${testBaseImage} AS build`,
      `RUN ${count(bundle)} >/built`,
      "FROM scratch AS empty",
      "COPY --from=build /built /built",
      `FROM ${testBaseImage}`,
      "COPY --from=empty /built /built",
    ];
    const image = await ensureImage(ctx, dockerfileRequest(lines, {}, { caCerts: pem }));
    expect(await inside(image, `cat /built; ${count(bundle)}`)).toBe("1\n1");
  });

  test("are installed at the paths of Red Hat and Arch distributions", async () => {
    const tool =
      "printf '#!/bin/sh\\necho \"$0 $*\" >>/called\\n' >/usr/bin/update-ca-trust && chmod +x /usr/bin/update-ca-trust && rm /usr/sbin/update-ca-certificates";
    const redHat = await build([
      `RUN ${tool} && mkdir -p /etc/pki/tls/certs /etc/pki/ca-trust/source/anchors && mv ${bundle} /etc/pki/tls/certs/ca-bundle.crt`,
    ]);
    expect(
      await inside(
        redHat,
        `cat /called; ${count("/etc/pki/ca-trust/source/anchors/cowork-1.crt")}; ${count("/etc/pki/tls/certs/ca-bundle.crt")}; readlink $SSL_CERT_FILE`,
      ),
    ).toBe("/usr/bin/update-ca-trust extract\n1\n1\n/etc/pki/tls/certs/ca-bundle.crt");
    const arch = await build([`RUN ${tool} && mkdir -p /etc/ca-certificates/trust-source/anchors`]);
    expect(await inside(arch, count("/etc/ca-certificates/trust-source/anchors/cowork-1.crt"))).toBe("1");
  });

  test("are not added with CA_CERTS=none", async () => {
    const image = await ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`], {}, { caCerts: "none" }));
    expect(await inside(image, "ls /usr/local/share/cowork; echo ${NODE_EXTRA_CA_CERTS-unset}")).toContain("unset");
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
  expect(await inside(image, "cat /seen")).toBe(stdout.trim());
  expect(JSON.stringify([image, fixture.log, fixture.events])).not.toContain("secret-word");
  const { stdout: logs } = await execa("grep", ["-r", "secret-word", ctx.paths.home], { reject: false });
  expect(logs).toBe("");
});
