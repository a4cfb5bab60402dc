import { describe } from "vitest";
import { temporaryHome } from "../support/home/home.ts";
import { sharedLogin } from "../support/stand-in/shared-login.ts";

describe("the shared login of the tests' user", () => {
  sharedLogin(temporaryHome);
});
