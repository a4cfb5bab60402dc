/** npm's own list of its configuration keys; @types/npmcli__config leaves it out. */
declare module "@npmcli/config/lib/definitions/index.js" {
  import type Config from "@npmcli/config";

  const lists: Pick<Config.Options, "definitions" | "flatten" | "shorthands">;
  export default lists;
}
