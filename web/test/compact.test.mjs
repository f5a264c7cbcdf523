/** The script in fewer bytes does what the script did. */
import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { compacted } from "../compact.mjs";

function same(script, pattern, { context = {} } = {}) {
  const short = compacted(script);
  const run = (code) => JSON.stringify(vm.runInNewContext(`(() => { ${code}\n return result })()`, { ...context }));
  assert.equal(run(short), run(script));
  assert.match(short, pattern);
  return short;
}

test("a function that is used before its declaration becomes an arrow", () => {
  same("var result=[twice(3),later()];function twice(x){return 2*x}function later(a=1,...rest){return twice(a)+rest.length}", /twice=\(x\)=>\{return 2\*x\}/u);
});

test("a function with this or arguments, a constructor and a generator stay", () => {
  const short = same(
    "function own(){return this.a}function all(){return arguments.length}function Made(){}function*some(){yield 1}" +
      "var result=[own.call({a:5}),all(1,2,3),new Made instanceof Made,[...some()]];",
    /function own/u,
  );
  for (const stays of ["function all", "function Made", "function*some"]) assert.ok(short.includes(stays), stays);
});

test("a text that comes often gets a name, as a value and as a key", () => {
  const script = 'var kind="classification",other={"classification":1},result=[kind==="classification",other["classification"],`classification`];';
  assert.equal(same(script, /var _constant0="classification"/u).split('"classification"').length, 2);
});

test("a text that comes once keeps its place, and so does the other side of typeof", () => {
  const script = 'var result=[typeof 1=="number",typeof 2=="number",typeof 3=="number",typeof 4=="number","once"];';
  assert.equal(same(script, /typeof 1=="number"/u), script);
});

test("null and undefined get a name, but what void evaluates is evaluated", () => {
  const script = `var calls=0,f=()=>{calls++},list=[${"null,void 0,".repeat(20)}void f(),void f()],result=[list,calls];`;
  const short = same(script, /_constant\d=null/u);
  assert.equal(short.split("void f()").length, 3);
});

test("members of brackets, of parentheses and of optional chains", () => {
  const script = "var a=[1,2,3],b=null,result=[(a[0]-2).toFixed(2),(5).toFixed(1),a[2].toFixed(3),a[1].toFixed(4),a.map(x=>`${x.toFixed(1)}`).slice(1).join(),b?.toFixed(1)];";
  same(script, /\(a\[0\]-2\)\[\s*_constant\d\s*\]\(2\)/u);
});

test("attributes get a name, where they are set and where they are taken", () => {
  const script = "var h=(props)=>props,{onClick:click}=h({onClick:7}),result=[" + "h({title:1,onClick:2}),".repeat(9) + "click];";
  same(script, /\[\s*_constant\d\s*\]:2/u);
});

test("globals are taken from their objects", () => {
  const script = "var a=globalThis.Math.abs,b=globalThis.Math.max,c=globalThis.Number;var result=[a(-1),b(1,2),c('3')];";
  same(script, /^var \{abs:a,max:b\}=Math,c=Number;/u);
});

test("members get a name where they are taken apart, and length outside of loops alone", () => {
  const script = "var a={network:1,epoch:2},take=({network:n,epoch:e})=>n+e,b=[1,2],result=[" + "take({network:3,epoch:4}),a.network+a.epoch,b.length,".repeat(9) + "0];for(let i=0;i<b.length;i++)result.push(b.length);";
  const short = same(script, /\(\{\[\s*_constant\d\s*\]:n/u);
  assert.equal(short.split(".length").length, 3);
});
