import { c, cpp } from "./queries/c.ts";
import { csharp } from "./queries/csharp.ts";
import { go } from "./queries/go.ts";
import { java } from "./queries/java.ts";
import { javascript, javascriptFields, jsx } from "./queries/javascript.ts";
import { php } from "./queries/php.ts";
import { python } from "./queries/python.ts";
import { ruby } from "./queries/ruby.ts";
import { rust } from "./queries/rust.ts";
import { typescript } from "./queries/typescript.ts";

/** The languages that cowork can find entities in, each with the query that finds them. The names are those of the grammars' assets. */
export const queries = {
  javascript: javascript + javascriptFields + jsx,
  typescript: javascript + typescript,
  tsx: javascript + typescript + jsx,
  python,
  go,
  rust,
  java,
  c,
  cpp: c + cpp,
  csharp,
  php,
  ruby,
} as const;

export type Language = keyof typeof queries;

const extensions: Readonly<Record<string, Language>> = {
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  py: "python",
  pyi: "python",
  go: "go",
  rs: "rust",
  java: "java",
  c: "c",
  // A superset of C as far as headers go.
  h: "cpp",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  hh: "cpp",
  hpp: "cpp",
  hxx: "cpp",
  cs: "csharp",
  php: "php",
  rb: "ruby",
  rake: "ruby",
};

/** By the extension; undefined for a file in a language without a grammar. */
export function languageOf(path: string): Language | undefined {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(extensions, extension) ? extensions[extension] : undefined;
}
