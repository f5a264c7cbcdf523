/** Chromium with one page, opened from a file, and what every scenario does with it. */

import { deflateRawSync } from "node:zlib";
import { chromium } from "playwright-core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ARGUMENTS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--hide-scrollbars",
];

/** Start a browser with a profile of its own; `settings` are those of a context. */
export async function withBrowser(executablePath, settings, work) {
  const profile = await mkdtemp(join(tmpdir(), "separatrix-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath, headless: false, args: ARGUMENTS, viewport: { width: 1280, height: 800 }, ...settings,
  });
  try {
    return await work(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** Return a link to a document, as the page writes it. */
export function linkTo(doc) {
  return `#1.${deflateRawSync(JSON.stringify({ ...doc, epoch: 0 })).toString("base64url")}`;
}

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

  static async open(context, path, hash = "") {
    const playground = new Playground(await context.newPage());
    await playground.page.goto(`${pathToFileURL(path)}${hash}`);
    await playground.page.getByRole("button", { name: /^(Play|Pause)$/ }).waitFor();
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
      await this.page.waitForTimeout(40);
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
