export interface SseMessage {
  event: string;
  data: string;
  id?: string;
}

/** Longest message that is read; longer ones end the stream. */
const maxMessage = 4 * 1024 ** 2;

/** Reads a stream of server-sent events as its text arrives. */
export class SseParser {
  private rest = "";
  private data: string[] = [];
  private event = "message";
  private id: string | undefined;

  /** Takes the next part of the stream. @returns the messages that are complete now; comments are left out */
  push(chunk: string): SseMessage[] {
    const text = this.rest + chunk;
    // A line end may be cut in the middle: `\r` waits for the next part.
    const lines = text.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    if (this.rest.length > maxMessage) throw new Error("a message of the stream is too long");
    return lines.flatMap((line) => this.take(line));
  }

  private take(line: string): SseMessage[] {
    if (line === "") return this.finish();
    const colon = line.indexOf(":");
    if (colon === 0) return [];
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.data.push(value);
    else if (name === "event") this.event = value;
    else if (name === "id") this.id = value;
    return [];
  }

  private finish(): SseMessage[] {
    const { data, event, id } = this;
    [this.data, this.event] = [[], "message"];
    if (data.length === 0) return [];
    return [{ event, data: data.join("\n"), ...(id === undefined ? {} : { id }) }];
  }
}
