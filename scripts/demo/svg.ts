import stringWidth from "string-width";
import { parseLine, type Piece } from "./ansi.ts";

// In pixels. A monospace character is 0.6 em wide in the fonts that are named; textLength makes every viewer use that width.
const fontSize = 14;
const advance = 8.4;
const lineHeight = 20;
const margin = 18;
const bar = 34;

/**
 * Renders a terminal's lines (with SGR sequences) as a picture of a terminal. It contains plain text, so it can be read, searched
 * and compared.
 */
export function renderSvg(lines: readonly string[], columns: number, title: string): string {
  const width = Math.ceil(columns * advance) + 2 * margin;
  const height = bar + lines.length * lineHeight + margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}">
<style>
text { font: ${fontSize}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre; }
.b { font-weight: bold; }
.d { opacity: 0.6; }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>
${lines.flatMap(renderLine).join("\n")}
</svg>
`;
}

function renderLine(line: string, row: number): string[] {
  const y = bar + row * lineHeight + fontSize;
  let column = 0;
  const spans = parseLine(line.trimEnd()).map((piece) => {
    const x = margin + column * advance;
    const length = stringWidth(piece.text);
    column += length;
    return piece.text.trim() === "" ? "" : renderPiece(piece, x, length);
  });
  const text = spans.join("");
  return text === "" ? [] : [`<text y="${y}" xml:space="preserve">${text}</text>`];
}

function renderPiece({ text, color, bold, dim }: Piece, x: number, length: number): string {
  const classes = [bold ? "b" : "", dim ? "d" : ""].filter((name) => name !== "").join(" ");
  const attributes = [
    `x="${x.toFixed(1)}"`,
    `textLength="${(length * advance).toFixed(1)}"`,
    classes === "" ? "" : `class="${classes}"`,
    color === undefined ? "" : `fill="${color}" style="fill:${color}"`,
  ];
  return `<tspan ${attributes.filter((one) => one !== "").join(" ")}>${escape(text)}</tspan>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
