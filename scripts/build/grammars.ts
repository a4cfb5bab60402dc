// Fetches the grammars that cowork finds functions and classes with: `npm ci` runs it, and the build makes sure of it.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { brotliCompress, constants, createGunzip } from "node:zlib";

interface Grammar {
  version: string;
  integrity: string;
  /** files of the package, and the languages that they are for */
  files: Readonly<Record<string, string>>;
}

const grammars: Readonly<Record<string, Grammar>> = {
  "tree-sitter-javascript": {
    version: "0.25.0",
    integrity: "sha512-1fCbmzAskZkxcZzN41sFZ2br2iqTYP3tKls1b/HKGNPQUVOpsUxpmGxdN/wMqAk3jYZnYBR1dd/y/0avMeU7dw==",
    files: { "tree-sitter-javascript.wasm": "javascript" },
  },
  "tree-sitter-typescript": {
    version: "0.23.2",
    integrity: "sha512-e04JUUKxTT53/x3Uq1zIL45DoYKVfHH4CZqwgZhPg5qYROl5nQjV+85ruFzFGZxu+QeFVbRTPDRnqL9UbU4VeA==",
    files: { "tree-sitter-typescript.wasm": "typescript", "tree-sitter-tsx.wasm": "tsx" },
  },
  "tree-sitter-python": {
    version: "0.25.0",
    integrity: "sha512-eCmJx6zQa35GxaCtQD+wXHOhYqBxEL+bp71W/s3fcDMu06MrtzkVXR437dRrCrbrDbyLuUDJpAgycs7ncngLXw==",
    files: { "tree-sitter-python.wasm": "python" },
  },
  "tree-sitter-go": {
    version: "0.25.0",
    integrity: "sha512-APBc/Dq3xz/e35Xpkhb1blu5UgW+2E3RyGWawZSCNcbGwa7jhSQPS8KsUupuzBla8PCo8+lz9W/JDJjmfRa2tw==",
    files: { "tree-sitter-go.wasm": "go" },
  },
  "tree-sitter-rust": {
    version: "0.24.0",
    integrity: "sha512-NWemUDf629Tfc90Y0Z55zuwPCAHkLxWnMf2RznYu4iBkkrQl2o/CHGB7Cr52TyN5F1DAx8FmUnDtCy9iUkXZEQ==",
    files: { "tree-sitter-rust.wasm": "rust" },
  },
  "tree-sitter-java": {
    version: "0.23.5",
    integrity: "sha512-Yju7oQ0Xx7GcUT01mUglPP+bYfvqjNCGdxqigTnew9nLGoII42PNVP3bHrYeMxswiCRM0yubWmN5qk+zsg0zMA==",
    files: { "tree-sitter-java.wasm": "java" },
  },
  "tree-sitter-c": {
    version: "0.24.1",
    integrity: "sha512-lkYwWN3SRecpvaeqmFKkuPNR3ZbtnvHU+4XAEEkJdrp3JfSp2pBrhXOtvfsENUneye76g889Y0ddF2DM0gEDpA==",
    files: { "tree-sitter-c.wasm": "c" },
  },
  "tree-sitter-cpp": {
    version: "0.23.4",
    integrity: "sha512-qR5qUDyhZ5jJ6V8/umiBxokRbe89bCGmcq/dk94wI4kN86qfdV8k0GHIUEKaqWgcu42wKal5E97LKpLeVW8sKw==",
    files: { "tree-sitter-cpp.wasm": "cpp" },
  },
  "tree-sitter-c-sharp": {
    version: "0.23.5",
    integrity: "sha512-xJGOeXPMmld0nES5+080N/06yY6LQi+KWGWV4LfZaZe6srJPtUtfhIbRSN7EZN6IaauzW28v6W4QHFwmeUW6HQ==",
    files: { "tree-sitter-c_sharp.wasm": "csharp" },
  },
  "tree-sitter-php": {
    version: "0.24.2",
    integrity: "sha512-zwgAePc/HozNaWOOfwRAA+3p8yhuehRw8Fb7vn5qd2XjiIc93uJPryDTMYTSjBRjVIUg/KY6pM3rRzs8dSwKfw==",
    files: { "tree-sitter-php.wasm": "php" },
  },
  "tree-sitter-ruby": {
    version: "0.23.1",
    integrity: "sha512-d9/RXgWjR6HanN7wTYhS5bpBQLz1VkH048Vm3CodPGyJVnamXMGb8oEhDypVCBq4QnHui9sTXuJBBP3WtCw5RA==",
    files: { "tree-sitter-ruby.wasm": "ruby" },
  },
};

