// Walks a page by keyboard alone, from its top to the first trail of a line of trade.
// Asked: { page }. Told: what was met on the way.
import { pathToFileURL } from "node:url";

const MOST_STEPS = 400;

export async function walkedByKeyboard(browser, asked) {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(asked.page).href);
  const hash = () => page.evaluate(() => location.hash);
  const told = {};

  await page.keyboard.press("Tab");
  told.first = await page.evaluate(() => document.activeElement.textContent);
  told.first_is_seen = await page.evaluate(() => document.activeElement.getBoundingClientRect().top >= 0);
  await page.keyboard.press("Enter");
  told.first_leads_to = await hash();

  let target = null;
  for (let step = 0; step < MOST_STEPS && target === null; step += 1) {
    await page.keyboard.press("Tab");
    target = await page.evaluate(() => {
      const link = document.activeElement.getAttribute("href") || "";
      return /^#trail-[0-9]+$/.test(link) ? link : null;
    });
  }
  told.target = target;
  if (target !== null) {
    told.outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    await page.keyboard.press("Enter");
    told.link_leads_to = await hash();
    const trail = page.locator(target);
    told.trail_is_seen = await trail.evaluate((one) => {
      const box = one.getBoundingClientRect();
      return box.top < innerHeight && box.bottom > 0;
    });
    // The link opens what hides its target: nothing is left to be pressed.
    told.trail_is_open = await trail.evaluate((one) => one.closest("details").open);
    told.trail = await trail.innerText();
  }
  await page.close();
  return told;
}
