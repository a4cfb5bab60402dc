import { defineConfig } from "vitest/config";

// Four projects, by what they need: unit nothing, integration an engine, e2e an engine and the built file,
// soak all of it and time. Files that use the engine run one after another: two cores and one engine are shared.
const minutes = (n: number): number => n * 60_000;

const engine = "test/support/global-engine.ts";
const build = "test/support/global-build.ts";

const onTheEngine = {
  fileParallelism: false,
  testTimeout: minutes(3),
  hookTimeout: minutes(5),
};

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
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
