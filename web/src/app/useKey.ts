import { newIdempotencyKey } from "@throng/sdk";
import { useState } from "react";

/**
 * One key for one content: a second try sends the same key and makes no second
 * thing, while changed words are a thing of their own. A key that has done its
 * work is spent: the same words again are then meant.
 */
export function useKey() {
  const [keys] = useState(() => {
    let last = { content: "", key: "" };
    return {
      keyFor(content: string): string {
        if (last.key === "" || last.content !== content) {
          last = { content, key: newIdempotencyKey() };
        }
        return last.key;
      },
      spend() {
        last = { content: "", key: "" };
      },
    };
  });
  return keys;
}
