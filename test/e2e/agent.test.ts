import { describe } from "vitest";
import { ordinaryUser } from "../support/home/ordinary-user.ts";
import { sharedLogin } from "../support/stand-in/shared-login.ts";

// As the tests' own user: test/soak/agent-own-user.test.ts.
describe("the shared login, as an ordinary user of the docker group", () => {
  sharedLogin(ordinaryUser);
});
