// Tells what an object really is, whichever frame it comes from and whatever its page has done to its class: a getter of a
// platform class knows every object of that class, and throws for any other. `instanceof` knows the classes of one frame.

/** What the platform says of a member of an object of this class; nothing for an object of another one. */
export function read(name, member, object) {
  try {
    const { prototype } = globalThis[name];
    const { get } = Object.getOwnPropertyDescriptor(prototype, member);
    return get.call(object);
  } catch {}
}
