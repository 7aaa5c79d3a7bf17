import { inject, onScopeDispose, readonly, shallowRef } from "vue";

export function useSession() {
  const auth = inject("auth");
  const session = shallowRef(auth.session);
  onScopeDispose(auth.subscribe(() => (session.value = auth.session)));
  return readonly(session);
}
