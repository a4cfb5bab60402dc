import { expect, test } from "vitest";
import { createClassifier } from "../../../../src/merging/classes/classifier.ts";
import type { ChangedFile, Classification } from "../../../../src/merging/classes/types.ts";
import { changedFile } from "../../../support/merging/changed-file.ts";

// What keeps false alarms away, and what must not be missed because of it. The right answers were written down by hand.

const classifier = createClassifier();
const judge = async (...files: ChangedFile[]): Promise<Classification> => await classifier.classify(files);
const signals = ({ signs }: Classification): string[] =>
  signs.map(({ signal, certain, name }) => `${signal}${certain ? "" : "?"} ${name}`);

/** Ours changes the first file, theirs the second. */
const apart = async (
  [path, before, ours]: [string, string, string],
  [other, base, theirs]: [string, string, string],
): Promise<string[]> =>
  signals(await judge(changedFile(path, [before, ours, before]), changedFile(other, [base, base, theirs])));

const uses = (call: string): [string, string] => [
  "export const a = () => {\n  work();\n};\n",
  `export const a = () => {\n  work();\n  ${call};\n};\n`,
];

test("a common name says nothing", async () => {
  expect(
    await apart(["a.ts", "export function get(a) {}\n", "export function get(a, b) {}\n"], ["b.ts", ...uses("get(1)")]),
  ).toEqual([]);
});

test("a common name says something through the object itself", async () => {
  const list = (min: string, nonempty: string): string =>
    `class List {\n  min(n) {\n    return ${min};\n  }\n  gap = 1;\n  nonempty() {\n    return ${nonempty};\n  }\n}\n`;
  const found = await judge(
    changedFile("a.ts", [list("n", "1"), list("this.clone(n)", "1"), list("n", "this.min(1)")]),
  );
  expect(signals(found)).toEqual(["R3? List.min"]);
});

test("a name that two classes have is not certain, and one that many have says nothing", async () => {
  const classes = (count: number, params: string): string =>
    Array.from({ length: count }, (_, n) => `class C${n} {\n  fetchAll(${n === 0 ? params : "a"}) {}\n}\n`).join("");
  expect(await apart(["a.ts", classes(2, "a"), classes(2, "a, b")], ["b.ts", ...uses("x.fetchAll(1)")])).toEqual([
    "R2? C0.fetchAll",
  ]);
  expect(await apart(["a.ts", classes(4, "a"), classes(4, "a, b")], ["b.ts", ...uses("x.fetchAll(1)")])).toEqual([]);
});

test("tests are no source: nothing else uses what they define", async () => {
  const helper: [string, string] = ["export function makeOrder(a) {}\n", "export function makeOrder(a, b) {}\n"];
  expect(await apart(["test/orders.test.ts", ...helper], ["b.ts", ...uses("makeOrder(1)")])).toEqual([]);
  expect(await apart(["src/orders.ts", ...helper], ["test/b.test.ts", ...uses("makeOrder(1)")])).toEqual([
    "R2 makeOrder",
  ]);
});

test("a new test of a changed body says nothing", async () => {
  const body: [string, string] = [
    "export function makeOrder(a) {}\n",
    "export function makeOrder(a) {\n  other();\n}\n",
  ];
  expect(await apart(["src/orders.ts", ...body], ["test/b.test.ts", ...uses("makeOrder(1)")])).toEqual([]);
});

test("an overload or a parameter that may be left out breaks no call", async () => {
  const java = (more: string): string => `class Store {\n  int findOrder(int a) { return a; }\n${more}}\n`;
  const caller = (call: string): string => `class Shop {\n  int total() {\n    return ${call};\n  }\n}\n`;
  expect(
    await apart(
      ["Store.java", java(""), java("  int findOrder(int a, int b) { return b; }\n")],
      ["Shop.java", caller("1"), caller("s.findOrder(1)")],
    ),
  ).toEqual(["R3? Store.findOrder"]);
  const python = (params: string): string => `def find_order(${params}):\n    return 1\n`;
  const user: [string, string, string] = [
    "b.py",
    "def total():\n    return 1\n",
    "def total():\n    return find_order(1)\n",
  ];
  expect(await apart(["a.py", python("a"), python("a, deep=False")], user)).toEqual(["R3? find_order"]);
  expect(await apart(["a.py", python("a"), python("a, deep")], user)).toEqual(["R2 find_order"]);
  expect(await apart(["a.py", python("a, b=1"), python("a")], user)).toEqual(["R2 find_order"]);
});

test("a constructor that takes something else matters to those who use the class", async () => {
  const store = (params: string): string => `class OrderStore {\n  constructor(${params}) {}\n}\n`;
  expect(await apart(["a.js", store("a"), store("a, b")], ["b.js", ...uses("new OrderStore(1)")])).toEqual([
    "R2 OrderStore.constructor",
  ]);
});

