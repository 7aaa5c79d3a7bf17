// What `npm run size` says of the functions in a WebAssembly file.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { functionsOf, ownerOf } from "../../scripts/functions.js";

test("each function has its own name and length, whatever is imported before it", () => {
  const { i32, none } = binaryen;
  const module = new binaryen.Module();
  module.addFunctionImport("imported", "there", "it", none, none);
  const body = module.i32.const(7);
  module.addFunction("placeos_auth::session::short", none, i32, [], body);
  const sum = module.i32.add(module.i32.const(1_000_000), module.i32.const(1));
  module.addFunction("core::long", none, i32, [], sum);
  binaryen.setDebugInfo(true);
  const found = functionsOf(module.emitBinary());
  binaryen.setDebugInfo(false);
  module.dispose();
  // The number of its local variables, the instructions with their numbers, and the end.
  assert.deepEqual(found, [
    { name: "placeos_auth::session::short", length: 1 + 2 + 1 },
    { name: "core::long", length: 1 + 4 + 2 + 1 + 1 },
  ]);
});

test("a function is its module's if it is ours, else its crate's", () => {
  for (const [name, owner] of [
    ["placeos_auth::session::call::next::h00", "src/session/call"],
    ["<placeos_auth::url::Url as core::fmt::Debug>::fmt", "src/url/Url"],
    ["core::ptr::drop<placeos_auth::client::Client>", "src/client/Client"],
    ["<&[T] as alloc::vec::Spec>::from", "T"],
    ["<alloc::vec::Vec<T,A> as Drop>::drop", "alloc"],
    ["core::result::Result<T,E>::map", "core"],
    ["", "no name"],
  ])
    assert.equal(ownerOf(name ?? ""), owner);
});
