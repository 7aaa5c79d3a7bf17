// Outcomes as a test can take them along: errors don't survive the way out of a page whole.

/** @param {unknown} error */
export const plainError = (error) =>
  error instanceof Error
    ? { ...error, name: error.name, message: error.message }
    : error;

/** @param {Pick<import("placeos-auth").Auth, "session" | "redirect">} auth */
export const plain = ({ session, redirect }) => ({
  session,
  redirect:
    redirect.status === "failed"
      ? { ...redirect, error: plainError(redirect.error) }
      : redirect,
});

/** @param {Promise<unknown>} promise */
export const settled = async (promise) => {
  try {
    return { value: await promise };
  } catch (error) {
    return { error: plainError(error) };
  }
};
