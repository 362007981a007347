import type { Relationship } from "@throng/gen/throng/graph/v1/graph_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { useState } from "react";
import { Confirm } from "../ui/Dialog";
import { Menu } from "../ui/Menu";
import { toast } from "../ui/toasts";
import { nameOf } from "../user/name";
import { useGraph } from "./relationships";

/** Blocks somebody, after asking, and lifts the block. */
export function BlockMenu({ user, relationship }: { user: User; relationship: Relationship | undefined }) {
  const [asking, setAsking] = useState(false);
  const graph = useGraph(user.id);
  const name = nameOf(user);
  const block = async () => {
    if (await graph.block()) {
      toast(`${name} is blocked.`);
    }
    setAsking(false);
  };
  return (
    <>
      <Menu
        actions={[
          relationship?.blocking
            ? { label: `Unblock @${user.handle}`, icon: "check", onSelect: () => void graph.unblock() }
            : {
                label: `Block @${user.handle}`,
                icon: "block",
                danger: true,
                onSelect: () => setAsking(true),
              },
        ]}
        label={`More about ${name}`}
      />
      {asking && (
        <Confirm
          action="Block"
          busy={graph.busy}
          onClose={() => setAsking(false)}
          onConfirm={() => void block()}
          title={`Block ${name}?`}
        >
          It ends both follows, and neither of you can follow the other again while it holds. They are not
          told.
        </Confirm>
      )}
    </>
  );
}
