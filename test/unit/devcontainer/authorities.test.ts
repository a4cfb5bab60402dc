import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { generate } from "selfsigned";
import { describe, expect, test } from "vitest";
import { hostAuthorities, splitPem } from "../../../src/devcontainer/authorities.ts";
import { hostProxies } from "../../../src/devcontainer/proxies.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const certificate = async (name: string): Promise<string> =>
  (await generate([{ name: "commonName", value: name }])).cert.replaceAll("\r", "").trim();

describe("CA_CERTS", () => {
  test("none: none, whatever the host has", async () => {
    expect(
      await hostAuthorities({ env: { NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" } }, "none"),
    ).toBeUndefined();
  });

  test("a file: its certificates, in an order of their own and each once", async () => {
    const folder = await temporaryFolder();
    const [one, two] = [await certificate("one"), await certificate("two")];
    await writeFile(join(folder, "a.pem"), `words\n${one}\n${two}\n${one}\n`);
    await writeFile(join(folder, "b.pem"), `${two}\r\n${one}\r\n`);
    const a = await hostAuthorities({ env: {} }, join(folder, "a.pem"));
    expect(splitPem(a ?? "").toSorted()).toEqual([one, two].toSorted());
    expect(await hostAuthorities({ env: {} }, join(folder, "b.pem"))).toBe(a);
  });

  test.each([
    ["nothing in it", ""],
    ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ["a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
  ])("a file with %s is refused", async (_, content) => {
    const file = join(await temporaryFolder(), "ca.pem");
    await writeFile(file, content);
    await expect(hostAuthorities({ env: {} }, file)).rejects.toMatchObject({ code: "CA_CERTS_INVALID" });
  });

  test("a file that is not there is refused, by its name", async () => {
    await expect(hostAuthorities({ env: {} }, "/nowhere/ca.pem")).rejects.toThrow("/nowhere/ca.pem");
  });

  test("auto: what a variable's bundle holds beyond the public authorities", async () => {
    const file = join(await temporaryFolder(), "bundle.pem");
    const own = await certificate("company");
    await writeFile(file, [rootCertificates[0], own, rootCertificates[1]].join("\n"));
    const before = splitPem((await hostAuthorities({ env: {} }, "auto")) ?? "");
    const found = splitPem((await hostAuthorities({ env: { SSL_CERT_FILE: file } }, "auto")) ?? "");
    expect(found.toSorted()).toEqual([...before, own].toSorted());
  });

  test("auto: a variable that leads nowhere is no error", async () => {
    const plain = await hostAuthorities({ env: {} }, "auto");
    expect(await hostAuthorities({ env: { NODE_EXTRA_CA_CERTS: "/nowhere" } }, "auto")).toBe(plain);
  });
});

describe("proxies", () => {
  test("are taken in the spellings that are set", () => {
    const env = {
      http_proxy: "http://proxy.example:3128",
      HTTPS_PROXY: "http://proxy.example:3128",
      NO_PROXY: "local",
      OTHER: "x",
    };
    expect(hostProxies(env)).toEqual({ http_proxy: env.http_proxy, HTTPS_PROXY: env.HTTPS_PROXY, NO_PROXY: "local" });
  });

  test("on the host's own loopback are left out, and exceptions without a proxy too", () => {
    expect(
      hostProxies({ HTTP_PROXY: "http://user:word@127.0.0.1:3128", https_proxy: "localhost:80", NO_PROXY: "x" }),
    ).toEqual({});
  });
});
