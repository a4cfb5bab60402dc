import { interpolate, InterpolationError, type Dialect, type Lookup } from "./interpolate.ts";

/** `NAME=value`, with or without quotes, and what may follow it; or `NAME` alone. `NAME: value` is v2 only. */
const line =
  /^(?:export[^\S\n]+)?([A-Za-z_][\w.-]*)[^\S\n]*(?:([=:])[^\S\n]*('(?:\\'|[^'])*'|"(?:\\.|[^"\\])*"|[^\n]*))?(?:[^\S\n]*#[^\n]*)?[^\S\n]*(?:\n|$)/s;

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };

/**
 * Parses a `.env` file in the same way as the given version of Compose.
 * @param lookup the environment, which overrides the file
 * @throws InterpolationError for what v2 would refuse; v1 skips such lines
 */
export function parseDotEnv(text: string, dialect: Dialect, lookup: Lookup = () => undefined): Record<string, string> {
  const values: Record<string, string> = {};
  const find: Lookup = (name) => lookup(name) ?? (Object.hasOwn(values, name) ? values[name] : undefined);
  let rest = text.replaceAll("\r\n", "\n");
  for (;;) {
    rest = rest.replace(/^(?:\s+|#[^\n]*(?:\n|$))+/, "");
    if (rest === "") return values;
    const [whole, name, sign, value = ""] = line.exec(rest) ?? [];
    const isRead = whole !== undefined && name !== undefined && !(sign === ":" && dialect === "v1");
    if (!isRead && dialect === "v2")
      throw new InterpolationError(`the line ${JSON.stringify(rest.split("\n")[0])} cannot be read`);
    rest = isRead ? rest.slice(whole.length) : rest.replace(/^[^\n]*\n?/, "");
    if (isRead && sign !== undefined) values[name] = dialect === "v1" ? valueOfV1(value, find) : valueOfV2(value, find);
  }
}

/** python-dotenv: `${NAME}` and `${NAME:-default}` are replaced everywhere, also in single quotes. No other form is. */
function valueOfV1(value: string, find: Lookup): string {
  return unquote(value, /\\([\\'"abfnrtv])/g).text.replace(
    /\$\{([^}:]*)(?::-([^}]*))?\}/g,
    (_, name: string, fallback = "") => find(name) ?? fallback,
  );
}

function valueOfV2(value: string, find: Lookup): string {
  const { text, quote } = unquote(value, /\\([\\"nrt])/g);
  if (quote === "'") return text;
  // A dollar sign that does not begin a variable stays.
  return interpolate(text.replace(/\$(?![{$A-Za-z_])/g, "$$$$"), { lookup: find, dialect: "v2" });
}

function unquote(value: string, escaped: RegExp): { text: string; quote: string } {
  const [, quote = ""] = /^(['"]).*\1$/s.exec(value) ?? [];
  if (quote === "") return { text: value.replace(/\s+#.*$/, "").trimEnd(), quote };
  const inner = value.slice(1, -1);
  if (quote === "'") return { text: inner.replace(/\\(['\\])/g, "$1"), quote };
  return { text: inner.replace(escaped, (_, one: string) => escapes[one] ?? one), quote };
}
