import { describe, expect, test } from "vitest";
import { steps, ownCommand, type HintPart } from "../../../src/hint.ts";
import { renderNext } from "../../../src/ui/terminal/next.ts";

const style = (_tone: string, text: string): string => text;

function lines(next: HintPart[], width = 80): string[] {
  return renderNext({ next }, { width, style });
}

describe("the next step", () => {
  test("has one command a line", () => {
    expect(lines(steps`${ownCommand("init", "a")}, or ${ownCommand("clean", "a")}`)).toEqual([
      "Next: cowork init a",
      "Or:   cowork clean a",
    ]);
    const fixed = steps`correct the configuration and commit that, then ${ownCommand("clean", "a")} and ${ownCommand("init", "a")}`;
    expect(lines(fixed)).toEqual([
      "Next: correct the configuration and commit that, then cowork clean a",
      "Then: cowork init a",
    ]);
    const created = steps`${ownCommand("init", "a")} creates it again; ${ownCommand("clean", "a")} removes what is left`;
    expect(lines(created)).toEqual([
      "Next: cowork init a creates it again",
      "      cowork clean a removes what is left",
    ]);
    const unsaved = steps`save it: ${ownCommand("pull", "a")}; copy .env out of /clone; ${"or "}discard it: ${ownCommand("clean", "a", "--force")}`;
    expect(lines(unsaved)).toEqual([
      "Next: save it: cowork pull a",
      "      copy .env out of /clone",
      "Or:   discard it: cowork clean a --force",
    ]);
    const logs = steps`${ownCommand("logs", "a")}, then try again: ${ownCommand("init", "a")}`;
    expect(lines(logs)).toEqual(["Next: cowork logs a", "Then: try again: cowork init a"]);
    const three = steps`${ownCommand("connect", "a")} to fix it, then ${ownCommand("init", "a")} to run it again; after a change: ${ownCommand("start", "a", "--rebuild")}`;
    expect(lines(three)).toEqual([
      "Next: cowork connect a to fix it",
      "Then: cowork init a to run it again",
      "      after a change: cowork start a --rebuild",
    ]);
  });

  test("is wrapped at spaces, and commands and paths stay whole", () => {
    const text =
      "check the files in /home/a-person/.cowork/state/a-project-with-a-name-a-session-with-a-name and try again";
    expect(lines([text], 40)).toEqual([
      "Next: check the files in",
      "      /home/a-person/.cowork/state/a-project-with-a-name-a-session-with-a-name",
      "      and try again",
    ]);
    const command = "docker rm -f one-container another-container";
    expect(lines([command], 30)).toEqual([`Next: ${command}`]);
    expect(lines(["use: ", ownCommand("config", "set", "BASE_IMAGE", "debian")], 30)).toEqual([
      "Next: use:",
      "      cowork config set BASE_IMAGE debian",
    ]);
  });

  test("is plain text, also if a host sent it", () => {
    expect(lines(["\u001B[31mred\u001B[0m"])).toEqual(["Next: red"]);
    expect(renderNext({ hint: "cowork doctor" }, { width: 80, style })).toEqual(["Next: cowork doctor"]);
    expect(renderNext({}, { width: 80, style })).toEqual([]);
  });
});
