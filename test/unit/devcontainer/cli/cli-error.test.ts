import { describe, expect, test } from "vitest";
import { cliError, type Translate } from "../../../../src/devcontainer/cli/cli-error.ts";
import { dockerfileTranslation } from "../../../../src/devcontainer/image/dockerfile-lines.ts";
import { insertAfterFrom, outlineDockerfile } from "../../../../src/devcontainer/image/dockerfile.ts";
import { parseEvent, type CliEvent } from "../../../../src/devcontainer/cli/cli-output.ts";

type Printed = [CliEvent["type"], string];

interface Reported {
  message?: string;
  description?: string;
  translate?: Translate;
}

const generic = "An error occurred setting up the container.";

function failed(printed: Printed[], { translate, ...result }: Reported = { description: generic }) {
  const events = printed.map(([type, text]) => ({ type, text }));
  const failure = { result: { outcome: "error", ...result }, events };
  return cliError("UP_FAILED", "It did not come up", failure, "cowork logs a", translate);
}

const begin: Printed[] = [
  ["start", "Run: docker version --format {{.Server.Version}}"],
  ["raw", "20.10.24+dfsg1\n"],
];

const script =
  'trap "exit 0" 15\ntrap \'/opt/cowork/bin/quiesce; exit 0\' 15\nexec "$@"\nwhile sleep 1 & wait $!; do :; done -';

/** The events of a failed `docker run` with this output, as the CLI reports them. */
function refused(lines: string): Printed[] {
  return [
    ...begin,
    ["start", "Run: docker run --sig-proxy=false image"],
    ["raw", `${lines}\n\nRun 'docker run --help' for more information\n`],
    ["start", "Run: docker ps -q -a --filter label=cowork.session=a"],
    ...`Error: Command failed: docker run image -c echo Container started\n${script}`
      .split("\n")
      .map((line): Printed => ["other", line]),
    ["other", "    at sW (/x/devContainersSpecCLI.js:470:1277)"],
  ];
}

const runReported = {
  message: `Command failed: docker run image -c echo Container started\n${script}`,
  description: generic,
};

describe("a container that the engine cannot create", () => {
  test.each([
    [
      'docker: Error response from daemon: error gathering device information while adding custom device "/dev/nothere": no such file or directory',
      'error gathering device information while adding custom device "/dev/nothere": no such file or directory',
    ],
    [
      'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
      'could not select device driver "" with capabilities: [[gpu]]',
    ],
    [
      'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /home/u/.nosuch.',
      "bind source path does not exist: /home/u/.nosuch",
    ],
    [
      "docker: Error response from daemon: failed to create shim: OCI runtime create failed: operation not permitted: unknown.",
      "operation not permitted",
    ],
    ["docker: Error response from daemon: network nosuchnet not found.", "network nosuchnet not found"],
    ["unknown flag: --nosuchflag\nUsage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]", "unknown flag: --nosuchflag"],
    ["docker: invalid reference format: repository name must be lowercase.", "invalid reference format"],
    [
      "WARNING: Your kernel does not support swap limit capabilities.\ndocker: Error response from daemon: Minimum memory limit allowed is 6MB.",
      "Minimum memory limit allowed is 6MB",
    ],
  ])("is reported in the engine's words: %s", (line, words) => {
    const { message, hint } = failed(refused(line), runReported);
    expect(message).toContain(words);
    expect(message).not.toMatch(/trap|20\.10|Usage|WARNING/);
    expect(hint).toBe("cowork logs a");
  });

  test("is reported with our own explanation if there is one, and always with the engine's words", () => {
    const taken = failed(
      refused("docker: Error response from daemon: Bind for 127.0.0.1:80 failed: port is already allocated."),
      runReported,
    );
    expect(taken.message).toBe(
      "It did not come up: a port of this machine is already in use: Bind for 127.0.0.1:80 failed: port is already allocated.",
    );
    const platform = failed(
      refused(
        "Unable to find image 'cowork-app:1' locally\ndocker: Error response from daemon: Get \"https://r/v2/\": dial tcp: lookup r: no such host.",
      ),
      runReported,
    );
    expect(platform.message).toMatch(/for another platform than this engine/);
    expect(platform.hint).toMatch(/--platform/);
  });

  test("is not explained by earlier messages about something else", () => {
    const printed: Printed[] = [
      ["text", "Error response from daemon: no such image: x"],
      ...refused("docker: Error response from daemon: no."),
    ];
    expect(failed(printed, runReported).message).toBe("It did not come up: no.");
  });

  test("has no reason rather than a version or a line of a script", () => {
    expect(failed([...begin], runReported).message).toBe("It did not come up: no reason given.");
  });
});

