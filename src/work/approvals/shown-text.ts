/** Marks that a terminal shows as nothing, as a line break or as a space, or that change the reading direction. */
const unseen = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/gu;

/**
 * Makes every character visible that a terminal would not show: control, bidirectional and zero-width characters, fillers,
 * variation selectors, and spaces that are not the usual one. Line ends and tabs stay.
 * @returns `hidden`: whether there was any
 */
export function shownText(text: string): { text: string; hidden: boolean } {
  let hidden = !text.isWellFormed();
  const shown = text.toWellFormed().replace(unseen, (character) => {
    if (character === "\n" || character === "\t") return character;
    hidden = true;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "␡" : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
  return { text: shown, hidden };
}
