import express from "express";

/**
 * Form text as Rails reads it: of a parameter that comes twice the last one counts, and a name with brackets is
 * another parameter.
 */
export const parseForm = (text) =>
  Object.fromEntries(new URLSearchParams(text ?? ""));

/**
 * Puts the parameters in `req.body`, from wherever Rails would take them: form or JSON, and the query before both. What
 * came as text stays in `req.form`.
 */
export const readForm = [
  express.text({
    type: ["application/x-www-form-urlencoded", "application/json"],
  }),
  (req, _res, next) => {
    req.form = typeof req.body === "string" ? req.body : "";
    const parse = req.is("json") ? parseJson : parseForm;
    req.body = { ...parse(req.form), ...req.query };
    next();
  },
];

function parseJson(text) {
  try {
    const strings = Object.entries(JSON.parse(text)).filter(
      ([, value]) => typeof value === "string",
    );
    return Object.fromEntries(strings);
  } catch (error) {
    throw Object.assign(error, { status: 400 });
  }
}

/** What Ruby calls blank, and Doorkeeper takes for absent. */
export const blank = (text) => !text || text.trim() === "";

const ENTITIES = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text) =>
  String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
