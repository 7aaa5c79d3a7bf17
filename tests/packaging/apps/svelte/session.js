import { createSubscriber } from "svelte/reactivity";

export function sessionOf(auth) {
  const subscribe = createSubscriber(auth.subscribe);
  return {
    get current() {
      subscribe();
      return auth.session;
    },
  };
}