describe("a lifecycle command that fails", () => {
  const run = (command: string, output: string, code: number | undefined, named?: string): Printed[] => [
    ["text", "Running the postCreateCommand from devcontainer.json...\n"],
    ["raw", "bash: no job control in this shell\n"],
    ["start", `Run in container: /bin/sh -c ${command}`],
    ...(output === "" ? [] : ([["raw", output]] as Printed[])),
    ...(code === undefined
      ? []
      : ([
          [
            "text",
            `\u001b[31m${named ?? "postCreateCommand"} from devcontainer.json failed with exit code ${code}. Skipping any further user-provided commands.\u001b[39m\r\n`,
          ],
        ] as Printed[])),
    ["other", "Error: Command failed: /bin/sh -c x"],
  ];
  const result = (named = "postCreateCommand") => {
    const text = `${named} from devcontainer.json failed.`;
    return { message: text, description: text };
  };

  test("is reported with its exit code and the end of its output", () => {
    expect(failed(run("echo oops-message >&2; exit 7", "oops-message\r\n", 7), result()).message).toBe(
      "It did not come up: postCreateCommand failed with exit code 7: oops-message.",
    );
    const long = failed(run("x", "one\ntwo\nthree\nfour\n", 1), result());
    expect(long.message).toMatch(/exit code 1: two \| three \| four\.$/);
  });

  test("is distinguished from the others of its stage, whose output is not used", () => {
    const bad = result("bad of postCreateCommand");
    expect(failed(run("x", "\r\n\u001b[1moops\u001b[0m\r\n", 3, "bad of postCreateCommand"), bad).message).toBe(
      "It did not come up: bad of postCreateCommand failed with exit code 3: oops.",
    );
    const silent = run(
      "x",
      "Running good of postCreateCommand from devcontainer.json...\r\nfine\r\n",
      3,
      "bad of postCreateCommand",
    );
    expect(failed(silent, bad).message).toBe("It did not come up: bad of postCreateCommand failed with exit code 3.");
  });

  test("is reported with its origin, and also without an exit code", () => {
    const text = "three of onCreateCommand from Feature './f' failed.";
    expect(failed(run("x", "", undefined), { message: text, description: text }).message).toBe(
      "It did not come up: three of onCreateCommand from Feature './f' failed.",
    );
  });

  test("is the reason, whatever it printed", () => {
    const lies =
      "no space left on device\nCannot connect to the Docker daemon\npostCreateCommand from devcontainer.json failed with exit code 9. Skipping\n";
    const error = failed(run("x", lies, 3), result());
    expect(error.code).toBe("UP_FAILED");
    expect(error.message).toMatch(/failed with exit code 3: /);
  });

  test("cannot write control characters or an endless message to the terminal", () => {
    const { message } = failed(run("x", `${"\u001b]0;title\u0007a".repeat(5000)}\u001b[2J\u0007`, 3), result());
    expect(message.length).toBeLessThan(700);
    // oxlint-disable-next-line no-control-regex -- control characters are what is tested
    expect(message).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe("the CLI's own error", () => {
  test("is the reason, but not a list of features that could not be downloaded", () => {
    const printed: Printed[] = [
      ["text", "Failed to fetch control manifest: getaddrinfo ENOTFOUND containers.dev"],
      ["text", "* Processing feature: myfeature"],
      [
        "other",
        "Error: Legacy feature 'myfeature' not supported. Please check https://containers.dev/features for replacements.",
      ],
    ];
    const message =
      "Legacy feature 'myfeature' not supported. Please check https://containers.dev/features for replacements.\nIf you were hoping";
    for (const result of [
      { message, description: message },
      { description: "An error occurred building the image." },
    ]) {
      const error = failed(printed, result);
      expect(error.message).toMatch(/^It did not come up: Legacy feature 'myfeature' not supported/);
      expect(error.hint).toBe("cowork logs a");
    }
  });

  test.each([
    ["Error: getaddrinfo ENOTFOUND registry.invalid", /cannot resolve registry\.invalid/, /of this machine/],
    ["Error: getaddrinfo EAI_AGAIN ghcr.io", /cannot resolve ghcr\.io/, /of this machine/],
    [
      "Error: ERR: Feature 'ghcr.io/x/y:1' could not be processed.  You may not have permission to access this Feature.",
      /: Feature 'ghcr\.io\/x\/y:1' could not be processed/,
      /cowork logs/,
    ],
    [
      "SystemError [ERR_SYSTEM_ERROR]: A system error occurred: uv_os_get_passwd returned ENOENT (no such file or directory)",
      /uv_os_get_passwd/,
      /cowork logs/,
    ],
  ])("is found above the stack trace after a crash: %s", (line, why, hint) => {
    const error = failed([...begin, ["other", line], ["other", "    at GetAddrInfoReqWrap (node:dns:123:26)"]], {});
    expect(error.message).toMatch(why);
    expect(error.hint).toMatch(hint);
  });
});

describe("a build that fails", () => {
  const build = (output: string): Printed[] => [...begin, ["start", "Run: docker build -f x -t y ."], ["raw", output]];
  const result = { message: "Command failed: docker build -f x", description: "An error occurred building the image." };

  test("is reported with the step, its exit code and the end of its output", () => {
    const output = [
      "Sending build context to Docker daemon  5.679kB",
      "Step 1/2 : FROM base",
      " ---> 3f2929d5bec9",
      "Step 2/2 : RUN echo building; echo oops-build >&2; exit 3",
      " ---> Running in 2ea4b325be0a",
      "oops-build",
      "building",
      "The command '/bin/sh -c echo building; echo oops-build >&2; exit 3' returned a non-zero code: 3",
    ].join("\n");
    expect(failed(build(output), result).message).toBe(
      "It did not come up: RUN echo building; echo oops-build >&2; exit 3 ended with exit code 3: oops-build | building.",
    );
  });

  test("is reported in the same way with BuildKit", () => {
    const output = [
      "#9 [dev 2/2] RUN make",
      "#9 0.301 make: no rule",
      '#9 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2',
      "------",
      " > [dev 2/2] RUN make:",
      "0.301 make: no rule",
      "------",
      "Dockerfile:2",
      "--------------------",
      "   2 | >>> RUN make",
      "--------------------",
      'ERROR: failed to build: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2',
    ].join("\n");
    expect(failed(build(output), result).message).toBe(
      "It did not come up: RUN make ended with exit code 2: make: no rule.",
    );
  });

  test("is reported with the feature instead of the CLI's own step", () => {
    const output = [
      "Step 20/23 : RUN chmod -R 0755 /tmp/dev-container-features/f_0 && ./devcontainer-features-install.sh",
      "===========================================================================",
      "Feature       : ./f",
      "===========================================================================",
      "real-reason",
      'ERROR: Feature "./f" (Unknown) failed to install!',
      "The command '/bin/sh -c chmod -R 0755 /tmp/dev-container-features/f_0 && ./devcontainer-features-install.sh' returned a non-zero code: 3",
    ].join("\n");
    expect(failed(build(output), result).message).toBe(
      "It did not come up: feature ./f ended with exit code 3: real-reason.",
    );
  });

  test.each([
    [
      "COPY failed: file not found in build context or excluded by .dockerignore: stat nothere: file does not exist",
      /stat nothere/,
      /logs/,
    ],
    [
      "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn",
      /needs BuildKit/,
      /buildx/,
    ],
    ["the --chmod option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/", /needs BuildKit/, /buildx/],
    [
      "Error response from daemon: dockerfile parse error line 9: Unknown flag: link",
      /needs BuildKit.*Unknown flag: link/,
      /buildx/,
    ],
    [
      "ERROR: failed to solve: base: failed to resolve source metadata for docker.io/library/base:1: dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host",
      /registry cannot be reached.*registry-1\.docker\.io/,
      /network/,
    ],
    ["write /var/lib/docker/x: no space left on device", /no space left on the disk/, /free disk space/],
    [
      "manifest for app:1 not found: manifest unknown: manifest unknown",
      /does not have this image.*app:1/,
      /docker login/,
    ],
    [
      "The command '/bin/sh -c curl x' returned a non-zero code: 6\ncurl: (6) Could not resolve host: example.org",
      /name could not be resolved/,
      /DNS settings of containers/,
    ],
    [
      "npm error code SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain",
      /authority that is not trusted/,
      /CA_CERTS/,
    ],
  ])("is reported in the builder's words: %s", (line, why, hint) => {
    const error = failed(build(line), result);
    expect(error.message).toMatch(why);
    expect(error.hint).toMatch(hint);
  });

  test.each([
    ["write /var/lib/docker/x: no space left on device", "DISK_FULL"],
    ["Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "ENGINE_UNREACHABLE"],
    ["docker: unknown command: docker compose", "COMPOSE_MISSING"],
    ["Error: spawn docker-compose ENOENT", "COMPOSE_MISSING"],
    ["unable to find user joe: no matching entries in passwd file", "DEVCONTAINER_INVALID"],
  ])("has the code of its cause: %s", (line, code) => {
    expect(failed([["raw", line]]).code).toBe(code);
  });

  test("is not explained by a problem long before", () => {
    const lines = ["curl: (6) Could not resolve host: x", ...Array.from({ length: 60 }, (_, n) => `line ${n}`)];
    expect(failed(build(lines.join("\n")), result).message).toBe("It did not come up: line 59.");
  });
});

describe("line numbers of a Dockerfile", () => {
  const ours = ["LABEL cowork.project=x", "LABEL cowork.home=y"];
  async function translated(text: string, reported: string): Promise<string> {
    const outline = await outlineDockerfile(text);
    const blocks = new Map(outline.stages.map((_, index) => [index, ours]));
    return dockerfileTranslation(text, insertAfterFrom(text, outline, blocks))(reported);
  }

  test("are those of the user's file, after one FROM and after two", async () => {
    expect(
      await translated("FROM a\nRUN true\nNOSUCH x\n", "dockerfile parse error line 7: unknown instruction: NOSUCH"),
    ).toBe("dockerfile parse error line 3: unknown instruction: NOSUCH");
    const two = "FROM a AS one\nRUN true\n\nFROM one\nNOSUCH x\n";
    expect(await translated(two, "dockerfile parse error on line 11: unknown instruction: NOSUCH")).toBe(
      "dockerfile parse error on line 5: unknown instruction: NOSUCH",
    );
  });

  test("are removed if they cannot be found", async () => {
    expect(await translated("FROM a\n", "dockerfile parse error line 40: unknown instruction: NOSUCH")).toBe(
      "dockerfile parse error: unknown instruction: NOSUCH",
    );
  });

  test("show once that a here-document needs BuildKit", async () => {
    const text = "FROM a\nRUN <<EOF\necho a\nEOF\n";
    const line = "dockerfile parse error line 7: unknown instruction: ECHO";
    const words = await translated(text, line);
    const error = failed([["raw", line]], { translate: () => words });
    expect(error.message).toBe(
      "It did not come up: the Dockerfile needs BuildKit, and the docker client has no buildx: here-document in line 2.",
    );
    expect(error.hint).toContain("install buildx");
  });

  test("do not change anything else", async () => {
    expect(await translated("FROM a\n", "COPY failed: no such file")).toBe("COPY failed: no such file");
  });
});

test("a line that is not an event is distinguished from a program's output", () => {
  expect(parseEvent("Error: x")).toEqual({ type: "other", text: "Error: x" });
});
