import { describe } from "vitest";
import { temporaryHome } from "../support/home/home.ts";
import { sharedLogin } from "../support/stand-in/shared-login.ts";

describe("the shared login, as the tests' own user", () => {
  sharedLogin(temporaryHome);
});
