// Fetches the grammars, if they are not there: `npm ci` runs this.
import { ensureGrammars } from "./build/grammars.ts";

await ensureGrammars();
