import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Four projects, by what they need: unit nothing, integration an engine, e2e an engine and the built file,
// soak all of it and time. Of the files that use the engine three run at a time: they wait for it more than they compute.
const minutes = (n: number): number => n * 60_000;

const engine = "test/support/global-engine.ts";
const build = "test/support/global-build.ts";

// what is waited for has as long as a busy machine needs: one second is vitest's own
const patient = { expect: { poll: { timeout: 20_000 } } };

const onTheEngine = {
  ...patient,
  maxWorkers: 3,
  testTimeout: minutes(6),
  hookTimeout: minutes(5),
  // After the unit tests: a mistake that needs no engine to be seen is seen in the first minutes.
  sequence: { groupOrder: 2 },
  // Every test removes what it made, by label; testcontainers would fetch an image to do the same.
  env: { TESTCONTAINERS_RYUK_DISABLED: "true" },
};

/** vitest begins with the largest files. The one test that sets up a whole machine is small, and must not be the last to begin. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of vitest, not of an array
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith("install-fresh-machine.test.ts");
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...patient,
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          // Not 0: of that group vitest puts projects with one worker at the very end.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          // for hangs alone: a busy machine takes four times as long for the same work, and no test asserts a time
          testTimeout: minutes(1),
          hookTimeout: minutes(1),
        },
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
          name: "soak",
          include: ["test/soak/**/*.test.ts"],
          testTimeout: minutes(120),
          globalSetup: [engine, build],
        },
      },
    ],
  },
});
