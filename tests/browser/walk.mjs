// Opens pages in the browser and tells what the accessibility checker finds in each.
// Asked: { pages: [file], views: [{ scheme, width }], checked, screenshots }: the checker is asked only where checked is
// true. A page is loaded once and then put into each view: nothing in it can tell one view from another but its style.
// Told: a list of { page, scheme, width, violations, passes, incomplete, requests, errors, overflow, scripts, cut }: how
// many scripts it holds, and which texts of charts are cut off at the left.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// Every rule is applied all the same; of those that a page meets, no list of all elements is made.
const CHECK = { resultTypes: ["violations"] };

export async function walked(browser, asked) {
  const found = [];
  for (const path of asked.pages) {
    const page = await browser.newPage();
    const url = pathToFileURL(path).href;
    const requests = [], errors = [];
    page.on("request", (one) => { if (one.url() !== url && !one.url().startsWith("data:")) requests.push(one.url()); });
    page.on("pageerror", (one) => errors.push(String(one)));
    page.on("console", (one) => { if (one.type() === "error") errors.push(one.text()); });
    await seen(page, asked.views[0]);
    await page.goto(url);
    if (asked.checked) {
      await page.evaluate(axe);  // by the debugger's way, which the policy of the page does not forbid
    }
    for (const view of asked.views) {
      await seen(page, view);
      found.push({ page: path, ...view, ...await looked(page, asked.checked) });
      if (asked.screenshots) {
        const name = `${basename(dirname(path))}-${basename(path, ".html")}-${view.scheme}-${view.width}.png`;
        await page.screenshot({ path: join(asked.screenshots, name), fullPage: false });
      }
    }
    await page.close();
    // What was asked for and went wrong in any view is told of all.
    found.filter((one) => one.page === path).forEach((one) => Object.assign(one, { requests, errors }));
  }
  return found;
}

async function seen(page, view) {
  await page.emulateMedia({ colorScheme: view.scheme });
  await page.setViewportSize({ width: view.width, height: 900 });
}

async function looked(page, isChecked) {
  const told = isChecked
    ? await page.evaluate((how) => window.axe.run(document, how), CHECK)
    : { violations: [], passes: [], incomplete: [] };
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const scripts = await page.evaluate(() => document.scripts.length);
  const cut = await page.evaluate(() => [...document.querySelectorAll("svg text")]
    .filter((text) => text.getBoundingClientRect().left < text.closest("svg").getBoundingClientRect().left)
    .map((text) => text.textContent));
  return {
    overflow, scripts, cut,
    passes: told.passes.length, incomplete: told.incomplete.map((one) => one.id),
    violations: told.violations.map((one) => ({
      rule: one.id, impact: one.impact, help: one.help,
      nodes: one.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    })),
  };
}
