// The system's Chromium, without a window or a network of its own, in a profile of its own.
// Arguments: its path and the folder of the profile. Standard input: a line of JSON a request, { does, ... }; what is to
// be done is said in the file of that name. Standard output: a line of JSON an answer, { told } or { failed }.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { walked } from "./walk.mjs";
import { walkedByKeyboard } from "./keyboard.mjs";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const DONE = { walk: walked, keyboard: walkedByKeyboard };

const [, , path, profile] = process.argv;
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: path, args: FLAGS, ignoreDefaultArgs: ["--headless=old"],
});
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = await DONE[asked.does](browser, asked).then((told) => ({ told }), (error) => ({ failed: error.stack }));
  console.log(JSON.stringify(answer));
}
await browser.close();
