/** Labels of controls and of what assistive technology reads. */

import { count, fixed, loss, plural } from "./format";

/** Labels without numbers or names; an enum, as its texts then stand where they are used. */
export enum Label {
  Title = "Separatrix", Data = "Data", Learning = "Learning", Settings = "Data and settings", Points = "Points", Noise = "Noise",
  HeldOut = "Held back", Classes = "Classes", DataSeed = "Data seed", Optimizer = "Optimiser", Rate = "Rate", Batch = "Batch", Momentum = "Momentum",
  Order = "Order", FullBatch = "all", Loss = "Loss", LossLine = "Loss, penalties", L2 = "L2", L1 = "L1", InitLine = "Initial weights",
  Init = "Drawn", Seed = "Seed", UseBias = "units have a bias", StopLine = "When to stop", StopEpochs = "At epoch", StopPatience = "No gain for",
  Never = "never", Network = "Network", Inputs = "Inputs", Output = "Output", Unit = "unit", Units = "units", AddLayerShort = "Add a layer",
  Positive = "positive weight", Negative = "negative", Bias = "bias", Hint = "touch a unit to look closer, drag a line to change it",
  Result = "Result", Views = "Views", Ask = "Ask", RightTraining = "right, training", RightHeldOut = "right, held back", R2Training = "R², training",
  R2HeldOut = "R², held back", Confusion = "Confusion matrix", Training = "Training", Again = "Start again", StepBack = "One epoch back",
  StepOn = "One epoch on", BatchOn = "One batch on", Play = "Play", Pause = "Pause", Speed = "Speed", Timeline = "Epoch", Epoch = "epoch",
  LossTraining = "loss, training", LossHeldOut = "held back", Kept = "kept run", Theme = "Light or dark", Export = "Export", Link = "Copy link",
  Undo = "Undo", Redo = "Redo", Close = "Close", Keep = "Keep run", Forget = "Forget run", Draw = "Draw", Csv = "Your CSV", Formula = "Graph", MoreData = "More",
  MoreDataSummary = "blobs, waves, a graph", AtMarked = "at the marked point", FreezeUnit = "Freeze unit", UnfreezeUnit = "Unfreeze unit",
  Plot = "Result for every place. Arrow keys move the marked point.",
  DrawPlot = "Area to draw in. Arrow keys move, Enter sets a point, Delete erases.", Probability = "Probability from 0 to 1", Erase = "Erase",
  Clear = "Clear", AddClass = "One class more", PlaneOf = "Shown", PlaneColumns = "two columns", PlaneComponents = "two components",
  Across = "Across", Up = "Up", AskIntro = "Values of one row, and what the network predicts.", AskResult = "Prediction", Empty = "(empty)",
  Closer = "Look closer", HeldOutPoints = "Held-back points", PastedName = "pasted rows", DropHere = "Drop a CSV file to use it",
  FormulaTitle = "Points above and below a graph", FormulaField = "f(x) =",
  FormulaHint = "Points above the graph are of one class, those below of the other. Write it with x, numbers, + − * / ^, sin, cos, tan, exp, log, sqrt, abs.",
  Use = "Use it", Cancel = "Cancel", CsvTitle = "Your data", Choose = "Choose a file", OtherFile = "Another table", OrPaste = "or paste rows here",
  PasteUse = "Read these rows", Predict = "Predict", Predicted = "Predicted", Notes = "Notes", From = "from", AsClasses = "as classes",
  AsNumbers = "as numbers", Task = "Target is", Scale = "scale numbers to mean 0 and variance 1", FirstRows = "First rows",
}

/** Labels with numbers or names. */
export const PHRASES = {
  layerDropout: (k: number) => `Dropout ${k}`,
  fewer: (layer: number) => `One unit fewer in layer ${layer}`,
  more: (layer: number) => `One unit more in layer ${layer}`,
  removeLayer: (layer: number) => `Remove layer ${layer}`,
  addLayer: (at: number) => (at === 0 ? "Add a layer after the inputs" : `Add a layer after layer ${at}`),
  activation: (layer: number) => `Activation of layer ${layer}`,
  layer: (layer: number) => `Layer ${layer}`,
  confusionOf: (heldOut: boolean) => `Rows: true class, columns: predicted class, of the ${heldOut ? "held-back" : "training"} points`,
  perFrame: (epochs: string) => `${epochs} / frame`,
  epochText: (epoch: number) => `epoch ${count(epoch)}`,
  timelineText: (epoch: number, value: number | undefined) => `epoch ${count(epoch)}${value === undefined ? "" : `, training loss ${loss(value)}`}`,
  unitTitle: (layer: number, unit: number, isOutput: boolean) => (isOutput ? `Output unit ${unit + 1}` : `Unit ${unit + 1} of layer ${layer + 1}`),
  unitButton: (layer: number, unit: number, isOutput: boolean) => `${PHRASES.unitTitle(layer, unit, isOutput)}: look closer`,
  weightLabel: (name: string) => `Weight from ${name}`,
  freeze: (what: string) => `Freeze ${what}`,
  weight: (value: number) => `w = ${fixed(value)}`,
  moreTerms: (n: number) => `${n} more`,
  others: (n: number) => `The other ${n === 1 ? "column has the value" : `${n} columns have the values`} below; at first the median.`,
  componentsHold: (share: number) => `Two principal components hold ${Math.round(share * 100)} % of the variance of the standardised inputs; the network is shown on the plane through their mean.`,
  noAnswer: (names: string) => `No answer: the network has seen no empty cell of ${names}. Fill it in.`,
  dataSummary: (rows: number, columns: number, target: string) => `${plural(rows, "row")}, ${plural(columns, "input column")}; to predict: ${target}.`,
  reading: (name: string, share: string) => `Reading ${name}: ${share}`,
  moreNotes: (n: number) => `${n} more in Notes, under Data.`,
  tableUsed: (rows: string) => `${rows} rows are in use. Play trains on them.`,
} as const;

/** What can be exported, and what it is for. */
export const EXPORTS = {
  model: { title: "Model", note: "model.safetensors, for separatrix.load" },
  json: { title: "Model as JSON", note: "its description and its weights" },
  code: { title: "Python code", note: "network.py, needs only NumPy" },
  data: { title: "Data", note: "data.csv, with the held-back rows marked" },
} as const;

/** Pictures that can be exported. */
export const PICTURES = { boundary: "Boundary", network: "Network", loss: "Loss" } as const;
export const PICTURE_NOTES = { png: "as it is on the screen, at twice the size", svg: "sharp at every size" } as const;
