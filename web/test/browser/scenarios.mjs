/** What a person does with the page, from its opening to a file that is carried away. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Playground } from "./pages.mjs";
import { COLOURS, loadAxe, free, fits, stopped, open, field, weightOf, points, diverge, setRate, setSpeed, dragAnEdge, people } from "./steps.mjs";

const TOY = "spiral.html";

/** Each gets the browser's context and the folder with the pages. */
export const SCENARIOS = [
  {
    name: "it plays by itself within ten seconds",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "circles.html"));
      await page.until("an epoch", async () => (await page.epoch) > 0, 10_000);
      await page.done();
    },
  },
  {
    name: "with reduced motion it waits for Play",
    settings: { reducedMotion: "reduce" },
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "circles.html"));
      assert.match(await page.says(), /Press Play/);
      await page.page.waitForTimeout(2000);
      assert.equal(await page.epoch, 0);
      await page.button("Play").click();
      await page.until("an epoch", async () => (await page.epoch) > 0);
      await page.done();
    },
  },
  {
    name: "play, pause, and steps of an epoch and of a batch",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, TOY), "", false);
      await page.button("Play").click();
      await page.until("an epoch", async () => (await page.epoch) > 0);
      await page.pause();
      const before = await page.epoch;
      await page.button("One epoch on").click();
      await page.until("an epoch", async () => (await page.epoch) === before + 1);
      await page.button("One batch on").click();
      await page.until("a batch", async () => /Batch 1 of/.test(await page.says()));
      assert.equal(await page.epoch, before + 1);
      assert.equal(await page.page.locator(".nums small").first().textContent(), "epoch, batch 1");
      await page.button("One epoch back").click();
      await page.until("back", async () => (await page.epoch) === before + 1);
      await page.done();
    },
  },
  {
    name: "the loss curve rewinds exactly",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY), 12);
      await page.seek(11);
      await open(page, 0, 2);
      const weight = await weightOf(page, 0), loss = await page.loss;
      await page.page.getByRole("slider", { name: "Epoch" }).press("End");
      await page.until("the end", async () => (await page.epoch) >= 12);
      assert.notEqual(await weightOf(page, 0), weight);
      await page.seek(11);
      assert.equal(await weightOf(page, 0), weight);
      assert.equal(await page.loss, loss);
      await page.done();
    },
  },
  {
    name: "a rewound run goes on as a branch",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY), 11);
      await page.seek(10);
      await page.page.getByLabel("Rate").press("ArrowRight");
      await page.button("One epoch on").click();
      await page.until("epoch 11", async () => (await page.epoch) === 11);
      assert.equal(await page.page.locator(".branch").count(), 1);
      await page.done();
    },
  },
  {
    name: "a weight is edited in the card and by dragging, and undone",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY), 5);
      await open(page, 0, 0);
      const before = await weightOf(page, 0);
      await field(page, 0).fill("2.5");
      await field(page, 0).press("Tab");
      await page.until("the edit", async () => (await weightOf(page, 0)) === "2.500");
      assert.match(await page.says(), /You changed a weight/);
      await page.page.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
      await page.until("the old weight", async () => (await weightOf(page, 0)) === before);
      await page.page.keyboard.press("Escape");
      const dragged = await dragAnEdge(page);
      assert.notEqual(dragged.before, dragged.after);
      await page.done();
    },
  },
  {
    name: "a frozen weight stays",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY), 3);
      await open(page, 0, 1);
      await page.page.getByRole("button", { name: "Freeze Weight from x₁" }).click();
      const frozen = await weightOf(page, 0), free = await weightOf(page, 1);
      const epoch = await page.epoch;
      await page.button("Play").click();
      await page.until("ten epochs", async () => (await page.epoch) > epoch + 10);
      await page.pause();
      assert.equal(await weightOf(page, 0), frozen);
      assert.notEqual(await weightOf(page, 1), free);
      await page.done();
    },
  },
  {
    name: "points are drawn and erased, with the mouse and with keys",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.button("Draw").click();
      await page.button("Clear").click();
      await page.until("two points", async () => (await points(page)) === 2);
      await page.until("why", async () => /Two points are left/.test(await page.says()));
      const area = page.page.getByRole("application");
      const box = await area.boundingBox();
      await page.page.mouse.move(box.x + 60, box.y + 60);
      await page.page.mouse.down();
      for (let k = 1; k <= 10; k++) await page.page.mouse.move(box.x + 60 + 20 * k, box.y + 60 + 5 * k);
      await page.page.mouse.up();
      await page.until("a stroke", async () => (await points(page)) > 8);
      const drawn = await points(page);
      await area.focus();
      await area.press("ArrowLeft");
      await area.press("Enter");
      await page.until("one more", async () => (await points(page)) === drawn + 1);
      await page.button("Erase").click();
      await page.page.mouse.move(box.x + 80, box.y + 65);
      await page.page.mouse.down();
      await page.page.mouse.up();
      await page.until("fewer", async () => (await points(page)) < drawn + 1);
      const left = await points(page);
      await page.until("what was erased", async () => new RegExp(`^\\D*${drawn + 1 - left} points? erased`).test(await page.says()));
      await page.done();
    },
  },
  {
    name: "a dropped CSV is used, and one row can be asked for",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.drop("people.csv", people(200));
      await page.page.getByRole("dialog").getByLabel("Predict", { exact: true }).selectOption("member");
      await page.button("Use it").click();
      await page.until("the rows", async () => (await points(page)) === 200);
      await page.button("Play").click();
      await page.until("epochs", async () => (await page.epoch) > 5);
      await page.page.getByRole("tab", { name: "Ask" }).click();
      await page.page.getByRole("tabpanel").getByLabel("age").fill("60");
      const shares = await page.page.getByRole("tabpanel").locator("output").allTextContents();
      assert.equal(shares.length, 2);
      assert.ok(Math.abs(shares.reduce((sum, text) => sum + parseFloat(text), 0) - 100) < 0.11, shares.join());
      await page.done();
    },
  },
  {
    name: "ten classes have a confusion matrix, and a table with numbers to predict has none",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      const rows = Array.from({ length: 200 }, (_, k) => `${k % 10},${(k * 7) % 13},class ${k % 10},${k}.5`);
      await page.drop("ten.csv", ["a,b,digit,c", ...rows].join("\n"));
      await page.page.getByRole("dialog").getByLabel("Predict", { exact: true }).selectOption("digit");
      await page.button("Use it").click();
      await page.until("the rows", async () => (await points(page)) === 200);
      await page.page.getByRole("tab", { name: "Boundary" }).press("ArrowLeft");
      const counts = await page.page.getByRole("tabpanel").locator("td").allTextContents();
      assert.equal(counts.length, 100);
      assert.equal(counts.reduce((sum, text) => sum + Number(text), 0), 67); // a third of 200 rows is held back
      await page.drop("ten.csv", ["a,b,c", ...Array.from({ length: 60 }, (_, k) => `${k % 9},${k % 7},${k}.5`)].join("\n"));
      await page.page.getByRole("dialog").getByLabel("Predict", { exact: true }).selectOption("c");
      await page.button("Use it").click();
      await page.until("the rows", async () => (await points(page)) === 60);
      assert.deepEqual(await page.page.getByRole("tab").allTextContents(), ["Prediction", "Ask"]);
      assert.equal(await page.page.getByRole("tab", { name: "Prediction" }).getAttribute("aria-selected"), "true");
      await page.done();
    },
  },
  {
    name: "nothing in a hostile CSV runs",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      const evil = "</script><script>document.title='ran'</script>", image = '"<img src=x onerror=""document.title=\'ran\'"">"';
      const rows = [`${evil},שלום,${image},${"x".repeat(10_000)},😀`];
      for (let k = 0; k < 40; k++) rows.push(`${k},${k % 7},${k % 2 ? image : evil},${k % 3},${k % 2 ? `${evil}a` : "b"}`);
      await page.drop(`${evil}.csv`, rows.join("\n"));
      await page.button("Use it").click();
      await page.until("the rows", async () => (await points(page)) === 40);
      assert.notEqual(await page.page.title(), "ran");
      assert.ok((await page.page.locator(".crumb").textContent()).includes("</script>"));
      assert.equal(await page.page.locator(".sx img, .sx script").count(), 0);
      await page.done();
    },
  },
  {
    name: "files that are no table get a sentence, and the page lives on",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      const files = { "empty.csv": "", "one.csv": "a\n1\n2\n", "header.csv": "a,b\n", "binary.csv": Buffer.from([137, 80, 78, 71, 0, 0, 1, 2, 3, 0, 0, 255]) };
      for (const [name, content] of Object.entries(files)) {
        await page.drop(name, content);
        const alert = page.page.getByRole("dialog").getByRole("alert");
        await alert.waitFor();
        assert.match(await alert.textContent(), /[a-z]{3,}.*\./, name);
        await page.button("Close").click();
      }
      await page.button("One epoch on").click();
      await page.done();
    },
  },
  {
    name: "reading ends at once when it is cancelled or its sheet is closed, and nothing of the file stays",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      const before = await page.page.locator(".crumb").textContent();
      // Files without an end: only the page can end their reading.
      const streams = await page.page.evaluateHandle(() => {
        const counts = { begun: 0, ended: 0 };
        File.prototype.stream = () => new ReadableStream({
          start: () => void counts.begun++,
          pull: async (controller) => {
            await new Promise((done) => setTimeout(done, 5));
            controller.enqueue(new TextEncoder().encode("1,2,3\n".repeat(9000)));
          },
          cancel: () => void counts.ended++,
        });
        return counts;
      });
      const counts = async () => Object.values(await streams.jsonValue());
      const dialog = page.page.getByRole("dialog");
      await page.drop("endless.csv", people(50));
      await dialog.getByText(/^Reading endless.csv: /).waitFor();
      await page.button("Cancel").click();
      await dialog.getByText("Reading was cancelled; nothing has changed.").waitFor();
      await dialog.getByText("Choose a file").waitFor();
      assert.deepEqual(await counts(), [1, 1]);
      await page.button("Close").click();
      for (const close of [() => page.button("Close").click(), () => page.page.keyboard.press("Escape")]) {
        await page.drop("endless.csv", people(50));
        await dialog.getByText(/^Reading endless.csv: /).waitFor();
        await close();
        await dialog.waitFor({ state: "detached" });
      }
      await page.until("the end of all streams", async () => (await counts()).join() === "3,3");
      assert.equal(await page.page.locator(".crumb").textContent(), before);
      await page.button("Play").click();
      await page.until("epochs", async () => (await page.epoch) > 3);
      await page.done();
    },
  },
  {
    name: "a file in UTF-16 and ragged rows are read, and said",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.drop("utf16.csv", Buffer.from(`\ufeff${people(60)}31,4\n`, "utf16le"));
      await page.page.getByRole("dialog").getByText("1 row without exactly 4 cells is left out.").waitFor();
      await page.button("Use it").click();
      await page.until("the rows", async () => (await points(page)) === 60);
      await page.done();
    },
  },
  {
    name: "points around a typed graph",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.page.getByText("blobs, waves, a graph").click();
      await page.button("Graph").click();
      const dialog = page.page.getByRole("dialog");
      await dialog.getByLabel("f(x) =").fill("alert(1)");
      await dialog.getByRole("alert").waitFor();
      await dialog.getByLabel("f(x) =").fill("x^2 - 0.5");
      await page.button("Use it").click();
      await page.until("its points", async () => (await points(page)) === 400);
      await page.done();
    },
  },
  {
    name: "a run that diverges stops, keeps the last good state and says so",
    async run(context, folder) {
      const page = await stopped(context, join(folder, "diabetes.html"));
      await diverge(page);
      assert.match(await page.says(), /Lower the rate, now 10/);
      assert.ok(Number.isFinite(await page.loss));
      await setRate(page, "0.001");
      await page.button("Start again").click();
      await page.button("Play").click();
      await page.until("epochs", async () => (await page.epoch) > 5);
      await page.done();
    },
  },
  {
    name: "a training that failed is named, and not carried on to other data",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.page.getByLabel("Optimiser").selectOption("sgd");
      await setRate(page, "10");
      await page.button("Play").click();
      await page.until("epochs", async () => (await page.epoch) > 30);
      await setSpeed(page, "lowest");
      await page.until("the rate is named", async () => /the rate, 10, is too large/.test(await page.says()));
      await page.button("XOR").click();
      await page.until("the sentence", async () => /the first ones again/.test(await page.says()));
      assert.equal(await page.page.getByLabel("Optimiser").inputValue(), "adam");
      assert.equal(await page.page.getByLabel("Rate").getAttribute("aria-valuetext"), "0.03");
      await page.until("the sentence gives way", async () => !/the first ones again/.test(await page.says()));
      await page.done();
    },
  },
  {
    name: "the circles end with the tutorial's fact",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "circles.html"));
      await setSpeed(page, "highest");
      await page.until("the fact", async () => /is 0\.6090, as in the tutorial/.test(await page.says()), 60_000);
      assert.equal(await page.epoch, 130);
      await page.done();
    },
  },
  {
    name: "a saved model has its weights on the screen",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "model.html"));
      await page.page.waitForTimeout(1500);
      assert.equal(await page.epoch, 0);
      assert.match(await page.says(), /of a trained network/);
      await open(page, 0, 0);
      assert.equal(await weightOf(page, 0), "0.250");
      assert.equal(await weightOf(page, 2), "-1.500");
      await page.done();
    },
  },
  {
    name: "a saved ensemble has the columns of its table, and the network shown is exported",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "ensemble.html"));
      await page.until("the sentence", async () => /shows network 2 of its 2, with the largest weight \(75%\)/.test(await page.says()));
      assert.deepEqual(await page.page.locator(".unit .name").allTextContents(), ["age", "> 20", "> 41", "job=cook", "=nurse", "=(missing)"]);
      await page.page.getByRole("tab", { name: "Ask" }).click();
      const panel = page.page.getByRole("tabpanel");
      const asked = [];
      for (const [age, job] of [["33", "cook"], ["60", "nurse"], ["", "cook"], ["41", "(empty)"], ["", "(empty)"]]) {
        await panel.getByLabel("age").fill(age);
        await panel.getByLabel("job").selectOption({ label: job });
        await page.page.waitForTimeout(300);
        asked.push({ age: age && Number(age), job: job === "(empty)" ? "" : job, yes: await panel.locator("output").nth(1).textContent() });
      }
      await page.button("Export").click();
      await page.download(() => page.page.getByRole("menuitem", { name: /^Model model/ }).click(), join(folder, "ensemble"));
      await page.button("Export").click();
      await page.download(() => page.page.getByRole("menuitem", { name: /^Python code/ }).click(), join(folder, "ensemble"));
      await writeFile(join(folder, "ensemble", "asked.json"), JSON.stringify(asked));
      await setSpeed(page, "lowest");
      await page.button("Play").click();
      await page.until("the note gives way", async () => !/largest weight/.test(await page.says()), 9000);
      await page.pause();
      await page.page.locator(".data summary", { hasText: "Notes" }).click();
      await page.page.locator(".data details[open]", { hasText: "The model is an ensemble" }).waitFor();
      await page.done();
    },
  },
  {
    name: "a date is asked for as a date, and an empty one is a missing one",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "dates.html"));
      await page.page.getByRole("tab", { name: "Ask" }).click();
      const panel = page.page.getByRole("tabpanel");
      assert.deepEqual(await panel.locator("label").allTextContents(), ["joined", "seen", "at", "hours"]);
      const asked = [];
      for (const row of [["2020-02-29", "2024-01-03T10:30", "17:45", "3"], ["", "2024-01-03T10:30", "17:45", "3"], ["2021-12-31", "", "06:30", ""]]) {
        for (const [k, name] of ["joined", "seen", "at", "hours"].entries()) await panel.getByLabel(name).fill(row[k]);
        await page.page.waitForTimeout(300);
        asked.push({ row, yes: await panel.locator("output").nth(1).textContent() });
      }
      await writeFile(join(folder, "dates.json"), JSON.stringify(asked));
      await page.done();
    },
  },
  {
    name: "two components hold their share of the standardised inputs",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "diabetes.html"));
      await page.page.getByLabel("Shown").selectOption("components");
      // scikit-learn's PCA of the standardised columns: 0.402 + 0.149.
      await page.until("the share", async () => /hold 55 % of the variance of the standardised inputs/.test(await page.page.locator(".planes").textContent()));
      await page.done();
    },
  },
  {
    name: "where no cell was empty, an empty one has no answer",
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, "model.html"));
      await page.page.getByRole("tab", { name: "Ask" }).click();
      const panel = page.page.getByRole("tabpanel"), bars = panel.getByRole("group", { name: "Prediction" });
      await panel.getByLabel("x₁").fill("");
      await page.until("no answer", async () => /^No answer: .* empty cell of x1\./.test(await bars.textContent()));
      await panel.getByLabel("x₁").fill("1.05");
      assert.equal(await panel.getByLabel("x₁").inputValue(), "1.05");
      await page.until("an answer", async () => /%/.test(await bars.textContent()));
      await page.done();
    },
  },
  {
    name: "a graph has points where its function has values, and no others",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.page.getByText("More", { exact: true }).click();
      await page.button("Graph").click();
      const formula = page.page.getByLabel("f(x) ="), use = page.button("Use it");
      await formula.fill("1/0");
      await page.page.getByText("has no value for x from −1 to 1").waitFor();
      assert.ok(await use.isDisabled());
      await formula.fill("sqrt(x^2 - 0.25)");
      const lines = (await page.page.locator(".graph path").last().getAttribute("d")).match(/M/g);
      assert.equal(lines.length, 2);
      await use.click();
      await page.until("its points", async () => (await points(page)) === 400);
      await page.done();
    },
  },
  {
    name: "a link with an edited weight opens with the same losses, and with nothing to undo",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY), 6);
      await open(page, 0, 1);
      await field(page, 0).fill("1.5");
      await field(page, 0).press("Enter");
      await page.until("a branch", async () => /You changed a weight/.test(await page.says()));
      assert.ok(await page.button("Redo").isDisabled());
      await page.page.locator(".acts").getByRole("button", { name: "Undo" }).click();
      await page.page.locator(".acts").getByRole("button", { name: "Redo" }).click();
      await page.button("One epoch on").click();
      const losses = await page.page.locator(".nums b").allTextContents();
      await page.page.locator(".act.main").click();
      await page.until("the sentence", async () => /link is copied|does not allow copying/.test(await page.says()));
      const again = await Playground.open(context, join(folder, TOY), await page.page.evaluate(() => location.hash));
      await again.until("the losses", async () => (await again.page.locator(".nums b").allTextContents()).slice(1).join() === losses.slice(1).join());
      for (const name of ["Undo", "Redo"]) assert.ok(await again.page.locator(".acts").getByRole("button", { name }).isDisabled());
      await page.done();
      await again.done();
    },
  },
  {
    name: "a copied link opens as the page was",
    async run(context, folder) {
      const page = await stopped(context, join(folder, "circles.html"), 7);
      await page.button("One unit more in layer 1").click();
      await page.page.getByLabel("Optimiser").selectOption("lion");
      for (let k = 0; k < 5; k++) await page.button("One epoch on").click();
      await page.until("five epochs", async () => (await page.epoch) === 5);
      const loss = await page.loss;
      await page.page.locator(".act.main").click();
      await page.until("the sentence", async () => /link is copied|does not allow copying/.test(await page.says()));
      const hash = await page.page.evaluate(() => location.hash);
      assert.match(hash, /^#1\.[\w-]{50,1500}$/);
      const again = await Playground.open(context, join(folder, TOY), hash);
      await again.until("the epoch", async () => (await again.epoch) === 5);
      assert.equal(await again.loss, loss);
      assert.match(await again.page.locator(".crumb").textContent(), /Circles · 500 points · 2–5–1/);
      assert.equal(await again.page.getByLabel("Optimiser").inputValue(), "lion");
      await page.done();
      await again.done();
    },
  },
  {
    name: "a broken link, and one of a newer page, get a sentence",
    async run(context, folder) {
      for (const [hash, sentence] of [["#1.broken", /link is broken/], ["#99.eJw", /version 99/], ["#spiral", /link is broken/]]) {
        const page = await Playground.open(context, join(folder, "circles.html"), hash);
        await page.until("the sentence", async () => sentence.test(await page.says()));
        await page.button("One epoch on").click();
        await page.until("an epoch", async () => (await page.epoch) === 1);
        await page.done();
      }
    },
  },
  {
    name: "everything is exported",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY), 6);
      const files = [];
      for (const item of ["Model model", "Model as JSON", "Python code", "Data", "Boundary as PNG", "Boundary as SVG", "Network as PNG", "Network as SVG", "Loss as PNG", "Loss as SVG"]) {
        await page.button("Export").click();
        files.push(await page.download(() => page.page.getByRole("menuitem", { name: new RegExp(`^${item}`) }).click(), folder));
      }
      assert.equal(new Set(files).size, 10);
      await page.page.getByRole("tab", { name: "Ask" }).click();
      const panel = page.page.getByRole("tabpanel");
      const asked = [];
      for (const [a, b] of [[0.5, -0.25], [-0.75, 0.125], [0, 1]]) {
        await panel.getByLabel("x₁").fill(String(a));
        await panel.getByLabel("x₂").fill(String(b));
        await page.page.waitForTimeout(300);
        asked.push({ row: [a, b], star: await panel.locator("output").nth(1).textContent() });
      }
      await writeFile(join(folder, "asked.json"), JSON.stringify(asked));
      await page.done();
    },
  },
  {
    name: "no state has a serious finding of axe",
    run: (context, folder) => everyStateIsFree(context, folder, null),
  },
  {
    name: "no state has a serious finding of axe in the dark",
    settings: { colorScheme: "dark" },
    run: (context, folder) => everyStateIsFree(context, folder, COLOURS), // all else in the document is as in the light
  },
  {
    name: "no width scrolls sideways",
    async run(context, folder) {
      const page = await stopped(context, join(folder, "diabetes.html"));
      for (const width of [320, 360, 640, 760, 1000, 1280, 2560]) {
        await page.page.setViewportSize({ width, height: 800 });
        await fits(page, `${width}`);
        await open(page, 0, 0);
        await fits(page, `${width} with a card`);
        await page.page.keyboard.press("Escape");
        await page.button("Your CSV").click();
        await fits(page, `${width} with a sheet`);
        await page.button("Close").click();
      }
      await page.done();
    },
  },
  {
    name: "a finger plays, opens a card and draws on a phone",
    settings: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
    async run(context, folder) {
      const page = await Playground.open(context, join(folder, TOY));
      await page.until("an epoch", async () => (await page.epoch) > 0);
      await page.button("Pause").tap();
      await page.page.locator('[data-unit="0,0"]').tap();
      await page.page.getByRole("dialog").waitFor();
      await page.button("Close").tap();
      const small = await page.page.evaluate(() => [...document.querySelectorAll(".tb, .pm, .act, .tabs button")].filter((button) => button.checkVisibility() && button.getBoundingClientRect().height < 33).map((button) => button.outerHTML));
      assert.deepEqual(small, []);
      await page.button("Draw").tap();
      const before = await points(page);
      await page.page.getByRole("application").tap({ position: { x: 40, y: 40 } });
      await page.until("a point", async () => (await points(page)) === before + 1);
      await page.done();
    },
  },
  {
    name: "layers and units come and go",
    async run(context, folder) {
      const page = await stopped(context, join(folder, TOY));
      await page.button("Add a layer after layer 2").click();
      await page.button("One unit more in layer 1").click();
      await page.until("the network", async () => /2–9–6–6–1/.test(await page.page.locator(".crumb").textContent()));
      for (const layer of [3, 2, 1]) await page.button(`Remove layer ${layer}`).click();
      await page.until("the line", async () => /2–1$/.test(await page.page.locator(".crumb").textContent()));
      await page.page.waitForTimeout(1500); // quick changes of one kind are one step of undo
      await page.button("Add a layer after the inputs").click();
      await page.until("a layer", async () => /2–4–1$/.test(await page.page.locator(".crumb").textContent()));
      await page.button("Undo").click();
      await page.until("the line again", async () => /2–1$/.test(await page.page.locator(".crumb").textContent()));
      for (let layer = 0; layer < 6; layer++) await page.button(layer ? `Add a layer after layer ${layer}` : "Add a layer after the inputs").click();
      await page.until("six layers", async () => (await page.page.locator(".head[role=group]").count()) === 6);
      assert.deepEqual(await page.page.locator(".head.ends b").allTextContents(), ["Inputs", "Output"]);
      await page.done();
    },
  },
];

