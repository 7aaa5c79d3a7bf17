import { Drawing } from "./drawing.js";

const SECONDS_PAST = 45;
const SECONDS_COMING = 15;
const TICK_SECONDS = 10;
/** Often enough for what moves a few pixels a second. */
const FRAME_MS = 50;
/** For people who want no motion: the picture is drawn anew now and then. */
const STILL_MS = 5000;

/** Where each lane is, in pixels from the top, and where its name is. */
const LANES = { tokens: 20, events: 64, labels: 84, requests: 126 };
const NAMES = { Tokens: 14, Events: 54, Requests: 120 };
const AXIS = 166;
const TOKEN_HEIGHT = 18;
const ROW_HEIGHT = 12;
const REQUEST_HEIGHT = 8;
const LETTER_WIDTH = 6.5;
const GAP = 6;

const seconds = () => performance.now() / 1000;

/**
 * @typedef {import("placeos-auth").Session} Session
 * @typedef {{ began: number, ended: number | null, expiresAt: number | null, shape: SVGElement, cap: SVGElement }} Token
 * @typedef {{ began: number, ended: number | null, y: number, shape: SVGElement }} Request
 */

/** The timeline's picture. Now is a line that stays; everything else goes by it from right to left. */
export class Picture {
  #drawing;
  /** @type {Token[]} */
  #tokens = [];
  /** @type {Request[]} */
  #requests = [];
  /** Until when each row of the events' labels is taken. */
  #labels = [0, 0];
  /** Until when each row of the requests is taken. */
  #rows = [0, 0, 0];
  #drawn = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param {SVGElement} svg */
  constructor(svg) {
    this.#drawing = new Drawing(svg, {
      past: SECONDS_PAST,
      coming: SECONDS_COMING,
      axis: AXIS,
      tick: TICK_SECONDS,
      lanes: NAMES,
    });
    this.#drawing.onresize = () => this.#draw();
    this.#run();
  }

  /**
   * The session as it is from now on; null: it is over.
   *
   * @param {Session | null} session
   * @param {{ isNew: boolean }} how with a new token
   */
  session(session, { isNew }) {
    const now = seconds();
    const last = this.#tokens.at(-1);
    if (last && last.ended === null && (isNew || !session)) last.ended = now;
    if (session && isNew) {
      const { expiresAt } = session;
      const shape = this.#drawing.moving("rect", "token");
      const cap = this.#drawing.moving("rect", "cap");
      this.#tokens.push({ began: now, ended: null, expiresAt, shape, cap });
    }
    this.#draw();
  }

  /**
   * An event, now.
   *
   * @param {string} name
   * @param {string} text
   */
  mark(name, text) {
    const at = seconds();
    this.#drawing.symbol(name, at, LANES.events);
    // Labels that would lie on one another are left out: the list has them.
    const row = this.#labels.findIndex((until) => until <= at);
    if (row >= 0) {
      this.#drawing.label(text, at, -GAP, LANES.labels + row * ROW_HEIGHT);
      this.#labels[row] = at + this.#lengthOf(text);
    }
    this.#draw();
  }

  /**
   * A request begins.
   *
   * @param {boolean} isSigned
   * @returns {(status: string, isGood: boolean) => void} it ends
   */
  request(isSigned) {
    const began = seconds();
    const row = Math.max(
      0,
      this.#rows.findIndex((until) => until <= began),
    );
    this.#rows[row] = Infinity;
    const y = LANES.requests + row * ROW_HEIGHT;
    const shape = this.#drawing.moving("rect", "request");
    shape.classList.toggle("unsigned", !isSigned);
    /** @type {Request} */
    const request = { began, ended: null, y, shape };
    this.#requests.push(request);
    this.#draw();
    return (status, isGood) => {
      const ended = seconds();
      request.ended = ended;
      this.#rows[row] = ended + this.#lengthOf(isGood ? "" : status);
      shape.classList.add(isGood ? "good" : "bad");
      if (!isGood) this.#drawing.label(status, ended, GAP, y + REQUEST_HEIGHT);
      this.#draw();
    };
  }

  /** How many seconds of the picture a text takes. @param {string} text */
  #lengthOf(text) {
    return (text.length * LETTER_WIDTH + 2 * GAP) / this.#drawing.scale;
  }

  /** As long as the page is there: the browser calls nobody back while the page isn't seen. */
  #run() {
    const step = () => {
      if (performance.now() - this.#drawn >= FRAME_MS) this.#draw();
      this.#run();
    };
    if (this.#still.matches) setTimeout(step, STILL_MS);
    else requestAnimationFrame(step);
  }

  #draw() {
    this.#drawn = performance.now();
    const now = seconds();
    const drawing = this.#drawing;
    drawing.move(now);
    this.#tokens = this.#tokens.filter((token) => drawing.retain(token));
    this.#requests = this.#requests.filter((each) => drawing.retain(each));
    for (const { began, ended, expiresAt, shape, cap } of this.#tokens) {
      // The page's clock may be set; this one may not.
      const left = expiresAt === null ? Infinity : expiresAt - Date.now();
      const end = ended ?? Math.max(began, now + left / 1000);
      drawing.span(shape, began, end, LANES.tokens, TOKEN_HEIGHT);
      shape.classList.toggle("over", ended !== null);
      const isSeen = ended === null && drawing.isInSight(end);
      cap.setAttribute("visibility", isSeen ? "visible" : "hidden");
      if (isSeen) drawing.span(cap, end, end, LANES.tokens, TOKEN_HEIGHT);
    }
    for (const { began, ended, y, shape } of this.#requests) {
      drawing.span(shape, began, ended ?? now, y, REQUEST_HEIGHT);
    }
  }
}
