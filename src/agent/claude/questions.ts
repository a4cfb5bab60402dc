import type { JsonObject } from "../../contract/common.ts";
import type { AskedApproval } from "../at-work.ts";
import { asList, asObject, asText } from "../input/json.ts";

type Questions = NonNullable<AskedApproval["questions"]>;

/** The questions of `AskUserQuestion`; undefined if they have another form, or two have the same text, which answers go by. */
export function readQuestions(input: JsonObject): Questions | undefined {
  const found: Questions = [];
  for (const one of asList(input["questions"])) {
    const entry = asObject(one);
    const question = asText(entry?.["question"]);
    if (entry === undefined || question === undefined || found.some((other) => other.question === question))
      return undefined;
    const options = asList(entry["options"]).map((option) => ({
      label: asText(asObject(option)?.["label"]) ?? "",
      description: asText(asObject(option)?.["description"]) ?? "",
    }));
    if (options.length === 0 || options.some(({ label }) => label === "")) return undefined;
    const header = asText(entry["header"]) ?? "";
    found.push({ question, header, multiple: entry["multiSelect"] === true, options });
  }
  return found.length === 0 ? undefined : found;
}