/** Go through the main states of the page, and check each with rules of axe, or with all. */
async function everyStateIsFree(context, folder, rules) {
  const page = await stopped(context, join(folder, TOY), 3);
  await loadAxe(page);
  const isFree = (state) => free(page, state, rules);
  const close = () => page.page.keyboard.press("Escape");
  const tab = (name) => page.page.getByRole("tab", { name }).click();
  await isFree("the first screen");
  await open(page, 0, 0);
  await isFree("a unit's card");
  await close();
  await page.button("Export").click();
  await isFree("the menu");
  await close();
  await page.button("Draw").click();
  await isFree("drawing");
  for (const fold of await page.page.locator("aside summary").all()) await fold.click();
  await isFree("all settings");
  await page.button("Graph").click();
  await page.page.getByRole("dialog").getByLabel("f(x) =").fill("alert(1)");
  await isFree("a wrong graph");
  await page.button("Close").click();
  await page.drop("one.csv", "a\n1\n2\n");
  await page.page.getByRole("alert").waitFor();
  await isFree("a file that is no table");
  await page.button("Close").click();
  await page.drop("people.csv", people(50));
  await page.button("Use it").waitFor();
  await isFree("columns");
  await page.button("Use it").click();
  await isFree("a table");
  await tab("Ask");
  await isFree("Ask");
  await tab("Confusion matrix");
  await isFree("the confusion matrix");
  await page.button("Waves").click();
  await diverge(page);
  await isFree("a run that diverged");
  await page.done();
}
