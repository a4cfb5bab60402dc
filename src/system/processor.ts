const processors = new Map<string, "x64" | "arm64">([
  ["x86_64", "x64"],
  ["amd64", "x64"],
  ["aarch64", "arm64"],
  ["arm64", "arm64"],
]);

/** Maps the output of `uname -m` to npm's name of the architecture. Undefined for an unsupported one. */
export function processorOf(machine: string): "x64" | "arm64" | undefined {
  return processors.get(machine);
}
