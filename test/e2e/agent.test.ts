import { describe } from "vitest";
import { ordinaryUser } from "../support/home/ordinary-user.ts";
import { sharedLogin } from "../support/stand-in/shared-login.ts";

// The same as the tests' user: test/soak/agent-own-user.test.ts.
describe("the shared login of an ordinary user in the docker group", () => {
  sharedLogin(ordinaryUser);
});
