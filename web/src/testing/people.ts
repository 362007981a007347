import { Community, register, write } from "./community";

/** Ada, who follows Ben, and Cleo, whom nobody knows yet. */
export function village() {
  const community = new Community();
  const [ada, ben, cleo] = ["ada", "ben", "cleo"].map(
    (handle) =>
      register(community, { handle, displayName: handle.charAt(0).toUpperCase() + handle.slice(1) }).user,
  );
  if (!ada || !ben || !cleo) {
    throw new Error("nobody lives here");
  }
  community.follows.add(`${ada.id} ${ben.id}`);
  return {
    community,
    ada,
    ben,
    cleo,
    /** Lets somebody write a post. */
    says: (who: { id: string }, text: string, replyToId = "") =>
      write(community, who.id, { text, replyToId }),
    /** Lets somebody begin a post; it is stored when the answer is called, with the id of the beginning. */
    begins: (who: { id: string }, text: string) => {
      const id = community.nextId();
      return () => write(community, who.id, { text }, id);
    },
    /** The messages with which a method was called. */
    asked: (method: string) =>
      community.calls
        .filter((call) => call.method === method)
        .map((call) => call.message as Record<string, unknown>),
  };
}
