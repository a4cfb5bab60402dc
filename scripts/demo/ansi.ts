/** A run of characters with the same style. */
export interface Piece {
  text: string;
  color?: string;
  bold: boolean;
  dim: boolean;
}

// Colours 0–15, readable on a dark background.
const palette =
  "#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4 #6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff".split(
    " ",
  );

/** Parses a line of `tmux capture-pane -e` into runs. Supports only what that writes: SGR sequences. */
export function parseLine(line: string): Piece[] {
  const pieces: Piece[] = [];
  let look: Omit<Piece, "text"> = { bold: false, dim: false };
  const [first = "", ...rest] = line.split("\u001B[");
  if (first !== "") pieces.push({ ...look, text: first });
  for (const part of rest) {
    const end = part.indexOf("m");
    look = applyCodes(look, part.slice(0, end).split(/[;:]/).map(Number));
    if (end + 1 < part.length) pieces.push({ ...look, text: part.slice(end + 1) });
  }
  return pieces;
}

function applyCodes(before: Omit<Piece, "text">, codes: readonly number[]): Omit<Piece, "text"> {
  let look = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) look = { bold: false, dim: false };
    else if (code === 1) look.bold = true;
    else if (code === 2) look.dim = true;
    else if (code === 22) look = { ...look, bold: false, dim: false };
    else if (code === 39) delete look.color;
    else if (code >= 30 && code <= 37) setColor(look, palette[code - 30]);
    else if (code >= 90 && code <= 97) setColor(look, palette[code - 82]);
    else if (code === 38 && codes[at + 1] === 5) {
      setColor(look, palette[codes[at + 2] ?? 7]);
      at += 2;
    }
  }
  return look;
}

function setColor(look: Omit<Piece, "text">, color: string | undefined): void {
  if (color !== undefined) look.color = color;
}
