// Opens pages in headless Chromium and tells what the accessibility checker finds in each.
// Standard input: { chromium, profile, pages: [file], views: [{ scheme, width, screenshot }], checked }: the checker is
// asked only where checked is true.
// Standard output: a list of { page, scheme, width, violations, passes, incomplete, requests, errors, overflow,
// scripts, cut }: how many scripts it holds, and which texts of charts are cut off at the left.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { opened } from "./browser.mjs";

const asked = JSON.parse(readFileSync(0, "utf8"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await opened(asked);
const found = [];
for (const path of asked.pages) {
  for (const view of asked.views) {
    const page = await browser.newPage();
    const url = pathToFileURL(path).href;
    const requests = [], errors = [];
    page.on("request", (one) => { if (one.url() !== url && !one.url().startsWith("data:")) requests.push(one.url()); });
    page.on("pageerror", (one) => errors.push(String(one)));
    page.on("console", (one) => { if (one.type() === "error") errors.push(one.text()); });
    await page.emulateMedia({ colorScheme: view.scheme });
    await page.setViewportSize({ width: view.width, height: 900 });
    await page.goto(url);
    let told = { violations: [], passes: [], incomplete: [] };
    if (asked.checked) {
      await page.evaluate(axe);  // by the debugger's way, which the policy of the page does not forbid
      told = await page.evaluate(() => window.axe.run(document));
    }
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    const scripts = await page.evaluate(() => document.scripts.length);
    const cut = await page.evaluate(() => [...document.querySelectorAll("svg text")]
      .filter((text) => text.getBoundingClientRect().left < text.closest("svg").getBoundingClientRect().left)
      .map((text) => text.textContent));
    if (asked.screenshots) {
      const name = `${basename(dirname(path))}-${basename(path, ".html")}-${view.scheme}-${view.width}.png`;
      await page.screenshot({ path: join(asked.screenshots, name), fullPage: false });
    }
    found.push({
      page: path, scheme: view.scheme, width: view.width, requests, errors, overflow, scripts, cut,
      passes: told.passes.length, incomplete: told.incomplete.map((one) => one.id),
      violations: told.violations.map((one) => ({
        rule: one.id, impact: one.impact, help: one.help,
        nodes: one.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
      })),
    });
    await page.close();
  }
}
await browser.close();
console.log(JSON.stringify(found));
