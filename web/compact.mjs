/**
 * Write a bundled script in fewer bytes, with the same meaning: functions become arrows, and what comes often gets a
 * short name.
 *
 * All that is moved goes before the first statement. There a function is as early as a declaration, which is ready
 * before anything runs, and a text is ready before anything uses it.
 */
import { parse } from "acorn";

/**
 * Attributes and members that come often, none of them in the engine's innermost loops; elsewhere a name in brackets costs no time.
 * `length` comes in loops, too, and keeps its name there.
 */
const ATTRIBUTE = /^on[A-Z]\w*$/u;
const MEMBERS = new Set([
  "activation", "activeElement", "addEventListener", "appendChild", "batch", "beginPath", "charCodeAt", "children", "classes",
  "classic", "clientHeight", "clientWidth", "clientX", "clientY", "columns", "createElement", "currentTarget", "data",
  "described", "drawImage", "dropout", "dropoutSeed", "epoch", "epochs", "epsilon", "every", "fillStyle", "filter", "find",
  "flatMap", "focus", "forEach", "frozen", "getAttribute", "getBoundingClientRect", "getContext", "given", "globalAlpha",
  "hasPointerCapture", "height", "heldOut", "hidden", "includes", "indexOf", "inputs", "join", "kind", "layers", "levels",
  "lineTo", "lineWidth", "marked", "moveTo", "name", "network", "noise", "notes", "optimizer", "order", "patience", "plane",
  "pointerId", "points", "preventDefault", "push", "querySelector", "querySelectorAll", "random", "reduce",
  "removeEventListener", "replace", "replaceAll", "replaceChildren", "sequential", "setAttribute", "setLineDash",
  "setPointerCapture", "setProperty", "showHeldOut", "slice", "some", "source", "splitSeed", "strokeStyle", "style", "subarray",
  "table", "target", "task", "textContent", "theta", "title", "toFixed", "toLowerCase", "toPrecision", "training", "trim",
  "units", "value", "values", "version", "view", "waiting", "weight", "weightDecay", "width",
]);

export function compacted(script) {
  return constants(arrows(globals(script)));
}

/** Take the globals that got a name (see shorten.mjs) from their objects at once: `{abs: a, ceil: b} = Math`. */
function globals(script) {
  const [first] = /^var [\w$]+=globalThis\.[^;]+;/u.exec(script) ?? [""];
  const objects = new Map();
  const whole = [];
  for (const [, name, object, property] of first.matchAll(/([\w$]+)=globalThis\.(\w+)(?:\.(\w+))?/gu)) {
    if (property === undefined) whole.push(`${name}=${object}`);
    else objects.set(object, [...(objects.get(object) ?? []), `${property}:${name}`]);
  }
  const taken = [...objects].map(([object, names]) => `{${names.join()}}=${object}`);
  return first ? `var ${[...taken, ...whole].join()};${script.slice(first.length)}` : script;
}

/** Make a variable with an arrow of each function of the module that has no `this` of its own. */
function arrows(script) {
  const tree = parsed(script);
  const made = new Set();
  walk(tree, (node) => node.type === "NewExpression" && made.add(node.callee.name));
  const moved = tree.body.filter((node) => node.type === "FunctionDeclaration" && !node.generator && !made.has(node.id.name) && !ownThis(node));
  const source = ({ start, end }) => script.slice(start, end);
  const arrow = ({ id, async, params, body }) => `${id.name}=${async ? "async" : ""}(${params.map(source).join()})=>${source(body)}`;
  const rest = replaced(script, moved.map((node) => ({ ...node, text: ";" })));
  return moved.length ? `var ${moved.map(arrow).join()};${rest}` : rest;
}

function ownThis(declaration) {
  let found = false;
  const look = (node) => {
    if (node.type === "ThisExpression" || node.type === "MetaProperty" || (node.type === "Identifier" && node.name === "arguments")) found = true;
  };
  for (const part of [...declaration.params, declaration.body]) walk(part, look);
  return found;
}

/** Give a name to each text, attribute and member, to null and to undefined, where the uses are longer than the name. */
function constants(script) {
  const uses = new Map();
  const loops = [];
  walk(parsed(script), (node, parent) => {
    if (/^(?:For|While|DoWhile)/u.test(node.type)) loops.push(node);
    const use = useOf(node, parent, loops);
    if (use) uses.set(use.value, [...(uses.get(use.value) ?? []), { ...node, ...use }]);
  });
  const saved = (places) => places.reduce((sum, { start, end, form }) => sum + end - start - form.length, 0);
  const named = [...uses].filter(([value, places]) => saved(places) > Buffer.byteLength(code(value)) + ",NN=".length);
  const edits = named.flatMap(([, places], at) => places.map((node) => ({ ...node, text: node.form.replace("NN", ` _constant${at} `) })));
  const names = named.map(([value], at) => `_constant${at}=${code(value)}`);
  return names.length ? `var ${names.join()};${replaced(script, edits)}` : script;
}

/** Return the value that stands at a node, and the form of a name in its place, with NN for the name. */
function useOf(node, parent, loops) {
  const isKey = parent?.type === "Property" && parent.key === node && !parent.computed;
  const isPlain = node.type === "Literal" && (typeof node.value === "string" || node.raw === "null");
  if (isPlain && !isFixed(node, parent)) return { value: node.value, form: isKey ? "[NN]" : "NN" };
  if (node.type === "UnaryExpression" && node.operator === "void" && node.argument.value === 0) return { value: undefined, form: "NN" };
  if (isKey && !parent.shorthand && parent.kind === "init" && (ATTRIBUTE.test(node.name) || (MEMBERS.has(node.name) && parent.value.type !== "AssignmentPattern"))) return { value: node.name, form: "[NN]" };
  const isNamed = node.type === "MemberExpression" && !node.computed && !node.optional;
  const isInLoop = () => loops.some(({ start, end }) => start <= node.start && node.end <= end);
  if (isNamed && (MEMBERS.has(node.property.name) || (node.property.name === "length" && !isInLoop())))
    return { value: node.property.name, form: "[NN]", start: node.property.start - 1 };
  return null;
}

/** A directive, the name of a module or of a method, and the other side of `typeof`, which engines know as text. */
function isFixed(node, parent) {
  if (parent.type === "BinaryExpression") return [parent.left, parent.right].some(({ operator }) => operator === "typeof");
  return parent.type === "ExpressionStatement" || /^(?:Import|Export|MethodDefinition|PropertyDefinition)/u.test(parent.type);
}

const code = (value) => (value === undefined ? "void 0" : JSON.stringify(value));
const parsed = (script) => parse(script, { ecmaVersion: "latest", sourceType: "module" });

function walk(node, visit, parent = null) {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (typeof child?.type === "string") walk(child, visit, node);
  }
}

function replaced(script, edits) {
  const parts = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(script.slice(at, start), text);
    at = end;
  }
  return [...parts, script.slice(at)].join("");
}
