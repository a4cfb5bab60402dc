import { signal } from "@preact/signals";
import type { Token, Tokens } from "marked";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { loadPiece } from "../lazy/load-piece.ts";

/** Longer texts are shown as they are: reading them would take long. */
const maxLength = 64 * 1024;
const maxDepth = 100;

/** Undefined until it is loaded. */
const reader = signal<((text: string) => Token[]) | undefined>(undefined);

async function loadReader(): Promise<void> {
  if (reader.value !== undefined) return;
  reader.value = (await loadPiece(async () => await import("../lazy/read-markdown.ts"))).readMarkdown;
}

/** Text of an agent, in Markdown. It becomes elements, never HTML: HTML in it is shown as text, and images as links. */
export function Markdown({ text }: { text: string }): JSX.Element {
  const read = reader.value;
  // Without the reader the text shows as it is.
  useEffect(() => void loadReader().catch(() => undefined), []);
  const tokens = useMemo(() => tokensOf(text, read), [text, read]);
  return <div class="markdown">{tokens === undefined ? <pre class="words">{text}</pre> : blocks(tokens)}</div>;
}

function tokensOf(text: string, read: ((text: string) => Token[]) | undefined): Token[] | undefined {
  if (text.length > maxLength) return undefined;
  try {
    const tokens = read?.(text);
    return tokens !== undefined && isFlat(tokens) ? tokens : undefined;
  } catch {
    // Nested too deeply to be read.
    return undefined;
  }
}

/** Whether it can be drawn: deeper texts than people write are shown as they are. */
function isFlat(tokens: readonly Token[]): boolean {
  let level: object[] = [...tokens];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return false;
    level = level
      .flatMap((token) =>
        Object.values(token).flatMap((part: unknown) => (Array.isArray(part) ? (part.flat() as unknown[]) : [])),
      )
      .filter((part): part is object => typeof part === "object" && part !== null);
  }
  return true;
}

type Show = (token: Token) => ComponentChildren;

const blocks = (tokens: readonly Token[] = []): ComponentChildren => tokens.map((token) => show(token));
const inner = (token: Token): ComponentChildren =>
  "tokens" in token && token.tokens !== undefined ? blocks(token.tokens) : text(token);
const text: Show = (token) => ("text" in token ? String(token.text) : token.raw);

const kinds: Record<string, Show> = {
  space: () => null,
  def: () => null,
  heading: (token) => heading(token as Tokens.Heading),
  paragraph: (token) => <p>{inner(token)}</p>,
  text: inner,
  escape: text,
  strong: (token) => <strong>{inner(token)}</strong>,
  em: (token) => <em>{inner(token)}</em>,
  del: (token) => <del>{inner(token)}</del>,
  codespan: (token) => <code>{text(token)}</code>,
  code: (token) => (
    <pre tabIndex={0}>
      <code>{text(token)}</code>
    </pre>
  ),
  blockquote: (token) => <blockquote>{inner(token)}</blockquote>,
  list: (token) => list(token as Tokens.List),
  table: (token) => table(token as Tokens.Table),
  hr: () => <hr />,
  br: () => <br />,
  link: (token) => link((token as Tokens.Link).href, inner(token)),
  image: (token) => link((token as Tokens.Image).href, <>image: {text(token)}</>),
};

/** HTML and whatever else is not known shows as it was written. */
function show(token: Token): ComponentChildren {
  return (kinds[token.type] ?? (() => token.raw))(token);
}

/** All on one level below the page's own headings: an agent may leave levels out. They differ in size. */
function heading(token: Tokens.Heading): JSX.Element {
  return <h3 class={`depth-${token.depth}`}>{inner(token)}</h3>;
}

function list({ ordered, start, items }: Tokens.List): JSX.Element {
  const rows = items.map((item) => (
    <li>
      {item.task ? (item.checked === true ? "☑ " : "☐ ") : null}
      {blocks(item.tokens.filter(({ type }) => type !== "checkbox"))}
    </li>
  ));
  return ordered ? <ol start={typeof start === "number" ? start : 1}>{rows}</ol> : <ul>{rows}</ul>;
}

function table({ header, rows }: Tokens.Table): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {header.map((cell) => (
              <th scope="col">{blocks(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{blocks(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Only addresses of the web are links; the address itself shows on hover, because the text can say anything. */
function link(href: string, content: ComponentChildren): ComponentChildren {
  if (!/^(?:https?|mailto):/i.test(href)) return <span class="no-link">{content}</span>;
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer">
      {content}
    </a>
  );
}
