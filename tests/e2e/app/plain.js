// Outcomes as a test can take them along: errors don't survive the way out of a page whole.

export const plainError = (error) =>
  error instanceof Error
    ? { ...error, name: error.name, message: error.message }
    : error;

export const plain = ({ session, redirect }) => ({
  session,
  redirect: redirect.error
    ? { ...redirect, error: plainError(redirect.error) }
    : redirect,
});

export const settled = async (promise) => {
  try {
    return { value: await promise };
  } catch (error) {
    return { error: plainError(error) };
  }
};
