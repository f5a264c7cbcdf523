/** Steps that scenarios share, and what they check. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Playground } from "./pages.mjs";

/** Rules of axe on colours. */
export const COLOURS = ["color-contrast", "link-in-text-block"];

export async function loadAxe(page) {
  await page.page.evaluate(await readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8"));
}

/** Check with axe that the page has no finding that is serious or worse; `rules` are those looked at, or null for all. */
export async function free(page, state, rules) {
  await page.page.waitForTimeout(250);
  // axe would first collect the style sheets and media, which no rule that is run here reads.
  const options = { resultTypes: ["violations"], preload: false, ...(rules && { runOnly: rules }) };
  const { violations, passes } = await page.page.evaluate((chosen) => globalThis.axe.run(document, chosen), options);
  assert.ok(rules ? passes.some(({ id }) => rules.includes(id)) : passes.length > 10, "axe has looked");
  const found = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(found.map(({ id, nodes }) => [state, id, nodes.map(({ html }) => html.slice(0, 160))]), []);
}

/** Check that nothing is wider than the window; after a change of its size the page may take some frames. */
export async function fits(page, state) {
  const beyond = () => page.page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.body.querySelectorAll("*")].filter((element) => !element.closest(".scroll, .menu") && element.getBoundingClientRect().right > room + 0.5).map((element) => element.outerHTML.slice(0, 120));
  });
  for (let k = 0; k < 30 && (await beyond()).length; k++) await page.page.waitForTimeout(100);
  assert.deepEqual([state, await beyond()], [state, []]);
}

/** Open a page that does not play by itself, and go to an epoch by steps: playing takes most of a scenario's time. */
export async function stopped(context, path, epoch = 1) {
  const page = await Playground.open(context, path, "", false);
  await page.button("One epoch on").focus();
  for (let k = 1; k <= epoch; k++) {
    await page.page.keyboard.press("Enter");
    await page.until(`epoch ${k}`, async () => (await page.epoch) === k); // a press during a step is none
  }
  return page;
}

/** Choose the lowest speed, at which hardly anything is painted, or the highest one. */
export async function setSpeed(page, end) {
  await page.page.locator(".dock").getByLabel("Speed").press({ lowest: "Home", highest: "End" }[end]);
}

export async function open(page, layer, unit) {
  await page.page.locator(`[data-unit="${layer},${unit}"]`).click();
  await page.page.getByRole("dialog").waitFor();
}

export function field(page, place) {
  return page.page.getByRole("dialog").locator("input[type=number]").nth(place);
}

export async function weightOf(page, place) {
  await page.page.waitForTimeout(60); // fields are written at the next frame
  return await field(page, place).inputValue();
}

export async function points(page) {
  return Number(/· ([\d\s\u202f]+) points?/.exec(await page.page.locator(".crumb").textContent())[1].replace(/\s/g, ""));
}

/** Play with a rate that is much too high. */
export async function diverge(page) {
  await page.page.getByLabel("Optimiser").selectOption("sgd");
  await setRate(page, "10");
  for (const layer of [1, 2]) await page.page.getByLabel(`Activation of layer ${layer}`).selectOption("relu");
  await page.button("Play").click();
  await page.until("the sentence", async () => /too large for a number/.test(await page.says()));
}

export async function setRate(page, text) {
  const rate = page.page.getByLabel("Rate");
  await rate.press(Number(text) > 1 ? "End" : "Home");
  for (let k = 0; k < 20 && (await rate.getAttribute("aria-valuetext")) !== text; k++) await rate.press("ArrowRight");
  assert.equal(await rate.getAttribute("aria-valuetext"), text);
}

/** Drag down from the middle of the area between inputs and first layer, until an edge is caught. */
export async function dragAnEdge(page) {
  const box = await page.page.locator(".stage").boundingBox();
  const { mouse } = page.page;
  for (let k = 0; k < 60; k++) {
    const x = box.x + box.width * 0.27, y = box.y + box.height * (0.3 + 0.4 * (k / 60));
    await mouse.move(x, y);
    const tag = page.page.locator(".tag");
    if (!(await tag.isVisible())) continue;
    const before = await tag.textContent();
    await mouse.down();
    await mouse.move(x, y - 30);
    await mouse.move(x, y - 60);
    const after = await tag.textContent();
    await mouse.up();
    return { before, after };
  }
  throw new Error("no edge was found");
}

export function people(n) {
  const rows = ["age,income,job,member"];
  for (let k = 0; k < n; k++) rows.push(`${20 + ((k * 7) % 50)},${(k * 37) % 90},${["nurse", "cook", "clerk"][k % 3]},${(k * 7) % 50 > 25 ? "yes" : "no"}`);
  return `${rows.join("\n")}\n`;
}
