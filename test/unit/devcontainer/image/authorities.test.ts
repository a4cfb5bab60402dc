import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { generate } from "selfsigned";
import { describe, expect, test } from "vitest";
import { hostAuthorities, splitPem } from "../../../../src/devcontainer/image/authorities.ts";
import { hostProxies } from "../../../../src/devcontainer/image/proxies.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const certificate = async (name: string): Promise<string> =>
  (await generate([{ name: "commonName", value: name }])).cert.replaceAll("\r", "").trim();

const node = { path: process.execPath, version: process.versions.node };

/** Reads the authorities as a new run of cowork, with a new home unless one is given. */
const ask = async (env: Record<string, string>, setting: string, home?: string): Promise<string | undefined> =>
  await hostAuthorities({ env, node, paths: coworkPaths(home ?? (await temporaryFolder())) }, setting);

describe("CA_CERTS", () => {
  test("none: none, whatever the host has", async () => {
    expect(await ask({ NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca-certificates.crt" }, "none")).toBeUndefined();
  });

  test("a file: its certificates, in a fixed order and each once", async () => {
    const folder = await temporaryFolder();
    const [one, two] = [await certificate("one"), await certificate("two")];
    await writeFile(join(folder, "a.pem"), `words\n${one}\n${two}\n${one}\n`);
    await writeFile(join(folder, "b.pem"), `${two}\r\n${one}\r\n`);
    const a = await ask({}, join(folder, "a.pem"));
    expect(splitPem(a ?? "").toSorted()).toEqual([one, two].toSorted());
    expect(await ask({}, join(folder, "b.pem"))).toBe(a);
  });

  test.each([
    ["nothing in it", ""],
    ["an invalid certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ["a key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
  ])("a file with %s is refused", async (_, content) => {
    const file = join(await temporaryFolder(), "ca.pem");
    await writeFile(file, content);
    await expect(ask({}, file)).rejects.toMatchObject({ code: "CA_CERTS_INVALID" });
  });

  test("a missing file is refused by name", async () => {
    await expect(ask({}, "/nowhere/ca.pem")).rejects.toThrow("/nowhere/ca.pem");
  });

  test("auto: what a variable's bundle has in addition to the public authorities", async () => {
    const file = join(await temporaryFolder(), "bundle.pem");
    const own = await certificate("company");
    await writeFile(file, [rootCertificates[0], own, rootCertificates[1]].join("\n"));
    const before = splitPem((await ask({}, "auto")) ?? "");
    const found = splitPem((await ask({ SSL_CERT_FILE: file }, "auto")) ?? "");
    expect(found.toSorted()).toEqual([...before, own].toSorted());
  });

  test("auto: the result of an earlier run is used until a file changes", async () => {
    const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
    const file = join(folder, "bundle.pem");
    const [one, two] = [await certificate("one"), await certificate("two")];
    const env = { SSL_CERT_FILE: file };
    await writeFile(file, one);
    const first = await ask(env, "auto", home);
    expect(first).toContain(one);
    const kept = coworkPaths(home).remembered("authorities");
    await writeFile(
      kept,
      (await readFile(kept, "utf8")).replaceAll(JSON.stringify(one).slice(1, -1), "from the last run"),
    );
    expect(await ask(env, "auto", home)).toContain("from the last run");
    // same name and length, and moved into place, as a package manager does it
    await writeFile(`${file}.new`, two);
    await rename(`${file}.new`, file);
    expect(await ask(env, "auto", home)).toContain(two);
    expect((await ask({}, "auto", home)) ?? "").not.toContain(two);
  });

  test("auto: an unreadable file is tried again", async () => {
    const [home, folder] = [await temporaryFolder(), await temporaryFolder()];
    const file = join(folder, "bundle.pem");
    const own = await certificate("company");
    await writeFile(file, `${"x".repeat(9 * 1024 * 1024)}\n${own}`);
    const env = { SSL_CERT_FILE: file };
    expect((await ask(env, "auto", home)) ?? "").not.toContain(own);
    await expect(readFile(coworkPaths(home).remembered("authorities"))).rejects.toThrow("ENOENT");
  });

  test("auto: a variable that names a missing file is accepted", async () => {
    const plain = await ask({}, "auto");
    expect(await ask({ NODE_EXTRA_CA_CERTS: "/nowhere" }, "auto")).toBe(plain);
  });
});

describe("proxies", () => {
  test("are used in the spellings that are set", () => {
    const env = {
      http_proxy: "http://proxy.example:3128",
      HTTPS_PROXY: "http://proxy.example:3128",
      NO_PROXY: "local",
      OTHER: "x",
    };
    expect(hostProxies(env)).toEqual({ http_proxy: env.http_proxy, HTTPS_PROXY: env.HTTPS_PROXY, NO_PROXY: "local" });
  });

  test("on the host's loopback address are left out, and so are exceptions without a proxy", () => {
    expect(
      hostProxies({ HTTP_PROXY: "http://user:word@127.0.0.1:3128", https_proxy: "localhost:80", NO_PROXY: "x" }),
    ).toEqual({});
  });
});
