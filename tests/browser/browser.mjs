// The system's Chromium, without a window or a network of its own, in a profile of its own.
import { chromium } from "playwright-core";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];

export function opened({ chromium: path, profile }) {
  return chromium.launchPersistentContext(profile, {
    executablePath: path, args: FLAGS, ignoreDefaultArgs: ["--headless=old"],
  });
}
