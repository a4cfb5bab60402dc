import type { DevcontainerPlan } from "../../../src/devcontainer/types.ts";

/** The plan of a configuration without content. Tests replace what matters to them. */
export const emptyPlan: DevcontainerPlan = {
  kind: "image",
  path: ".devcontainer/devcontainer.json",
  config: {},
  changes: [],
  findings: [],
  trustHash: "",
  hasLockfile: false,
  files: [],
  cloneBinds: [],
};
