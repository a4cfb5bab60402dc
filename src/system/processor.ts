const processors = new Map<string, "x64" | "arm64">([
  ["x86_64", "x64"],
  ["amd64", "x64"],
  ["aarch64", "arm64"],
  ["arm64", "arm64"],
]);

/** What `uname -m` says, in the words of npm's packages. Undefined for a processor that no program of ours is made for. */
export function processorOf(machine: string): "x64" | "arm64" | undefined {
  return processors.get(machine);
}
