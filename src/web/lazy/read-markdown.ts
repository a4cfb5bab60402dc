import { lexer } from "marked";

// A file of its own, which is loaded when the first text of an agent is shown.

/** Splits Markdown into tokens. */
export const readMarkdown = (text: string): ReturnType<typeof lexer> => lexer(text);
