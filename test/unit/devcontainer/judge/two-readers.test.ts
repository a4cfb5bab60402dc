import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeRunArgs } from "../../../../src/devcontainer/judge/judge-run-args.ts";
import { createVerdict } from "../../../../src/devcontainer/judge/verdict.ts";
import { rewriteConfig } from "../../../../src/devcontainer/override/rewrite.ts";
import { localPort } from "../../../../src/devcontainer/override/ports.ts";
import { mounts, networks, ports } from "../../../support/run-arg-arbitraries.ts";

/** The first record of a CSV text as Go's encoding/csv parses it; undefined for an error. */
function readCsv(text: string): string[] | undefined {
  const [line = ""] = text.split("\n");
  const fields: string[] = [];
  let rest = text.startsWith('"') || text.includes(',"') ? text : line;
  for (;;) {
    if (rest.startsWith('"')) {
      const [, body, after] = /^"((?:[^"]|"")*)"(.*)$/s.exec(rest) ?? [];
      if (body === undefined || after === undefined) return undefined;
      fields.push(body.replaceAll('""', '"'));
      if (after === "" || after.startsWith("\n")) return fields;
      if (!after.startsWith(",")) return undefined;
      rest = after.slice(1);
    } else {
      const comma = rest.indexOf(",");
      const newline = rest.indexOf("\n");
      const isLast = comma === -1 || (newline !== -1 && newline < comma);
      const field = isLast ? (newline === -1 ? rest : rest.slice(0, newline)) : rest.slice(0, comma);
      if (field.includes('"')) return undefined;
      fields.push(field);
      if (isLast) return fields;
      rest = rest.slice(comma + 1);
    }
  }
}

const findings = (words: string[]): number => {
  const verdict = createVerdict("x");
  judgeRunArgs(verdict, words);
  return verdict.findings.length;
};

/** docker/cli opts/network.go: how docker parses `--network`; undefined if it refuses. */
function dockerNetwork(text: string): string | undefined {
  if (!/[A-Za-z0-9_]+=[A-Za-z0-9_]+(,[A-Za-z0-9_]+=[A-Za-z0-9_]+)*/.test(text)) return text;
  let name: string | undefined;
  for (const field of readCsv(text) ?? ["error"]) {
    const equals = field.indexOf("=");
    if (equals === -1) return undefined;
    const key = field.slice(0, equals).toLowerCase().trim();
    const value = field
      .slice(equals + 1)
      .toLowerCase()
      .trim();
    if (key === "name") name = value;
  }
  return name;
}

/** docker/cli opts/mount.go: the fields that are relevant; undefined if it refuses. */
function dockerMount(text: string): { type: string; source: string } | undefined {
  const mount = { type: "volume", source: "" };
  for (const field of readCsv(text) ?? []) {
    const equals = field.indexOf("=");
    const key = (equals === -1 ? field : field.slice(0, equals)).toLowerCase();
    const value = field.slice(equals + 1);
    if (key === "type") mount.type = value.toLowerCase();
    if (key === "source" || key === "src") mount.source = value;
  }
  return readCsv(text) === undefined ? undefined : mount;
}

/** docker/cli cli/command/container/opts.go convertToStandardNotation, then nat.ParsePortSpec: the address on the host. */
function dockerPort(text: string): string | undefined {
  let plain = text;
  if (text.includes("=")) {
    const given: Record<string, string> = { protocol: "tcp" };
    for (const field of text.split(",")) {
      const [key = "", value] = field.split("=");
      if (value === undefined) return undefined;
      given[key] = value;
    }
    plain = `${given["published"] ?? ""}:${given["target"] ?? ""}/${given["protocol"] ?? ""}`;
  }
  const parts = plain.split(":");
  const container = parts.at(-1) ?? "";
  if (!/^\d+(-\d+)?(\/\w+)?$/.test(container)) return undefined;
  return parts.length > 2 ? parts.slice(0, -2).join(":") : "0.0.0.0";
}

describe("docker parses what has no finding as cowork does", () => {
  test("--network", () => {
    fc.assert(
      fc.property(networks, fc.constantFrom("--network", "--net"), fc.boolean(), (text, flag, attached) => {
        if (findings(attached ? [`${flag}=${text}`] : [flag, text]) > 0) return;
        expect(["bridge", "none", "default", ""]).toContain(dockerNetwork(text));
      }),
      { numRuns: 2000 },
    );
  });

  test("--mount: a rewritten bind is one of the clone, or of the session's folder for outside mounts", () => {
    const clone = "${localWorkspaceFolder}";
    const own = { composeProject: "p", labels: {}, beside: "/beside" };
    fc.assert(
      fc.property(mounts(clone, "/etc"), (text) => {
        if (findings([`--mount=${text}`]) > 0) return;
        const { config } = rewriteConfig({ runArgs: [`--mount=${text}`] }, own);
        const [word, value] = config["runArgs"] as string[];
        const mount = dockerMount(value ?? word!.replace("--mount=", ""));
        if (mount === undefined || mount.type === "tmpfs") return;
        const place = /^(\$\{localWorkspaceFolder\}|\/beside\/\d+)(\/|$)/;
        expect(mount.source).toMatch(mount.type === "bind" ? place : /^([a-zA-Z0-9][\w.-]*)?$/);
        expect(mount.source).not.toContain("..");
      }),
      { numRuns: 4000 },
    );
  });

  test("--publish: a rewritten one publishes only on 127.0.0.1", () => {
    fc.assert(
      fc.property(ports, (text) => {
        if (findings([`--publish=${text}`]) > 0) return;
        expect(["127.0.0.1", undefined]).toContain(dockerPort(localPort(text)));
      }),
      { numRuns: 4000 },
    );
  });

  test("the plain forms have no findings", () => {
    for (const mode of ["bridge", "none", "default"]) expect(findings([`--network=${mode}`])).toBe(0);
    for (const port of ["80", "8080:80", "127.0.0.1:8080:80/tcp", "[::1]::80-81"])
      expect(findings(["-p", port])).toBe(0);
    expect(findings(["--mount", "type=bind,src=${localWorkspaceFolder}/sub,dst=/data,readonly"])).toBe(0);
  });
});
