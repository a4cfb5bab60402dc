import { expect, test } from "vitest";
import { readAsset } from "../../../../src/assets.ts";
import { createGrammars } from "../../../../src/merging/classes/grammars.ts";
import { languageOf, queries, type Language } from "../../../../src/merging/classes/languages.ts";
import { matches } from "../../../../src/merging/classes/match.ts";
import { parsePatterns } from "../../../../src/merging/classes/patterns.ts";
import { samples } from "../../../support/merging/language-samples.ts";

// The patterns are matched by code of ours; tree-sitter's own queries, which take long to compile, have to find the same.

const odd: Readonly<Partial<Record<Language, string>>> = {
  javascript: `const a = 1, b = () => 2; export let c; x.y = function () { return 1; }; class K { f = () => 1; g; static h() {} }\nvar D = class { m() {} }; const o = { k: () => 1, "s": function () {} }; function* gen() { const inner = 1; }`,
  typescript: `export const a = 1; namespace N { export const b = 2; } declare module "m" {} enum E { A, B = 2 } interface I { f(): void; p: string }\ntype T = { q: number }; abstract class K { private f = () => 1; g?: string; abstract m(): void; n(): void; n(x?: number): void {} }\nfunction over(a: string): void; function over(a: any) {}`,
  tsx: `export function View() { return <p title="t">some {text} here</p>; }`,
  python: `"""The module."""\nimport a\nfrom b import c\nX = 1\nclass K:\n    """It."""\n    y = 2\n    @property\n    def f(self):\n        "doc"\n        return 1\n`,
  go: `package a\nimport "fmt"\nconst ( A = 1; B = 2 )\nvar ( C = 3 )\ntype S struct { x, y int }\ntype I interface { M() }\nfunc (s *S) F() {}\nfunc (g *G[T]) H() {}`,
  rust: `use a::b; pub struct S { x: u8 } enum E { A, B(u8) } impl<T> X for S<T> { fn f(&self) {} } trait T { fn g(); } const C: u8 = 1; macro_rules! m { () => {} }`,
  java: `package a; import b.C; class K { int x = 1, y; enum E { A, B } record R(int a) { R {} } @interface N { int v(); } void f() {} K() {} }`,
  c: `#include <a.h>\n#define X 1\n#define F(a) (a)\nstruct s { int a, *b, c[2]; };\nint x = 1, *p = 0, q[2] = {0};\nint f(void);\nchar *g(int a) { return 0; }\nenum e { A, B = 2 };\ntypedef struct s t;`,
  cpp: `namespace n { int v = 1; class K { int a; int f(); K& g(); ~K(); }; template <class T> T h(T a) { return a; } }\nint& n::K::operator[](int i) { return x; }\nusing A = int; const char* s = R"(raw)";`,
  csharp: `using A; namespace N { class K { int a, b; public int P { get; set; } int Q => 1; event E e; void F() { int L() => 1; } } enum E { A = 1, B } delegate void D(); record R(int a); }`,
  php: `<?php namespace A; use B\\C; const X = 1, Y = 2; enum E: int { case A = 1; } trait T { private $x = 1; function f() {} } interface I { const Z = 3; function g(); }`,
  ruby: `require "a"\nmodule M\n  X = 1\n  class K\n    attr_reader :one, :two\n    private :three\n    def self.f; end\n    def ==(other); <<~TEXT\n      here\n    TEXT\n    end\n  end\nend`,
};

const texts = Object.values(samples).flatMap(({ library, user }) => [
  { language: languageOf(library.path), text: library.text({ added: "1" }) },
  { language: languageOf(user.path), text: user.text({ calls: true, more: true }) },
]);

test.each(Object.keys(queries) as Language[])(
  "patterns of %s find what tree-sitter's own query finds",
  async (name) => {
    const library = await import("web-tree-sitter");
    const grammar = await createGrammars(readAsset).load(name);
    if (grammar === undefined || grammar.parser.language === null) throw new Error("no grammar");
    const whole = new library.Query(grammar.parser.language, queries[name]);
    const own = texts.flatMap(({ language, text }) => (language === name ? [text] : []));
    for (const text of [...own, odd[name] ?? ""]) {
      const tree = grammar.parser.parse(text);
      if (tree === null) throw new Error("no tree");
      const shown = (captures: readonly { name: string; node: { startIndex: number; endIndex: number } }[]): string =>
        captures.map(({ name: what, node }) => `${what} ${text.slice(node.startIndex, node.endIndex)}`).join("\n");
      const expected = whole.matches(tree.rootNode).map(({ captures }) => shown(captures));
      const found = grammar.query
        .matches(tree.rootNode)
        .flatMap(({ captures: [root], patternIndex }) =>
          (grammar.patterns[patternIndex] ?? []).flatMap((one) =>
            root === undefined ? [] : [...matches(one, root.node)],
          ),
        )
        .map((captures) => shown(captures));
      expect(new Set(found)).toEqual(new Set(expected));
      expect(found.length).toBeGreaterThan(0);
    }
  },
);

test("a pattern that is not understood is an error, not one that finds nothing", () => {
  expect(() => parsePatterns(`((a) @x (#eq? @x "b"))`)).toThrow(/not known|start/);
  expect(() => parsePatterns("(a (b)")).toThrow(/no end/);
  expect(() => parsePatterns("a")).toThrow(/start of a pattern/);
});
