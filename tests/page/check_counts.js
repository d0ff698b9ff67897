/** Closed boxes hold each operation once, and their numbers sum to the model's. */

import { Model } from "../../visualize/page/assets/model.js";

/** @typedef {import("../../visualize/page/assets/types.js").Composed} Composed */
/** @typedef {import("../../visualize/page/assets/types.js").Opening} Opening */
/** @typedef {import("../../visualize/page/assets/types.js").PageDocument} PageDocument */

/** What is counted of a model, whatever of it is open. */
export class Counts {
  /**
   * @param {PageDocument} document
   * @param {Composed} composed the figure with all closed
   */
  constructor(document, composed) {
    this.model = new Model(document);
    this.macs = document.totals.macs;
    // Boxes have not the parameters of modules that are not called.
    this.parameters = this.sums(composed, new Map()).parameters;
  }

  /**
   * @param {Composed} composed
   * @param {Map<string, Opening>} open
   */
  sums(composed, open) {
    const sums = { parameters: 0, macs: 0, wrong: /** @type {string[]} */ ([]) };
    const times = new Int32Array(this.model.root.runs[0].length);
    for (const { instance, open: mode, detail } of composed.boxes) {
      if (mode || detail || instance.startsWith("i")) continue;
      const facts = this.model.facts(instance, open);
      if (!facts) {
        sums.wrong.push(`count: ${instance} is nowhere`);
        continue;
      }
      for (const operation of facts.operations) times[operation]++;
      sums.parameters += facts.parameters;
      sums.macs += facts.macs;
    }
    times.forEach((time, at) => {
      if (time !== 1) sums.wrong.push(`count: operation ${at}, ${this.model.operation(at).name}, is in ${time} boxes`);
    });
    return sums;
  }

  /**
   * What is counted wrong.
   * @param {Composed} composed
   * @param {Map<string, Opening>} open
   */
  faults(composed, open) {
    const { parameters, macs, wrong } = this.sums(composed, open);
    if (parameters !== this.parameters) wrong.push(`count: ${parameters} parameters, not ${this.parameters}`);
    if (macs !== this.macs) wrong.push(`count: ${macs} MACs, not ${this.macs}`);
    return wrong;
  }
}
