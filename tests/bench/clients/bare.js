// What anyone would write by hand: the floor.
const KEY = "token";

export function seed({ token }) {
  sessionStorage.setItem(KEY, token);
}

export function restore() {
  const token = sessionStorage.getItem(KEY);
  return (input, init) =>
    fetch(input, {
      ...init,
      headers: { ...init?.headers, Authorization: `Bearer ${token}` },
    });
}
