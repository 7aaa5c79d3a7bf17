import { queryOf } from "../parameters.js";

/** @import { Handler, Next, Req, Res } from "../../types.d.ts" */

/**
 * Query and form together; JSON isn't looked at.
 *
 * @param {Req} req
 * @param {Res} _res
 * @param {Next} next
 */
export function formOnly(req, _res, next) {
  if (req.is("json")) req.body = { ...queryOf(req) };
  next();
}

/**
 * Answers 422 and names the first of these that isn't there. An empty one is there.
 *
 * @type {(...names: string[]) => Handler}
 */
export const requireParameters =
  (...names) =>
  (req, res, next) => {
    const missing = names.find((name) => req.body[name] === undefined);
    if (!missing) return next();
    res.status(422).json({
      error: "a required parameter is missing",
      parameter: missing,
    });
  };
