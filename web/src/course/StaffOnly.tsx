import type { ReactNode } from "react";
import { Notice } from "../ui/Notice";
import { useIsStaff } from "./queries";

/** What only organizers see; others are told so, and nobody has to wait for the answer. */
export function StaffOnly({ children }: { children: ReactNode }) {
  return useIsStaff() === false ? (
    <Notice title="Only organizers change courses" word="role">
      Ask who runs this Throng to make you one.
    </Notice>
  ) : (
    children
  );
}
