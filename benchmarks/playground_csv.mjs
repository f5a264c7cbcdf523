/**
 * Time the playground's page with a CSV of 10 000 rows and eight columns: node benchmarks/playground_csv.mjs PAGE.html
 *
 * A page answers again when the task ends that its main thread works on, so what counts is the longest task, while the
 * file is read, while it is put to use, and while the network trains on it. The processor time of a task (CDP, Tracing)
 * depends little on how busy the machine is; the time on the clock does. Needs what playground.mjs needs.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const PAGES = join(dirname(fileURLToPath(import.meta.url)), "../web/test/browser/pages.mjs");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const { withBrowser, Playground } = await import(pathToFileURL(PAGES));

/** Return six columns of numbers, one of texts, and a target of two classes; a row is computed from its number. */
function table() {
  const share = (row, column) => ((row * 7919 + column * 104729) % 9973) / 9973;
  const rows = Array.from({ length: 10_000 }, (_, row) => {
    const numbers = [0, 1, 2, 3, 4, 5].map((column) => (100 * share(row, column)).toFixed(3));
    return [...numbers, ["red", "green", "blue"][row % 3], share(row, 0) + share(row, 1) > 1 ? "yes" : "no"].join();
  });
  return ["a,b,c,d,e,f,colour,member", ...rows].join("\n");
}

/** Print the longest tasks of the page's main thread while `work` runs. */
async function longest(cdp, what, work) {
  const events = [];
  const collect = ({ value }) => events.push(...value);
  cdp.on("Tracing.dataCollected", collect);
  await cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "__metadata"] } });
  await work();
  const complete = new Promise((done) => cdp.once("Tracing.tracingComplete", done));
  await cdp.send("Tracing.end");
  await complete;
  cdp.off("Tracing.dataCollected", collect);
  const thread = ({ pid, tid }) => `${pid} ${tid}`;
  const main = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
  const tasks = events.filter((event) => event.ph === "X" && event.name.endsWith("RunTask") && main.has(thread(event)));
  const most = (name) => (Math.max(0, ...tasks.map((task) => task[name] ?? 0)) / 1000).toFixed(0);
  console.log(`${what}: ${tasks.length} tasks, the longest ${most("tdur")} ms of processor time, ${most("dur")} ms on the clock`);
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("node benchmarks/playground_csv.mjs PAGE.html");
const folder = await mkdtemp(join(tmpdir(), "separatrix-"));
const csv = join(folder, "table.csv");
await writeFile(csv, table());
await withBrowser(CHROMIUM, {}, async (context) => {
  const playground = await Playground.open(context, path);
  const { page } = playground;
  await page.waitForTimeout(2000); // it starts by itself
  if (await playground.button("Pause").count()) await playground.button("Pause").click();
  const cdp = await context.newCDPSession(page);
  await longest(cdp, "Reading", async () => {
    await playground.button("Your CSV").click();
    await page.locator("input[type=file]").setInputFiles(csv);
    await playground.button("Use it").waitFor();
  });
  await longest(cdp, "Putting it to use", async () => {
    await playground.button("Use it").click();
    await page.waitForTimeout(2000);
  });
  await longest(cdp, "Training on it", async () => {
    await playground.button("Play").click();
    await page.waitForTimeout(3000);
  });
  if (playground.faults.length) throw new Error(playground.faults.join("\n"));
}).finally(() => rm(folder, { recursive: true, force: true }));
