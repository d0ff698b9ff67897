/**
 * The shapes of the document of a page, and of what `compose` makes of it. All lengths are in
 * points; x grows to the right and y down. An area is [x, y, width, height]; a path is a flat list
 * of the 3n + 1 points of a cubic Bézier path.
 *
 * @typedef {[number, number, number, number]} AreaOf
 * @typedef {[number, number]} Spot
 * @typedef {[string, number, number, number, number|null, "start"|"middle"|"end", number]} PlainText
 * text, x, baseline, size, colour (null: that of smaller lines in its box), anchor, width
 * @typedef {{color: number, width: number, dashes: number[], strands: number}} Stroke
 * @typedef {{into: boolean, x: number, y: number}} Port
 * @typedef {{path: number[], stroke: number, kind: string}} PlainShortcut
 *
 * @typedef {Object} PlainBox
 * @property {string} role
 * @property {AreaOf} area
 * @property {number} radius
 * @property {boolean} [circle]
 * @property {number|null} tint null: that of the nearest opened box around it
 * @property {PlainText[]} lines
 * @property {PlainText} [note]
 * @property {PlainShortcut[]} [shortcuts]
 * @property {number} [frame]
 * @property {number[][]} [copies]
 * @property {string[]} [paths]
 * @property {string} title
 * @property {string} type
 * @property {string} shape
 * @property {number} parameters
 * @property {number} macs
 * @property {number} [opens]
 * @property {number} [unfolds]
 * @property {number[]} [holds] of a box in a panel: the operations of the model in it, as runs
 *
 * @typedef {Object} PlainFrame
 * @property {AreaOf} area
 * @property {number} radius
 * @property {number} fill
 * @property {number|null} line
 * @property {PlainText[]} texts
 * @property {string} title
 * @property {number} repeat
 * @property {string} type
 * @property {number} [frame]
 * @property {number[][]} [copies]
 * @property {string[]} [paths]
 * @property {number} [unfolds]
 * @property {number} [parameters]
 * @property {number} [macs]
 *
 * @typedef {{id?: string, path: number[], stroke: number}} PlainLine
 * @typedef {PlainLine & {texts: PlainText[]}} PlainBracket
 *
 * @typedef {Object} PlainArrow
 * @property {number} source
 * @property {number} target
 * @property {number[]} path
 * @property {number} stroke
 * @property {number[]} [via]
 * @property {string} [skip]
 * @property {number[]} [skips]
 * @property {PlainText} [label]
 * @property {string} [tooltip]
 * @property {number[]} [into]
 * @property {number[]} [outOf]
 * @property {number[]} [intoCopies]
 * @property {number[]} [outOfCopies]
 * @property {[number, number][][]} [joined]
 *
 * @typedef {{area: AreaOf, fill: number, line: number, ramp?: number}} Swatch
 *
 * @typedef {Object} Island
 * @property {AreaOf} area
 * @property {PlainText[]} [texts]
 * @property {PlainLine[]} [lines]
 * @property {Swatch[]} [swatches]
 * @property {PlainFrame} [panel]
 * @property {number[]} [of]
 * @property {PlainBox[]} [boxes]
 * @property {PlainFrame[]} [frames]
 * @property {PlainArrow[]} [arrows]
 * @property {PlainBracket[]} [brackets]
 * @property {PlainLine} [leader]
 *
 * @typedef {Object} View
 * @property {number} width
 * @property {number} height
 * @property {number} ops
 * @property {Port[]} ports
 * @property {PlainBox[]} boxes
 * @property {PlainFrame[]} frames
 * @property {PlainLine[]} lines
 * @property {PlainArrow[]} arrows
 * @property {PlainBracket[]} brackets
 * @property {Island[]} [islands]
 *
 * @typedef {Object} PageDocument
 * @property {string} name
 * @property {string} description
 * @property {"TB"|"BT"|"LR"|"RL"} direction
 * @property {number|null} background
 * @property {number} text
 * @property {number} muted
 * @property {number} frame tint of frames
 * @property {number} neutral tint of boxes without a stage
 * @property {number} size
 * @property {number} detailSize
 * @property {number} lineWidth
 * @property {[string, string][]} colors
 * @property {[number, number, number][]} tints fill, line, smaller text
 * @property {Stroke[]} strokes
 * @property {{parameters: number, macs: number, operations: number}} totals
 * @property {View[]} views
 * @property {number} root
 *
 * @typedef {"open"|"unfold"|"shut"} Opening "shut": a frame that the figure draws open is closed
 *
 * @typedef {Object} Writing one line of text, on its baseline
 * @property {string} text
 * @property {number} x
 * @property {number} y
 * @property {number} size
 * @property {number|null} color
 * @property {"start"|"middle"|"end"} anchor
 * @property {number} width
 * @property {string} kind its classes
 *
 * @typedef {Object} Shortcut
 * @property {number[]} path
 * @property {number} stroke
 * @property {string} kind
 *
 * @typedef {Object} Shown a box, closed or open, or the copies of a frame
 * @property {string} instance
 * @property {string} parent the open box around it, or ""
 * @property {number} depth how many open boxes are around it
 * @property {PlainBox|PlainFrame} box
 * @property {AreaOf} area
 * @property {number} radius
 * @property {number|null} tint
 * @property {false|"open"|"unfold"} open
 * @property {Writing[]} texts
 * @property {Writing|null} note
 * @property {Shortcut[]} shortcuts
 * @property {string} detail the letter of the panel it is in, or ""
 *
 * @typedef {Object} Framed a frame around a repeat, or a panel
 * @property {string} instance
 * @property {string} parent
 * @property {PlainFrame} frame
 * @property {AreaOf} area
 * @property {number} radius
 * @property {number} fill
 * @property {number|null} line null: that of its tint
 * @property {number|null} tint of the nearest opened box around it
 * @property {Writing[]} texts
 * @property {boolean} panel
 *
 * @typedef {Object} Drawn a line without a head
 * @property {string} parent
 * @property {number[]} path
 * @property {number} stroke
 * @property {string} kind "trunk", "link", "bracket", "leader" or "sample"
 * @property {string[]} of the arrows that it is part of
 *
 * @typedef {Object} Arrow
 * @property {string} id
 * @property {string} parent
 * @property {string} from the innermost visible box that it comes from
 * @property {string} to
 * @property {[string, string][]} pairs all such boxes
 * @property {[string, string][]} joins what it joins as drawn: boxes, or ports as "3#0"
 * @property {number[]} path empty where it is in a copy of what is unfolded
 * @property {boolean} headed
 * @property {number} stroke
 * @property {string} skip its kind, or ""
 * @property {number[]} skips
 * @property {Writing|null} label
 * @property {string} tooltip
 *
 * @typedef {{parent: string, area: AreaOf, fill: number, line: number, ramp: number|null}} Sample
 *
 * @typedef {Object} Part what is inside a box, in its own coordinates
 * @property {number} width
 * @property {number} height
 * @property {Shown[]} boxes outer ones before those in them
 * @property {Framed[]} frames
 * @property {Drawn[]} lines
 * @property {Arrow[]} arrows
 * @property {Writing[]} texts
 * @property {Sample[]} samples
 * @property {Port[]} ports
 * @property {{part: Part, origin: [number, number], around: Shown}[]} insides of its open boxes
 *
 * @typedef {Part} Composed
 */

export const PAGE_SCHEMA = 1;
