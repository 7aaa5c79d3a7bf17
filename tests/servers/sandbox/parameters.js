import express from "express";

/** @import { Fields, Handler } from "../types.d.ts" */

/**
 * Form text as Rails reads it: of a parameter that comes twice the last one counts, and a name with brackets is
 * another parameter.
 *
 * @param {string} [text]
 * @returns {Fields}
 */
export const parseForm = (text) =>
  Object.fromEntries(new URLSearchParams(text ?? ""));

/**
 * The query, as `parseForm` has read it.
 *
 * @param {Pick<import("express").Request, "query">} req
 */
export const queryOf = (req) => /** @type {Fields} */ (req.query);

/**
 * Puts the parameters in `req.body`, from wherever Rails would take them: form or JSON, and the query before both. What
 * came as text stays in `req.form`.
 *
 * @type {Handler[]}
 */
export const readForm = [
  express.text({
    type: ["application/x-www-form-urlencoded", "application/json"],
  }),
  (req, _res, next) => {
    const form = typeof req.body === "string" ? req.body : "";
    const parse = req.is("json") ? parseJson : parseForm;
    req.form = form;
    req.body = { ...parse(form), ...queryOf(req) };
    next();
  },
];

/** @param {string} text @returns {Fields} */
function parseJson(text) {
  try {
    const strings = Object.entries(JSON.parse(text)).filter(
      ([, value]) => typeof value === "string",
    );
    return Object.fromEntries(strings);
  } catch (error) {
    throw Object.assign(/** @type {Error} */ (error), { status: 400 });
  }
}

/**
 * What Ruby calls blank, and Doorkeeper takes for absent.
 *
 * @param {string | null} [text]
 */
export const blank = (text) => !text || text.trim() === "";

/** @type {Record<string, string>} */
const ENTITIES = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** @param {string} text */
export const escapeHtml = (text) =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
