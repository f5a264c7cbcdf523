/** Chromium, a page opened from a file, and what every scenario does with it. */

import { deflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const ARGUMENTS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--hide-scrollbars",
  // All pages of a context in one process: a new process for each takes a fifth of the time of opening a page.
  "--renderer-process-limit=1", "--disable-site-isolation-trials",
];

/** Start a browser, and end it after the work. */
export async function withBrowser(executablePath, work) {
  const browser = await chromium.launch({ executablePath, headless: false, args: ARGUMENTS });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** Make a context, which has a profile of its own; `settings` are Playwright's. */
export async function withContext(browser, settings, work) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
  await context.newPage(); // keeps the process between two scenarios
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

/** Return a link to a document, as the page writes it. */
export function linkTo(doc) {
  return `#1.${deflateRawSync(JSON.stringify({ ...doc, epoch: 0 })).toString("base64url")}`;
}

const POLL = 80; // ms; a question costs the page and Node some milliseconds
const opened = new WeakMap();

/** Return what went wrong on the pages that are open. */
export function faultsOf(context) {
  return context.pages().flatMap((page) => opened.get(page)?.faults ?? []);
}

/** A page of the playground. `faults` are errors, messages of the policy, and requests for anything but the file. */
export class Playground {
  faults = [];

  constructor(page) {
    this.page = page;
    opened.set(page, this);
    page.on("pageerror", (error) => this.faults.push(error.stack ?? error.message));
    page.on("console", (message) => { if (message.type() === "error") this.faults.push(message.text()); });
    page.on("request", (request) => { if (!/^(file|blob|data):/.test(request.url())) this.faults.push(`request ${request.url()}`); });
    page.on("dialog", (dialog) => { this.faults.push(`dialog ${dialog.message()}`); void dialog.dismiss(); });
  }

  /** Open a page; without `plays` it does not play by itself, which it decides as it opens. */
  static async open(context, path, hash = "", plays = true) {
    const playground = new Playground(await context.newPage());
    const { page } = playground;
    if (!plays) await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${pathToFileURL(path)}${hash}`);
    await page.getByRole("button", { name: /^(Play|Pause)$/ }).waitFor();
    if (!plays) await page.emulateMedia({ reducedMotion: "no-preference" });
    return playground;
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  get epoch() {
    return this.number(0);
  }

  get loss() {
    return this.number(1);
  }

  async number(place) {
    return Number((await this.page.locator(".nums b").nth(place).textContent()).replace(/\s/g, ""));
  }

  async says() {
    return await this.page.locator(".say").textContent();
  }

  async until(what, holds, ms = 15_000) {
    const end = Date.now() + ms;
    while (!(await holds())) {
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}; the narrator says: ${await this.says()}`);
      await sleep(POLL);
    }
  }

  async pause() {
    if (await this.button("Pause").isVisible()) await this.button("Pause").click();
    await this.button("Play").waitFor();
  }

  async seek(epoch) {
    await this.page.getByRole("slider", { name: "Epoch" }).focus();
    await this.page.keyboard.press("Home");
    await this.until("the first epoch", async () => (await this.epoch) === 0);
    for (let k = 0; k < Math.floor(epoch / 10); k++) await this.page.keyboard.press("PageUp");
    for (let k = 0; k < epoch % 10; k++) await this.page.keyboard.press("ArrowRight");
    await this.until(`epoch ${epoch}`, async () => (await this.epoch) === epoch);
  }

  async drop(name, content) {
    const transfer = await this.page.evaluateHandle(([title, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], title));
      return data;
    }, [name, [...Buffer.from(content)]]);
    await this.page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  }

  async download(trigger, folder) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), trigger()]);
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }

  async done() {
    if (this.faults.length) throw new Error(`faults on the page:\n${this.faults.join("\n")}`);
    await this.page.close();
  }
}
