import { describe, expect, test } from "vitest";
import { outlineDockerfile } from "../../../../src/devcontainer/image/dockerfile.ts";
import { checkedUser, labelLines, rewriteDockerfile } from "../../../../src/devcontainer/image/dockerfile-rewrite.ts";
import { expandVariables } from "../../../../src/devcontainer/image/dockerfile-variables.ts";

const ca = "cowork-authorities:1";

async function rewrite(
  lines: readonly string[],
  users: Record<string, string>,
  options: Parameters<typeof outlineDockerfile>[1] = {},
): Promise<string[]> {
  const text = lines.join("\n");
  const outline = await outlineDockerfile(text, options);
  const changed = rewriteDockerfile(text, outline, {
    authorityImage: ca,
    users: new Map(Object.entries(users)),
    labels: { "cowork.project": "app" },
  });
  return changed.split("\n");
}

/** The lines between a FROM line and the next line of the project, without ENV. */
function after(lines: readonly string[], from: string): string[] {
  const start = lines.indexOf(from) + 1;
  const end = lines.findIndex(
    (line, index) => index >= start && !/^(LABEL cowork|USER|COPY --from=cowork|RUN \["|ENV NODE_EXTRA)/.test(line),
  );
  return lines.slice(start, end === -1 ? undefined : end).filter((line) => !line.startsWith("ENV "));
}

const label = 'LABEL cowork.project="app"';
const copy = `COPY --from=${ca} /cowork /usr/local/share/cowork`;
const run = 'RUN ["/bin/sh", "/usr/local/share/cowork/trust.sh"]';

describe("authorities in a project's Dockerfile", () => {
  test("are installed right after FROM, and the image's user is restored", async () => {
    const lines = await rewrite(["FROM node:24", "RUN npm ci", "USER node"], { "node:24": "node" });
    expect(after(lines, "FROM node:24")).toEqual(["USER root", copy, run, "USER node", label]);
    expect(lines.slice(-2)).toEqual(["RUN npm ci", "USER node"]);
  });

  test("need no USER lines if the image runs as root", async () => {
    const lines = await rewrite(["FROM debian", "RUN x"], { debian: "" });
    expect(after(lines, "FROM debian")).toEqual([copy, run, label]);
  });

  test("do not override variables that the image or the project sets", async () => {
    const lines = await rewrite(["FROM debian", "RUN x"], { debian: "" });
    expect(lines.find((line) => line.startsWith("ENV "))).toContain(
      "PIP_CERT=${PIP_CERT:-/usr/local/share/cowork/ca-bundle.crt}",
    );
  });

  test("are in each stage that runs something, also if only a later stage based on it does", async () => {
    const lines = await rewrite(
      [
        "FROM golang AS Build",
        "RUN go build",
        "FROM alpine AS base",
        "FROM base",
        "RUN apk add git",
        "COPY --from=build /a /b",
      ],
      { golang: "", alpine: "" },
    );
    expect(after(lines, "FROM golang AS Build")).toContain(copy);
    expect(after(lines, "FROM alpine AS base")).toContain(copy);
    expect(after(lines, "FROM base")).toEqual([]);
  });

  test("are not installed in stages that run nothing, because there may be no shell", async () => {
    const lines = await rewrite(["FROM distroless AS assets", "COPY a b", "FROM debian", "RUN x"], {
      distroless: "",
      debian: "",
    });
    expect(after(lines, "FROM distroless AS assets")).toEqual([label]);
  });

  test("are installed in the stage that becomes the image, even if it runs nothing", async () => {
    const lines = await rewrite(
      ["FROM debian AS dev", "FROM distroless AS prod", "COPY a b"],
      { debian: "", distroless: "" },
      { target: "DEV" },
    );
    expect(after(lines, "FROM debian AS dev")).toContain(copy);
  });

  test("remove stages after the one that is built", async () => {
    const text = ["FROM debian AS dev", "RUN a", "# what goes out", "FROM distroless \\", "  AS prod", "RUN b"];
    expect((await rewrite(text, { debian: "" }, { target: "dev" })).slice(-3)).toEqual([
      "RUN a",
      "# what goes out",
      "",
    ]);
  });

  test("add only the label to FROM scratch", async () => {
    expect(after(await rewrite(["FROM scratch", "COPY a b"], {}), "FROM scratch")).toEqual([label]);
  });

  test("add only the label to a stage whose image is not available", async () => {
    expect(after(await rewrite(["FROM gone", "RUN x"], {}), "FROM gone")).toEqual([label]);
  });
});

describe("parsing a Dockerfile", () => {
  const bases = async (text: string, options: Parameters<typeof outlineDockerfile>[1] = {}) =>
    (await outlineDockerfile(text, options)).stages.map(({ base, external }) => (external ? base : `(${base})`));

  test("resolves ARGs in FROM: defaults, passed values, and references to others", async () => {
    const text = 'ARG V="3.1"\nARG IMAGE=python:${V}\nARG NONE\nFROM ${IMAGE}${NONE:-}\n';
    expect(await bases(text)).toEqual(["python:3.1"]);
    expect(await bases(text, { args: { V: "4" } })).toEqual(["python:4"]);
    expect(await bases(text, { args: { NONE: "-slim" } })).toEqual(["python:3.1-slim"]);
  });

  test("does not use the ARGs of a stage in FROM", async () => {
    expect(await bases("ARG V=1\nFROM a:$V AS x\nARG V=2\nFROM b:$V\n")).toEqual(["a:1", "b:1"]);
  });

  test("supports --platform, the platform variables and keywords in any case", async () => {
    const text = "from --platform=linux/arm64 image-$TARGETARCH as One\nFrom ONE\n";
    expect(await bases(text, { predefined: { TARGETARCH: "arm64" } })).toEqual(["image-arm64", "(ONE)"]);
    expect((await outlineDockerfile(text)).stages[0]?.platform).toBe("linux/arm64");
  });

  test("handles here-documents, comments and continued lines", async () => {
    const text = [
      "# FROM comment",
      "FROM a \\",
      "  # comment between",
      "  AS b",
      "RUN <<EOF",
      "FROM heredoc",
      "EOF",
      "RUN echo \\",
      "FROM continued",
    ];
    expect(await bases(text.join("\n"))).toEqual(["a"]);
  });

  test("respects the escape directive and inserts lines after the whole FROM", async () => {
    const lines = await rewrite(["# escape=`", "FROM debian `", "  AS x", "RUN a `", "  b"], { debian: "" });
    expect(lines.slice(0, 4)).toEqual(["# escape=`", "FROM debian `", "  AS x", copy]);
    expect(lines.slice(-2)).toEqual(["RUN a `", "  b"]);
  });

  test("keeps a Dockerfile's line endings", async () => {
    const text = "FROM debian\r\nRUN x\r\n";
    const outline = await outlineDockerfile(text);
    const changed = rewriteDockerfile(text, outline, {
      authorityImage: undefined,
      users: new Map(),
      labels: { a: "b" },
    });
    expect(changed).toBe('FROM debian\r\nLABEL a="b"\r\nRUN x\r\n');
  });

  test("builds the requested stage, by name or number", async () => {
    const text = "FROM a AS one\nFROM b AS two\n";
    expect((await outlineDockerfile(text)).target).toBe(1);
    expect((await outlineDockerfile(text, { target: "One" })).target).toBe(0);
    expect((await outlineDockerfile(text, { target: "0" })).target).toBe(0);
  });

  test("refuses a file without FROM and a stage that does not exist", async () => {
    await expect(outlineDockerfile("RUN x\n")).rejects.toMatchObject({ code: "DEVCONTAINER_INVALID" });
    await expect(outlineDockerfile("FROM a\n", { target: "b\u001b[31m" })).rejects.toThrow("no stage b");
  });
});

test("a variable that cannot be parsed makes the whole value unknown", () => {
  expect(expandVariables("a${B:=c}", () => "x")).toBeUndefined();
  expect(expandVariables("a$", () => "x")).toBeUndefined();
  expect(expandVariables("\\$A-${A:+b}-${C-d}", (name) => (name === "A" ? "1" : undefined))).toBe("$A-b-d");
});

test("an image's user cannot add instructions", () => {
  expect(checkedUser("1000:1000")).toBe("1000:1000");
  expect(() => checkedUser("a\nRUN evil")).toThrow("not a valid user name");
});

test("labels are quoted", () => {
  expect(labelLines({ a: 'b "$c"', d: "e" })).toEqual(['LABEL a="b \\"\\$c\\"" d="e"']);
  expect(labelLines({})).toEqual([]);
});
