import assert from "node:assert/strict";
import { test } from "node:test";
import { ancestorsOf, fromAddress, initialState, parentOf, reduce, toAddress } from "../../visualize/page/assets/state.js";

const after = (...actions) => actions.reduce(reduce, initialState());

test("closing a group closes what is in it and selects it", () => {
  const state = after(
    { type: "open", instance: "3" },
    { type: "open", instance: "3/1" },
    { type: "open", instance: "30" },
    { type: "select", instance: "3/1/0" },
    { type: "close", instance: "3" },
  );
  assert.deepEqual([...state.open], [["30", "open"]]);
  assert.equal(state.selected, "3");
});

test("the other mode forgets what was open inside", () => {
  const state = after(
    { type: "open", instance: "3" },
    { type: "open", instance: "3/1" },
    { type: "unfold", instance: "3" },
  );
  assert.deepEqual([...state.open], [["3", "unfold"]]);
});

test("states are not changed in place", () => {
  const first = initialState();
  reduce(first, { type: "open", instance: "1" });
  assert.equal(first.open.size, 0);
  assert.throws(() => reduce(first, { type: "nothing" }));
});

test("a view survives its address", () => {
  const state = after(
    { type: "open", instance: "3" },
    { type: "unfold", instance: "f0" },
    { type: "shut", instance: "f1" },
    { type: "select", instance: "3/1" },
    { type: "overlay", value: "macs" },
    { type: "light", light: { kind: "skip", skip: 4 } },
  );
  const view = fromAddress(toAddress(state));
  assert.deepEqual(view.open, new Map([["3", "open"], ["f0", "unfold"], ["f1", "shut"]]));
  assert.equal(view.selected, "3/1");
  assert.equal(view.overlay, "macs");
  assert.deepEqual(view.light, { kind: "skip", skip: 4 });
  assert.equal(toAddress(initialState()), "");
});

test("an address that is none is the page as it opens", () => {
  const view = fromAddress("#open=<b>,__proto__,3&select=%E0%A4%A&color=x&skip=-1&flow=a");
  assert.deepEqual([...view.open], [["3", "open"]]);
  assert.equal(view.selected, "");
  assert.equal(view.overlay, "stage");
  assert.deepEqual(view.light, { kind: "none" });
});

test("instances name what is around them", () => {
  assert.equal(parentOf("3"), "");
  assert.equal(parentOf("3/1/2"), "3/1");
  assert.deepEqual(ancestorsOf("3/1/2"), ["3", "3/1"]);
});