const root = join(import.meta.dirname, "../..");
/** `{language}.wasm.br`, and a folder for each package with its licence; `src/assets-stored.ts` reads the former. */
const folder = join(root, "node_modules/.cache/cowork-grammars");
const list = join(folder, "list");

/** The folders that hold the packages' `package.json` and licence, relative to the root of the source tree. */
export const grammarPackages = (): string[] =>
  Object.keys(grammars).map((name) => `node_modules/.cache/cowork-grammars/${name}`);

/** Does nothing if exactly these grammars are there. Takes about three seconds otherwise, and the npm registry or npm's cache. */
export async function ensureGrammars(): Promise<void> {
  const wanted = createHash("sha256").update(JSON.stringify(grammars)).digest("hex");
  if ((await readFile(list, "utf8").catch(() => "")) === wanted) return;
  const work = await mkdtemp(join(tmpdir(), "cowork-grammars-"));
  try {
    const made = join(work, "made");
    await mkdir(made);
    const packed = await pack(work);
    for (const [name, grammar] of Object.entries(grammars)) {
      const tarball = await readFile(join(work, packed.get(name) ?? ""));
      await unpack(tarball, { name, ...grammar }, made);
    }
    await writeFile(join(made, "list"), wanted);
    await place(made);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Downloads the packages with npm itself, which knows the user's registry, proxy and cache. Returns file names by package. */
async function pack(target: string): Promise<Map<string, string>> {
  const specs = Object.entries(grammars).map(([name, { version }]) => `${name}@${version}`);
  const args = ["pack", "--json", "--prefer-offline", "--ignore-scripts", "--pack-destination", target, ...specs];
  // Outside the source tree, where npm would look at our own package.
  const { stdout } = await promisify(execFile)("npm", args, { cwd: target, maxBuffer: 64e6, timeout: 300_000 });
  const packed = JSON.parse(stdout) as { name: string; filename: string }[];
  return new Map(packed.map(({ name, filename }) => [name, filename]));
}

async function unpack(
  tarball: Buffer,
  { name, integrity, files }: Grammar & { name: string },
  target: string,
): Promise<void> {
  const [{ checkData }, { extract }, { buffer }] = await Promise.all([
    import("ssri"),
    import("tar-stream"),
    import("node:stream/consumers"),
  ]);
  checkData(tarball, integrity, { error: true });
  await mkdir(join(target, name));
  const found = new Set<string>();
  for await (const entry of Readable.from([tarball]).pipe(createGunzip()).pipe(extract())) {
    const member = entry.header.name.replace(/^package\//, "");
    const language = files[member];
    const content = await buffer(entry);
    if (language !== undefined) {
      await writeFile(join(target, `${language}.wasm.br`), await compress(content));
      found.add(member);
    } else if (/^(?:LICENSE|package\.json)$/.test(member)) await writeFile(join(target, name, member), content);
  }
  const missing = Object.keys(files).filter((file) => !found.has(file));
  if (missing.length > 0) throw new Error(`${name} does not contain ${missing.join(", ")}`);
}

/** A higher quality takes 35 s for all and saves a tenth. */
async function compress(content: Buffer): Promise<Buffer> {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: content.length };
  return await promisify(brotliCompress)(content, { params });
}

/** Renamed into place as a whole. The temporary folder can be on another disk, so it is copied next to its place first. */
async function place(made: string): Promise<void> {
  const { cp } = await import("node:fs/promises");
  const beside = `${folder}.${process.pid}`;
  await mkdir(join(folder, ".."), { recursive: true });
  await cp(made, beside, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(beside, folder);
}
