import * as fc from "fast-check";

/** Fragments that two parsers of a `docker run` option may read differently: fields, quotes, upper case, repeats. */
const noise = ["", "x", "a=b", "alias=x", '"', '""', ",", "=", ":", " ", "\t", "\n", "İ", "readonly", "ro"];

const fields = (names: readonly string[], values: readonly string[]): fc.Arbitrary<string> => {
  const name = fc
    .constantFrom(...names)
    .chain((one) => fc.constantFrom(one, one.toUpperCase(), ` ${one}`, one[0]?.toUpperCase() + one.slice(1)));
  const plain = fc.tuple(name, fc.constantFrom(...values)).map((pair) => pair.join("="));
  const quoted = plain.map((field) => `"${field}"`);
  const half = fc.tuple(name, fc.constantFrom(...values)).map(([key, value]) => `${key}="${value}"`);
  const field = fc.oneof({ weight: 6, arbitrary: plain }, quoted, half, fc.constantFrom(...noise));
  return fc.array(field, { minLength: 1, maxLength: 4 }).map((all) => all.join(","));
};

export const networks = fc.oneof(
  fields(["name"], ["bridge", "none", "host", "default", "HOST", "container:x", ""]),
  fc.constantFrom(
    "bridge",
    "none",
    "host",
    "default",
    "Host",
    "bridge,host",
    "container:x",
    "",
    "name=",
    "host,name=bridge",
  ),
);

/** @param clone path of the session's clone, @param outside a folder outside it */
export function mounts(clone: string, outside: string): fc.Arbitrary<string> {
  return fields(
    ["type", "source", "src", "target", "dst", "destination"],
    ["bind", "volume", "tmpfs", "BIND", clone, `${clone}/sub`, outside, "/data", "vol", `${clone}/../..`],
  );
}

export function volumes(clone: string, outside: string): fc.Arbitrary<string> {
  const part = fc.constantFrom(
    clone,
    `${clone}/sub`,
    outside,
    "vol",
    "/data",
    "",
    "ro",
    "rw",
    "rshared",
    "z",
    ",",
    `${clone}/..`,
    '"',
  );
  return fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(":"));
}

export const ports: fc.Arbitrary<string> = fc.oneof(
  fields(["published", "target", "protocol", "x"], ["80", "8080", "tcp", "udp", "0.0.0.0", "127.0.0.1"]),
  fc
    .array(fc.constantFrom("80", "8080", "80-81", "80/udp", "0.0.0.0", "[::]", "", "target=80,published=8081", "x="), {
      minLength: 1,
      maxLength: 4,
    })
    .map((parts) => parts.join(":")),
);
