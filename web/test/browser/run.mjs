/**
 * Run the scenarios in Chromium: node run.mjs CHROMIUM FOLDER.
 *
 * FOLDER holds the pages; what is downloaded goes there. Prints one line of JSON for each scenario: its name, and
 * null or what went wrong. ONLY=TEXT runs those whose name has the text.
 */

import { SCENARIOS } from "./scenarios.mjs";
import { faultsOf, withBrowser, withContext } from "./pages.mjs";

const [chromium, folder] = process.argv.slice(2);

await withBrowser(chromium, async (browser) => {
  for (const [settings, scenarios] of groups()) await inOneContext(browser, settings, scenarios);
});

function groups() {
  const found = new Map();
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(process.env.ONLY ?? ""))) {
    const key = JSON.stringify(scenario.settings ?? {});
    found.set(key, [...(found.get(key) ?? []), scenario]);
  }
  return found;
}

async function inOneContext(browser, settings, scenarios) {
  await withContext(browser, JSON.parse(settings), async (context) => {
    for (const { name, run } of scenarios) {
      let error = null;
      try {
        await run(context, folder);
      } catch (fault) {
        error = [fault.stack ?? String(fault), ...faultsOf(context)].join("\n");
        for (const page of context.pages().slice(1)) await page.close();
      }
      console.log(JSON.stringify({ name, error }));
    }
  });
}
