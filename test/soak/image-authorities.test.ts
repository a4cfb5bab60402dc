import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureImage } from "../../src/devcontainer/image/image.ts";
import { homeId } from "../../src/system/home-id.ts";
import { authorities, bundle, type Authorities } from "../support/engine/authorities.ts";
import { testBaseImage } from "../support/engine/engine.ts";
import { dockerfileRequest } from "../support/engine/image-request.ts";

// The host's CA certificates in unusual images; test/integration has the usual ones.
let host: Authorities;
beforeAll(async () => {
  host = await authorities();
});
afterAll(() => host.end());

test("the certificates are trusted before ca-certificates is installed, and still after it", async () => {
  const base = `cowork-test-image:${homeId(host.ctx.paths)}`;
  const purge =
    "dpkg --purge --force-depends ca-certificates 2>/dev/null && rm -rf /etc/ssl/certs /usr/share/ca-certificates";
  const files = { Dockerfile: `FROM ${testBaseImage}\nRUN ${purge}\nUSER 1000\n` };
  await host.ctx.engine.buildImage({ files, tag: base, labels: { "cowork.home": homeId(host.ctx.paths) } });
  const steps = [
    `RUN ${host.count(bundle)} >/tmp/before; grep -c BEGIN ${bundle} >>/tmp/before; id -u >>/tmp/before`,
    "USER root",
    "RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates",
  ];
  const image = await ensureImage(host.ctx, dockerfileRequest([`FROM ${base}`, ...steps], {}, { caCerts: host.pem }));
  const after = `${host.count(bundle)}; echo $(($(grep -c BEGIN ${bundle}) > 50)); ${host.count("$SSL_CERT_FILE")}`;
  expect(await host.inside(image, `cat /tmp/before; ${after}`)).toBe("1\n1\n1000\n1\n1\n1");
});

test("the certificates are installed at the paths of Red Hat and Arch distributions", async () => {
  const tool =
    "printf '#!/bin/sh\\necho \"$0 $*\" >>/called\\n' >/usr/bin/update-ca-trust && chmod +x /usr/bin/update-ca-trust && rm /usr/sbin/update-ca-certificates";
  const redHat = await host.build([
    `RUN ${tool} && mkdir -p /etc/pki/tls/certs /etc/pki/ca-trust/source/anchors && mv ${bundle} /etc/pki/tls/certs/ca-bundle.crt`,
  ]);
  expect(
    await host.inside(
      redHat,
      `cat /called; ${host.count("/etc/pki/ca-trust/source/anchors/cowork-1.crt")}; ${host.count("/etc/pki/tls/certs/ca-bundle.crt")}; readlink $SSL_CERT_FILE`,
    ),
  ).toBe("/usr/bin/update-ca-trust extract\n1\n1\n/etc/pki/tls/certs/ca-bundle.crt");
  const arch = await host.build([`RUN ${tool} && mkdir -p /etc/ca-certificates/trust-source/anchors`]);
  expect(await host.inside(arch, host.count("/etc/ca-certificates/trust-source/anchors/cowork-1.crt"))).toBe("1");
});
