import { Dialog } from "../ui/Dialog";
import { Composer } from "./Composer";

/** Writes a post from wherever one is. */
export function ComposeDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog onClose={onClose} title="New post">
      <Composer autoFocus onPosted={onClose} roomy />
    </Dialog>
  );
}
