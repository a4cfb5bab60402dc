import { expect, test } from "vitest";
import { findToken } from "../../../src/agent/claude/store.ts";

const token = `sk-ant-oat01-${"Ab_9-".repeat(19)}AA`;
const page = (shown: string): string =>
  `\u001b[2J Login method pre-selected\r\n\r\n \u001b[32mYour OAuth token (valid for 1 year):\u001b[39m\r\n\r\n ${shown}\r\n\r\n Store this token securely. You won't be able to see it again.\r\n`;

test("the token is found in the terminal output", () => {
  expect(findToken(page(token))).toBe(token);
  expect(findToken(page(`\u001b[33m${token}\u001b[39m`))).toBe(token);
});

test.each([40, 60, 79, 107])("the token is found when it is broken into lines of %i", (columns) => {
  const lines = token.match(new RegExp(`.{1,${columns}}`, "g"))!;
  expect(findToken(page(lines.join("\r\n ")))).toBe(token);
});

test("text after the token is not taken for a part of it", () => {
  expect(findToken(` ${token}\r\n\r\n Store this`)).toBe(token);
  expect(findToken(` ${token}\r\n Store this token`)).toBe(token);
});

test("the token is found in the real program's output, with cursor moves instead of spaces", () => {
  const drawn = `\u001b[2GYour\u001b[7GOAuth\u001b[13Gtoken\r\r\n\u001b[2G\u001b[93m${token.slice(0, 58)}\u001b[39m\r\r\n\u001b[2G\u001b[93m${token.slice(58)}\u001b[39m\r\r\n\u001b[2GStore\u001b[8Gthis\r\r\n`;
  expect(findToken(drawn)).toBe(token);
});

test("without a token nothing is found", () => {
  expect(findToken("Login failed. sk-ant-api03-xxxx")).toBeUndefined();
});
