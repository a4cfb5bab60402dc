import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { lightFolders } from "./test/support/light-folders.ts";

// Seven projects: unit and unit-light need nothing, integration an engine, e2e an engine and the built file, browser Chromium besides,
// pictures makes those of the docs, soak takes hours.
// Files that use the engine run three at a time, because they wait for the engine more than they compute.
const minutes = (n: number): number => n * 60_000;

const engine = "test/support/global-engine.ts";
const build = "test/support/global-build.ts";
const browser = "test/support/global-browser.ts";

// vitest's default of one second is too short on a busy machine
const patient = { expect: { poll: { timeout: 20_000 } } };

const onTheEngine = {
  ...patient,
  maxWorkers: 3,
  testTimeout: minutes(6),
  hookTimeout: minutes(5),
  // After the unit tests, so that failures that need no engine show in the first minutes.
  sequence: { groupOrder: 2 },
  // Every test removes what it made, by label. Testcontainers' cleanup would have to pull an image.
  env: { TESTCONTAINERS_RYUK_DISABLED: "true" },
};

/** The files that took longest in CI, longest first. They need not be complete or exact: this only orders them. */
const longest = [
  "e2e/install-fresh-machine",
  "browser/main-job",
  "e2e/kinds",
  "e2e/remote/broken",
  "integration/clone/hostile",
  "e2e/work",
  "integration/devcontainer/image-authorities",
  "integration/devcontainer/image",
  "e2e/host-reach",
  "e2e/agent",
  "e2e/trust",
  "integration/devcontainer/template-image",
  "integration/agent/stopped-mid-refresh",
  "e2e/codex",
  "integration/agent/codex",
  "e2e/lifecycle",
  "e2e/failures",
  "e2e/same-as-devcontainer",
  "unit/clone/unsaved",
  "unit/session/clean/clean",
  "unit/session/verbs",
  "unit/clone/unsaved/holdings",
];

/** vitest starts the largest files first. A long test in a small file would start last, and the other workers would wait for it. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of vitest, not of an array
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return at === -1 ? longest.length : at;
    };
    return sorted.toSorted((one, other) => place(one) - place(other));
  }
}

const light = `test/unit/{${lightFolders.join(",")}}/**/*.test.ts`;

const unit = {
  ...patient,
  // Not 0: in that group vitest runs projects with one worker last.
  sequence: { groupOrder: 1 },
  maxWorkers: 2,
  // Only catches hangs: a busy machine takes four times as long, and no test asserts a time.
  testTimeout: minutes(1),
  hookTimeout: minutes(1),
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: { ...unit, name: "unit", include: ["test/unit/**/*.test.ts"], exclude: [light] },
      },
      {
        test: { ...unit, name: "unit-light", include: [light], isolate: false },
      },
      {
        test: {
          ...onTheEngine,
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: [engine],
        },
      },
      {
        test: {
          ...onTheEngine,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: [engine, build],
        },
      },
      {
        test: {
          ...onTheEngine,
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          // By itself: a browser drops its connections whenever the network of a container comes or goes.
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
          testTimeout: minutes(3),
          globalSetup: [browser, engine, build],
        },
      },
      {
        test: {
          ...onTheEngine,
          name: "pictures",
          include: ["test/pictures/**/*.test.ts"],
          globalSetup: [browser, engine, build],
        },
      },
      {
        test: {
          ...onTheEngine,
          name: "soak",
          include: ["test/soak/**/*.test.ts"],
          testTimeout: minutes(120),
          globalSetup: [engine, build],
        },
      },
    ],
  },
});
