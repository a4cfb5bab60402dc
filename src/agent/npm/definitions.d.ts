/** npm's list of its configuration keys, which @types/npmcli__config lacks. */
declare module "@npmcli/config/lib/definitions/index.js" {
  import type Config from "@npmcli/config";

  const lists: Pick<Config.Options, "definitions" | "flatten" | "shorthands">;
  export default lists;
}
