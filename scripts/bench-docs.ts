// Writes the chart and the tables of docs/performance.md from docs/bench.json. `npm run bench:docs`
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderChart, renderGrowth, renderSizes, renderTable, type Report } from "../bench/report.ts";

const docs = join(import.meta.dirname, "..", "docs");
const report = JSON.parse(await readFile(join(docs, "bench.json"), "utf8")) as Report;
await writeFile(join(docs, "bench.svg"), renderChart(report));
const file = join(docs, "performance.md");
let text = await readFile(file, "utf8");
text = between(text, "table", renderTable(report));
text = between(text, "growth", renderGrowth(report));
text = between(text, "sizes", renderSizes(report));
await writeFile(file, text);

function between(whole: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [whole.indexOf(start), whole.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/performance.md has no markers for ${name}`);
  return `${whole.slice(0, from + start.length)}\n\n${content}\n\n${whole.slice(to)}`;
}