test("a file that moved has not changed", async () => {
  const text = "export function makeOrder(a) {\n  return a;\n}\n";
  const moved = [changedFile("old.ts", [text, undefined, text]), changedFile("new.ts", [undefined, text, undefined])];
  expect(
    signals(
      await judge(
        ...moved,
        changedFile("b.ts", [...uses("makeOrder(1)")].toSpliced(1, 0, uses("")[0]) as [string, string, string]),
      ),
    ),
  ).toEqual([]);
});

test("code that moved uses nothing new", async () => {
  const split = "function one() {\n  makeOrder(1);\n}\nfunction two() {}\n";
  const joined = "function one() {}\nfunction two() {\n  makeOrder(1);\n}\n";
  expect(
    await apart(
      ["a.ts", "export function makeOrder(a) {}\n", "export function makeOrder(a, b) {}\n"],
      ["b.ts", split, joined],
    ),
  ).toEqual(["R5? makeOrder"]);
});

test("a name that the user defines itself is another one", async () => {
  const own = "export const a = () => {\n  work();\n};\n";
  expect(
    await apart(
      ["a.ts", "export function makeOrder(a) {}\n", "export function makeOrder(a, b) {}\n"],
      ["b.ts", own, `${own}function makeOrder() {}\nmakeOrder();\n`],
    ),
  ).toEqual([]);
});

test("comments and strings use nothing", async () => {
  const library: [string, string, string] = [
    "a.ts",
    "export function makeOrder(a) {}\n",
    "export function makeOrder(a, b) {}\n",
  ];
  expect(await apart(library, ["b.ts", ...uses(`log("makeOrder") /* makeOrder */`)])).toEqual([]);
  expect(await apart(library, ["b.ts", ...uses("log(`${makeOrder(1)}`)")])).toEqual(["R2 makeOrder"]);
});

test("a class is not changed by what is in it, so two methods of it collide with nothing", async () => {
  const text = (a: string, b: string): string =>
    `class Store {\n  first() {\n    ${a}\n  }\n  gap = 1;\n  second() {\n    ${b}\n  }\n}\n`;
  expect(signals(await judge(changedFile("a.ts", [text("1;", "1;"), text("2;", "1;"), text("1;", "2;")])))).toEqual([]);
});

test("files of a Go package share their names", async () => {
  const text = (value: string): string => `package shop\n\nfunc Total() int { return ${value} }\n`;
  const found = await judge(
    changedFile("shop/a.go", [undefined, text("1"), undefined]),
    changedFile("shop/b.go", [undefined, undefined, text("2")]),
  );
  expect(signals(found)).toEqual(["R4 Total"]);
});

test("a member that one removed and the other uses is found", async () => {
  const colors = (names: string): string => `export enum Color {\n  ${names}\n}\n`;
  expect(
    await apart(["a.ts", colors("Crimson, Teal"), colors("Teal")], ["b.ts", ...uses("paint(Color.Crimson)")]),
  ).toEqual(["R2 Color.Crimson"]);
});

test("what one side moved to another file cannot be imported from the old one, unless that passes it on", async () => {
  const order = "export function makeOrder(a) {\n  return a;\n}\n";
  const user: [string, string] = ["run();\n", 'import { makeOrder } from "./orders.ts";\nrun(makeOrder(1));\n'];
  const moved = async (left: string | undefined, path = "src/orders.ts"): Promise<string[]> =>
    signals(
      await judge(
        changedFile(path, [order, left, order]),
        changedFile(path.replace("orders", "new/orders"), [undefined, order, undefined]),
        changedFile(path.replace("orders", "b"), [user[0], user[0], user[1]]),
      ),
    );
  expect(await moved(undefined)).toEqual(["R2 makeOrder"]);
  expect(await moved("export const other = 1;\n")).toEqual(["R2 makeOrder"]);
  expect(await moved('export { makeOrder } from "./new/orders.ts";\n')).toEqual([]);
  // Nothing was moved that has a use; and headers are included, not imported.
  expect(await moved(order)).not.toContain("R2 makeOrder");
  const c = "int makeOrder(int a) { return a; }\n";
  const used: [string, string] = ["void run(void) {}\n", "void run(void) { makeOrder(1); }\n"];
  const inC = await judge(
    changedFile("a.c", [c, undefined, c]),
    changedFile("b.c", [undefined, c, undefined]),
    changedFile("main.c", [used[0], used[0], used[1]]),
  );
  expect(signals(inC)).toEqual([]);
});

test("a renamed file in which the other side works says nothing: git takes its changes along", async () => {
  const file = (more: string): string =>
    `export function makeOrder(a) {\n  return a;\n}\nexport function caller() {\n  work();\n${more}}\n`;
  const found = await judge(
    changedFile("old.ts", [file(""), undefined, file("  makeOrder(1);\n")]),
    changedFile("new.ts", [undefined, file(""), undefined]),
  );
  expect(signals(found)).not.toContain("R2 makeOrder");
});
